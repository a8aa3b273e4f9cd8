// SPDX-License-Identifier: Apache-2.0
#include "feed/decoding/value_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"

namespace metabatch::feed {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// Where the object ends that the text begins with; npos: not in its line.
std::size_t end_in_line(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size() && text[i] != '\n'; ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

/// The text from its first character on.
std::string_view begun(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view behind_line(std::string_view text) {
  return text.substr(std::min(text.find_first_of('\n'), text.size()));
}

bool may_be_pretty(std::string_view text) {
  return text.starts_with('{') && end_in_line(text) == std::string_view::npos;
}

}  // namespace

bool shape_needs_more(std::string_view text) {
  text = begun(text);
  if (text.empty()) return true;
  if (text.starts_with('[')) return begun(text.substr(1)).empty();
  if (text.find('\n') == std::string_view::npos) return true;
  return may_be_pretty(text) && begun(behind_line(text)).empty();
}

Shape shape_of(std::string_view text) {
  text = begun(text);
  if (text.starts_with('[')) return begun(text.substr(1)).starts_with('{') ? Shape::array : Shape::lines;
  if (!text.starts_with('{')) return Shape::lines;
  if (may_be_pretty(text)) {
    const std::string_view next = begun(behind_line(text));
    return next.starts_with('"') || next.starts_with('}') ? Shape::pretty : Shape::lines;
  }
  const std::string_view rest = text.substr(end_in_line(text));
  const std::size_t next = rest.find_first_not_of(" \t,");
  return next != std::string_view::npos && rest[next] == '{' ? Shape::concatenated : Shape::lines;
}

ValueReader::ValueReader(LineReader::Source source, std::size_t most)
    : source_(std::move(source)), most_(most), buffer_(most + 2 + kReadBytes) {}

bool ValueReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, held());
    end_ -= std::exchange(begin_, 0);
  }
  const std::size_t got = source_(buffer_.data() + end_, buffer_.size() - end_);
  ended_ = got == 0;
  end_ += got;
  return got > 0;
}

void ValueReader::use(std::size_t bytes) {
  line_ += static_cast<std::uint64_t>(std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                                                 buffer_.begin() + static_cast<std::ptrdiff_t>(begin_ + bytes), '\n'));
  begin_ += bytes;
  bytes_ += bytes;
  search_ = {};
}

/// @return false: the end
bool ValueReader::skip_between() {
  constexpr std::string_view kBetween = " \t\r\n,[]";
  for (;;) {
    if (held() == 0 && !fill()) return false;
    const std::string_view rest(buffer_.data() + begin_, held());
    if (bytes_ == 0 && rest.starts_with(kByteOrderMark)) {
      use(kByteOrderMark.size());
      continue;
    }
    const std::size_t first = rest.find_first_not_of(kBetween);
    use(std::min(first, rest.size()));
    if (first != std::string_view::npos) return true;
  }
}

/// The size of the value at begin_; nothing: more has to be read. What is no object ends with its
/// line.
std::optional<std::size_t> ValueReader::end_of_value() {
  Search& s = search_;
  const bool is_object = at(0) == '{';
  for (; s.i < std::min(held(), most_ + 1); ++s.i) {
    const char c = at(s.i);
    if (c == '\n') {
      if (!is_object) return s.i;
      s.in_string = false;
      s.in_first_column = true;
      continue;
    }
    if (std::exchange(s.in_first_column, false) && c == '{' && s.depth > 0) return s.i;
    if (!is_object) continue;
    if (s.in_string) {
      if (c == '\\') {
        if (s.i + 1 >= held()) return std::nullopt;  // the search goes on at the backslash
        if (at(s.i + 1) != '\n') ++s.i;
      } else if (c == '"') {
        s.in_string = false;
      }
    } else if (c == '"') {
      s.in_string = true;
    } else if (c == '{') {
      ++s.depth;
    } else if (c == '}' && --s.depth == 0) {
      return s.i + 1;
    }
  }
  return std::nullopt;
}

Line ValueReader::take(std::size_t size, bool too_long) {
  const Line line{.number = line_,
                  .at = bytes_,
                  .text = too_long ? std::string_view() : std::string_view(buffer_.data() + begin_, size),
                  .too_long = too_long};
  use(size);
  return line;
}

/// Goes on with the next object that begins in the first column, or at the end.
Line ValueReader::skip_too_long() {
  const Line line = take(most_, true);
  bool in_first_column = false;
  while (held() > 0 || fill()) {
    for (std::size_t i = 0; i < held(); ++i) {
      if (std::exchange(in_first_column, at(i) == '\n') && at(i) == '{') {
        use(i);
        return line;
      }
    }
    use(held());
  }
  return line;
}

std::optional<Line> ValueReader::next() {
  if (!skip_between()) return std::nullopt;
  for (;;) {
    const auto size = end_of_value();
    if (size && *size <= most_) return take(*size, false);
    if (size || search_.i > most_) return skip_too_long();
    if (!fill()) return held() > most_ ? skip_too_long() : take(held(), false);
  }
}

}  // namespace metabatch::feed
