// SPDX-License-Identifier: Apache-2.0
#include "inspect/bytes/escapes.hpp"

#include <algorithm>

#include "inspect/bytes/symbols.hpp"

namespace metabatch::inspecting {
namespace {

constexpr std::size_t kByteaDigits = 16;  // so many hex digits behind `\x` are no escape of one byte

void append_byte(std::string& out, std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); }

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x80) return append_byte(out, c);
  if (c < 0x800) {
    append_byte(out, 0xc0 | (c >> 6));
  } else if (c < 0x10000) {
    append_byte(out, 0xe0 | (c >> 12));
    append_byte(out, 0x80 | (c >> 6 & 0x3f));
  } else {
    append_byte(out, 0xf0 | (c >> 18 & 7));
    append_byte(out, 0x80 | (c >> 12 & 0x3f));
    append_byte(out, 0x80 | (c >> 6 & 0x3f));
  }
  append_byte(out, 0x80 | (c & 0x3f));
}

std::uint32_t digits(std::string_view text, std::size_t& at, std::size_t most, std::uint32_t base) {
  std::uint32_t value = 0;
  for (; most > 0 && at < text.size() && is_hex(text[at]) && hex_value(text[at]) < base; --most)
    value = value * base + hex_value(text[at++]);
  return value;
}

bool two_hex(std::string_view text, std::size_t at) {
  return at + 2 <= text.size() && is_hex(text[at]) && is_hex(text[at + 1]);
}

/// Each of these moves `at` behind an escape and appends what it is, or leaves both as they are.
bool take_backslash(std::string_view text, std::size_t& at, std::string& out) {
  if (text[at] != '\\' || at + 1 == text.size()) return false;
  if (text[at + 1] == 'x' && end_of_run(text.substr(0, std::min(text.size(), at + 2 + kByteaDigits)), at + 2,
                                        kHexDigit) == at + 2 + kByteaDigits)
    return false;
  ++at;
  undo_backslash(text, at, out);
  return true;
}

bool take_percent(std::string_view text, std::size_t& at, std::string& out) {
  if (text[at] != '%' || !two_hex(text, at + 1)) return false;
  append_byte(out, hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
  at += 3;
  return true;
}

bool take_quoted_printable(std::string_view text, std::size_t& at, std::string& out) {
  if (text[at] != '=') return false;
  std::size_t end = at + 1;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
  if (end < text.size() && text[end] == '\r') ++end;
  if (end < text.size() && text[end] == '\n') {
    at = end + 1;
    return true;
  }
  if (!two_hex(text, at + 1)) return false;
  append_byte(out, hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
  at += 3;
  return true;
}

bool take_entity(std::string_view text, std::size_t& at, std::string& out) {
  constexpr std::size_t kLongest = 10;
  constexpr std::string_view kNamed[] = {"quot", "amp", "apos", "lt", "gt", "nbsp", "sol", "plus"};
  constexpr std::string_view kBytes = "\"&'<> /+";
  if (text[at] != '&') return false;
  const std::size_t semicolon = text.substr(0, std::min(text.size(), at + kLongest)).find(';', at);
  if (semicolon == std::string_view::npos) return false;
  const std::string_view name = text.substr(at + 1, semicolon - at - 1);
  if (name.size() > 1 && name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    std::size_t digit = hex ? 2 : 1;
    const std::uint32_t value = digits(name, digit, 7, hex ? 16 : 10);
    if (digit != name.size() || value == 0 || value > 0x10ffff) return false;
    append_code_point(out, value);
  } else {
    const auto* const found = std::find(std::begin(kNamed), std::end(kNamed), name);
    if (found == std::end(kNamed)) return false;
    out += kBytes[static_cast<std::size_t>(found - std::begin(kNamed))];
  }
  at = semicolon + 1;
  return true;
}

bool take_escape(Escape escape, std::string_view text, std::size_t& at, std::string& out) {
  switch (escape) {
    case Escape::backslash: return take_backslash(text, at, out);
    case Escape::percent: return take_percent(text, at, out);
    case Escape::quoted_printable: return take_quoted_printable(text, at, out);
    case Escape::entity: return take_entity(text, at, out);
  }
  return false;
}

char mark_of(Escape escape) {
  constexpr std::string_view kMarks = "\\%=&";
  return kMarks[static_cast<std::size_t>(escape)];
}

}  // namespace

void undo_backslash(std::string_view text, std::size_t& at, std::string& out) {
  constexpr std::string_view kNames = "abefnrtv";
  constexpr std::string_view kBytes = "\a\b\x1b\f\n\r\t\v";
  const char c = text[at];
  if (c >= '0' && c <= '7') return append_byte(out, digits(text, at, 3, 8));
  ++at;
  const bool hex_follows = at < text.size() && is_hex(text[at]);
  if (c == 'x' && hex_follows) return append_byte(out, digits(text, at, 2, 16));
  if ((c == 'u' || c == 'U') && hex_follows)
    return append_code_point(out, digits(text, at, c == 'u' ? 4 : 8, 16) & 0x1fffff);
  const std::size_t name = kNames.find(c);
  out += name == std::string_view::npos ? c : kBytes[name];
}

void undo_code_point(std::string_view text, std::size_t& at, char mark, std::string& out) {
  const std::size_t plus = text[at] == '+' ? 1 : 0;
  const std::size_t most = plus == 1 ? 6 : 4;
  std::size_t end = at + plus;
  const std::uint32_t value = digits(text, end, most, 16);
  const bool is_code_point = end == at + plus + most;
  if (is_code_point) {
    at = end;
    return append_code_point(out, value & 0x1fffff);
  }
  out += mark;  // doubled, or no escape at all
  if (text[at] == mark) ++at;
}

std::optional<MadeText> undo(Escape escape, const Source& source) {
  const std::string_view text = source.text;
  const char mark = mark_of(escape);
  MadeText made{{}, OffsetMap(source.raw(0))};
  bool is_changed = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find(mark, at), text.size());
    // What stands between two escapes keeps the steps of the map that it has: one piece where it is
    // plain.
    if (source.map == nullptr) {
      made.map.jump(made.text.size(), source.raw(at), 1);
    } else {
      for (std::size_t i = at; i < next; ++i)
        made.map.jump(made.text.size() + (i - at), source.raw(i), source.raw(i + 1) - source.raw(i));
    }
    made.text.append(text.substr(at, next - at));
    at = next;
    if (at == text.size()) break;
    const std::size_t size = made.text.size();
    const std::size_t from = at;
    if (take_escape(escape, text, at, made.text)) {
      is_changed = true;
    } else {
      made.text += mark;
      ++at;
    }
    // Every byte that the escape stands for begins where it begins; what follows begins behind it.
    if (made.text.size() > size) made.map.jump(size, source.raw(from), 0);
    made.map.jump(made.text.size(), source.raw(at), 1);
  }
  if (!is_changed) return std::nullopt;
  return made;
}

}  // namespace metabatch::inspecting
