// SPDX-License-Identifier: Apache-2.0
#include "feed/mend_json.hpp"

#include <algorithm>
#include <optional>

namespace metabatch::feed {
namespace {

constexpr std::string_view kNulEscape = "\\u0000";
constexpr std::size_t kExactDigits = 18;  // an integer of at most so many characters fits 64 bits

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_between(unsigned char byte, unsigned low, unsigned high) { return byte >= low && byte <= high; }

/// A sequence that begins with a byte over 0x7F: its size if it is well-formed, else the size of
/// its maximal subpart.
/// @source Unicode 15 table 3-7
struct Sequence {
  std::size_t size;
  bool well_formed;
};
Sequence sequence_of(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = at(0);
  const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(static_cast<unsigned char>(at(1)), low, high)) return {1, false};
  for (std::size_t size = 2; size < wanted; ++size)
    if (!is_between(static_cast<unsigned char>(at(size)), 0x80, 0xBF)) return {size, false};
  return {wanted, true};
}

/// The code unit of an escape \uXXXX at the start of the text.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    const unsigned digit = is_digit(c) ? static_cast<unsigned>(c - '0')
                           : is_between(static_cast<unsigned char>(c | 0x20), 'a', 'f')
                               ? static_cast<unsigned>((c | 0x20) - 'a') + 10
                               : 16;
    if (digit > 15) return std::nullopt;
    unit = unit * 16 + digit;
  }
  return unit;
}

bool is_high(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// Whether the text is a number as JSON writes it.
bool is_number(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > from;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const std::size_t first = i;
  if (!digits() || (text[first] == '0' && i > first + 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] | 0x20) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

/// Appends one step of the inside of a string. Returns the number of bytes of the line that it
/// used.
std::size_t mend_string_step(std::string_view rest, std::string& out) {
  const char c = rest[0];
  if (c == '\\') {
    const std::optional<unsigned> unit = escaped_unit(rest);
    if (unit && is_high(*unit)) {
      const std::optional<unsigned> second = escaped_unit(rest.substr(6));
      if (second && is_low(*second)) {
        out.append(rest.substr(0, 12));
        return 12;
      }
    }
    if (unit && (is_high(*unit) || is_low(*unit))) {
      out.append(kNulEscape);
      return 6;
    }
    out.append(rest.substr(0, 2));
    return std::min<std::size_t>(2, rest.size());
  }
  const Sequence sequence = static_cast<unsigned char>(c) < 0x80 ? Sequence{1, c != '\0'} : sequence_of(rest);
  out.append(sequence.well_formed ? rest.substr(0, sequence.size) : kNulEscape);
  return sequence.size;
}

}  // namespace

std::string mend_json(std::string_view line) {
  std::string out;
  out.reserve(line.size() + 64);
  bool in_string = false;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (c == '"') {
      in_string = !in_string;
      out.push_back(c);
      ++i;
    } else if (in_string) {
      i += mend_string_step(line.substr(i), out);
    } else if (c == '-' || is_digit(c)) {
      const std::size_t end = std::min(line.find_first_not_of("0123456789+-.eE", i), line.size());
      const std::string_view run = line.substr(i, end - i);
      const bool is_kept = run.size() <= kExactDigits && run.find_first_of(".eE") == std::string_view::npos;
      out.append(is_number(run) && !is_kept ? "0" : run);
      i = end;
    } else {
      out.push_back(c);
      ++i;
    }
  }
  return out;
}

}  // namespace metabatch::feed
