// SPDX-License-Identifier: Apache-2.0
#include "feed/line_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"

namespace metabatch::feed {
namespace {

std::size_t find_end(const char* from, std::size_t size) {
  const void* const found = std::memchr(from, '\n', size);
  return found != nullptr ? static_cast<std::size_t>(static_cast<const char*>(found) - from) : std::string_view::npos;
}

}  // namespace

// The buffer must also hold the CR of a line of exactly `most` bytes, and one byte more to show
// that a line is longer.
LineReader::LineReader(Source source, std::size_t most)
    : source_(std::move(source)), most_(most), buffer_(most + 2 + kReadBytes) {}

bool LineReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  const std::size_t got = source_(buffer_.data() + end_, std::min(buffer_.size() - end_, kReadBytes));
  ended_ = got == 0;
  end_ += got;
  return got > 0;
}

std::optional<Line> LineReader::next() {
  std::size_t searched = 0;
  for (;;) {
    const std::size_t held = end_ - begin_;
    const std::size_t found = find_end(buffer_.data() + begin_ + searched, held - searched);
    if (found != std::string_view::npos) return finish(searched + found, searched + found + 1);
    searched = held;
    if (held > most_ + 1) {
      const std::uint64_t at = bytes_;
      skip_rest();
      return Line{.number = ++number_, .at = at, .text = {}, .too_long = true};
    }
    if (fill()) continue;
    if (held == 0) return std::nullopt;
    return finish(held, held);
  }
}

Line LineReader::finish(std::size_t size, std::size_t end) {
  std::string_view text(buffer_.data() + begin_, size);
  const std::uint64_t at = bytes_;
  begin_ += end;
  bytes_ += end;
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (++number_ == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > most_) return {.number = number_, .at = at, .text = {}, .too_long = true};
  return {.number = number_, .at = at, .text = text, .too_long = false};
}

void LineReader::skip_rest() {
  do {
    const std::size_t found = find_end(buffer_.data() + begin_, end_ - begin_);
    if (found != std::string_view::npos) {
      begin_ += found + 1;
      bytes_ += found + 1;
      return;
    }
    bytes_ += end_ - begin_;
    begin_ = end_ = 0;
  } while (fill());
}

}  // namespace metabatch::feed
