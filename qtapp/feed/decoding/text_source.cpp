// SPDX-License-Identifier: Apache-2.0
#include "feed/decoding/text_source.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace metabatch::feed {
namespace {

constexpr std::size_t kHeadBytes = 6;  // the longest signature
constexpr std::size_t kMostUtf8 = 4;   // bytes of one character
constexpr unsigned kReplacement = 0xFFFD;

/// What is known and not read.
struct Foreign {
  std::string_view signature;
  std::string_view what;
};
constexpr Foreign kForeign[] = {
    {{"\xFD\x37\x7A\x58\x5A\x00", 6}, "is xz; unpack it: xz -dc FILE | metabatch ingest"},
    {"BZh", "is bzip2; unpack it: bzip2 -dc FILE | metabatch ingest"},
    {"\x04\x22\x4D\x18", "is lz4; unpack it: lz4 -dc FILE | metabatch ingest"},
    {"PK\x03\x04", "is a zip archive; unpack it: unzip -p FILE | metabatch ingest"},
    {{"\xFF\xFE\x00\x00", 4}, "is UTF-32; convert it: iconv -f UTF-32 -t UTF-8 FILE | metabatch ingest"},
    {{"\x00\x00\xFE\xFF", 4}, "is UTF-32; convert it: iconv -f UTF-32 -t UTF-8 FILE | metabatch ingest"},
    {"SQLite", "is a SQLite database, not a file of updates"},
};

bool is_high(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

char* put_utf8(unsigned code, char* to) {
  const auto put = [&to](unsigned byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return to;
}

}  // namespace

TextSource::TextSource(LineReader::Source bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}

/// Fills head_ up to so many bytes; a first line that is shorter is enough.
bool TextSource::gather(std::size_t bytes, const LineReader::Source& from) {
  while (head_.size() < bytes && head_.find('\n') == std::string::npos) {
    const std::size_t before = head_.size();
    head_.resize(bytes);
    const std::size_t got = from(head_.data() + before, bytes - before);
    head_.resize(before + got);
    if (got == 0) return false;
  }
  return true;
}

std::size_t TextSource::take_head(char* to, std::size_t size, const LineReader::Source& from) {
  if (head_.empty()) return from(to, size);
  const std::size_t taken = std::min(size, head_.size());
  std::memcpy(to, head_.data(), taken);
  head_.erase(0, taken);
  return taken;
}

void TextSource::begin() {
  is_begun_ = true;
  gather(kHeadBytes, bytes_);
  const Packing packing = packing_of(head_);
  for (const auto& [ending, promised] : {std::pair{".gz", Packing::gzip}, std::pair{".zst", Packing::zstd}})
    if (name_.ends_with(ending) && packing != promised && !head_.empty())
      problem_ = std::string("is named ") + ending + ", but its data is something else";
  if (packing != Packing::none && problem_.empty()) {
    form_ = packing == Packing::gzip ? "gzip" : "zstd";
    unpacker_ = make_unpacker(packing, [this, head = std::exchange(head_, {})](char* to, std::size_t size) mutable {
      if (head.empty()) return bytes_(to, size);
      const std::size_t taken = std::min(size, head.size());
      std::copy_n(head.data(), taken, to);
      head.erase(0, taken);
      return taken;
    });
    gather(kHeadBytes, [this](char* to, std::size_t size) { return unpacker_->read(to, size); });
  }
  begin_text();
}

void TextSource::begin_text() {
  for (const Foreign& foreign : kForeign)
    if (problem_.empty() && head_.starts_with(foreign.signature)) problem_ = foreign.what;
  const bool has_mark = head_.starts_with("\xFF\xFE") || head_.starts_with("\xFE\xFF");
  const bool has_zeros = head_.size() > 3 && (head_[0] == '\0') != (head_[1] == '\0') &&
                         (head_[0] == '\0') == (head_[2] == '\0') && (head_[1] == '\0') == (head_[3] == '\0');
  is_utf16_ = has_mark || has_zeros;
  if (!is_utf16_) return;
  is_big_endian_ = has_mark ? head_[0] == '\xFE' : head_[0] == '\0';
  if (has_mark) head_.erase(0, 2);
  form_ += form_.empty() ? "UTF-16" : " of UTF-16";
}

std::size_t TextSource::read_unpacked(char* to, std::size_t size) {
  if (!unpacker_) return take_head(to, size, bytes_);
  const std::size_t got = take_head(to, size, [this](char* at, std::size_t most) { return unpacker_->read(at, most); });
  if (got == 0 && !unpacker_->problem().empty()) problem_ = form_ + " " + unpacker_->problem();
  return got;
}

std::size_t TextSource::read_utf16(char* to, std::size_t size) {
  const auto unit_at = [this](std::size_t at) {
    const auto first = static_cast<unsigned char>(units_[at]), second = static_cast<unsigned char>(units_[at + 1]);
    return is_big_endian_ ? first << 8U | second : second << 8U | first;
  };
  char* const begin = to;
  while (to == begin) {
    const std::size_t before = units_.size();
    units_.resize(before + std::max(size / 2, std::size_t{2}));
    const std::size_t got = read_unpacked(units_.data() + before, units_.size() - before);
    units_.resize(before + got);
    std::size_t at = 0;
    while (at + 1 < units_.size() && to + kMostUtf8 <= begin + size) {
      const unsigned unit = unit_at(at);
      if (is_high(unit) && at + 3 >= units_.size() && got > 0) break;  // its other half comes with the next block
      const bool is_pair = is_high(unit) && at + 3 < units_.size() && is_low(unit_at(at + 2));
      const unsigned code = is_pair ? 0x10000 + ((unit - 0xD800) << 10U) + (unit_at(at + 2) - 0xDC00)
                            : is_high(unit) || is_low(unit) ? kReplacement
                                                            : unit;
      to = put_utf8(code, to);
      at += is_pair ? 4 : 2;
    }
    units_.erase(units_.begin(), units_.begin() + static_cast<std::ptrdiff_t>(at));
    if (got == 0) break;
  }
  return static_cast<std::size_t>(to - begin);
}

std::size_t TextSource::read(char* to, std::size_t size) {
  if (!is_begun_) begin();
  if (!problem_.empty()) return 0;
  return is_utf16_ ? read_utf16(to, size) : read_unpacked(to, size);
}

}  // namespace metabatch::feed
