// SPDX-License-Identifier: Apache-2.0
#include "inspect/bytes/encoding.hpp"

#include <algorithm>
#include <array>

#include "inspect/bytes/symbols.hpp"

namespace metabatch::inspecting {
namespace {

struct Signature {
  Container container;
  std::size_t at;
  std::string_view bytes;
};
using namespace std::string_view_literals;

/// The longer of two that begin alike comes first.
/// @source the specifications of these formats: RFC 1952, APPNOTE.TXT, RFC 8878, ISO/IEC 15948 ...
constexpr Signature kSignatures[] = {
    {Container::utf_32le, 0, "\xff\xfe\0\0"sv},
    {Container::utf_32be, 0, "\0\0\xfe\xff"sv},
    {Container::utf_16le, 0, "\xff\xfe"sv},
    {Container::utf_16be, 0, "\xfe\xff"sv},
    {Container::gzip, 0, "\x1f\x8b\x08"sv},
    {Container::zip, 0, "PK\x03\x04"sv},
    {Container::zip, 0, "PK\x05\x06"sv},
    {Container::zstd, 0, "\x28\xb5\x2f\xfd"sv},
    {Container::xz, 0, "\xfd\x37zXZ\0"sv},
    {Container::bzip2, 0, "BZh9\x31\x41\x59\x26"sv},
    {Container::lz4, 0, "\x04\x22\x4d\x18"sv},
    {Container::seven_zip, 0, "7z\xbc\xaf\x27\x1c"sv},
    {Container::png, 0, "\x89PNG\r\n\x1a\n"sv},
    {Container::jpeg, 0, "\xff\xd8\xff"sv},
    {Container::gif, 0, "GIF8"sv},
    {Container::webp, 8, "WEBP"sv},
    {Container::pdf, 0, "%PDF-"sv},
    {Container::elf, 0, "\x7f\x45LF"sv},
    {Container::wasm, 0, "\0asm"sv},
    {Container::sqlite, 0, "SQLite format 3\0"sv},
    {Container::pg_dump, 0, "PGDMP"sv},
    {Container::tar, 257, "ustar"sv},
    {Container::pcap, 0, "\xd4\xc3\xb2\xa1"sv},
    {Container::pcap, 0, "\x0a\x0d\x0d\x0a"sv},
};

/// Texts of this channel are ASCII for the most part: in UTF-16 every second byte of them is zero,
/// in UTF-32 three of four.
Container by_zeros(std::string_view input) {
  const std::string_view start = input.substr(0, 4096);
  std::array<std::size_t, 4> zeros{};
  for (std::size_t i = 0; i < start.size(); ++i) zeros[i % 4] += start[i] == '\0' ? 1 : 0;
  const std::size_t quarter = start.size() / 4;
  if (quarter < 4) return Container::none;
  const auto many = [&](std::size_t i) { return zeros[i] * 10 >= quarter * 6; };
  const auto few = [&](std::size_t i) { return zeros[i] * 20 <= quarter; };
  if (few(0) && many(1) && many(2) && many(3)) return Container::utf_32le;
  if (many(0) && many(1) && many(2) && few(3)) return Container::utf_32be;
  if (few(0) && many(1) && few(2) && many(3)) return Container::utf_16le;
  if (many(0) && few(1) && many(2) && few(3)) return Container::utf_16be;
  return Container::none;
}

std::uint32_t unit_at(std::string_view input, std::size_t at, std::size_t size, bool is_little) {
  std::uint32_t unit = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t from = is_little ? size - 1 - i : i;
    unit = unit << 8 | (at + from < input.size() ? static_cast<unsigned char>(input[at + from]) : 0u);
  }
  return unit;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = 0xfffd;
  if (c < 0x80) return byte(c);
  if (c < 0x800) {
    byte(0xc0 | (c >> 6));
  } else if (c < 0x10000) {
    byte(0xe0 | (c >> 12));
    byte(0x80 | (c >> 6 & 0x3f));
  } else {
    byte(0xf0 | (c >> 18));
    byte(0x80 | (c >> 12 & 0x3f));
    byte(0x80 | (c >> 6 & 0x3f));
  }
  byte(0x80 | (c & 0x3f));
}

}  // namespace

bool is_unicode(Container container) {
  return container == Container::utf_16le || container == Container::utf_16be || container == Container::utf_32le ||
         container == Container::utf_32be;
}

Container container_of(std::string_view input) {
  for (const Signature& one : kSignatures) {
    if (input.size() < one.at + one.bytes.size() || input.substr(one.at, one.bytes.size()) != one.bytes) continue;
    return one.container;
  }
  return by_zeros(input);
}

bool is_binary(std::string_view input) {
  const std::string_view start = input.substr(0, 4096);
  std::size_t strange = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const auto c = static_cast<unsigned char>(start[i]);
    if (c < 0x80) {
      strange += (c < 0x20 && !is_blank(start[i]) && c != 0x1b) || c == 0x7f ? 1 : 0;
      continue;
    }
    const std::size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    std::size_t follow = 0;
    while (follow < more && i + follow + 1 < start.size() && (start[i + follow + 1] & 0xc0) == 0x80) ++follow;
    if (c >= 0xc2 && c < 0xf5 && follow == more)
      i += more;
    else
      ++strange;
  }
  return input.size() >= 16 && strange * 8 >= start.size();
}

MadeText transcoded(std::string_view input, Container container) {
  const bool is_little = container == Container::utf_16le || container == Container::utf_32le;
  const std::size_t size = container == Container::utf_16le || container == Container::utf_16be ? 2 : 4;
  std::size_t at = unit_at(input, 0, size, is_little) == 0xfeff ? size : 0;
  MadeText made{{}, OffsetMap(0, 0)};
  made.map.jump(0, at, size);
  while (at < input.size()) {
    const std::size_t from = at;
    std::uint32_t c = unit_at(input, at, size, is_little);
    at += size;
    if (size == 2 && c >= 0xd800 && c < 0xdc00 && at < input.size()) {
      const std::uint32_t low = unit_at(input, at, size, is_little);
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        at += size;
      }
    }
    const std::size_t text_at = made.text.size();
    append_utf8(made.text, c);
    if (c < 0x80) continue;
    made.map.jump(text_at, from, 0);
    made.map.jump(made.text.size(), std::min(at, input.size()), size);
  }
  made.map.jump(made.text.size(), input.size(), 0);
  return made;
}

}  // namespace metabatch::inspecting
