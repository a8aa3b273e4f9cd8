// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace metabatch {
namespace {

using Byte = unsigned char;

constexpr std::size_t kLongest = 4;  // bytes of a code point

/// A code point, or the maximal subpart of an ill-formed one.
struct Piece {
  std::size_t size;
  bool valid;
};

bool is_continuation(char c) { return (static_cast<Byte>(c) & 0xC0) == 0x80; }

/// Bytes that must follow `lead`; 0 for a byte that begins nothing.
std::size_t trail_of(Byte lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  if (lead >= 0xF0 && lead <= 0xF4) return 3;
  return 0;
}

/// The second byte rules out overlong forms, surrogates and what is above U+10FFFF.
bool second_fits(Byte lead, Byte second) {
  const Byte least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const Byte most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= least && second <= most;
}

Piece piece_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<Byte>(text[at]);
  if (lead < 0x80) return {1, lead != 0};
  const std::size_t trail = trail_of(lead);
  std::size_t size = 1;
  for (; size <= trail; ++size) {
    if (at + size >= text.size()) return {size, false};
    const char next = text[at + size];
    if (size == 1 ? !second_fits(lead, static_cast<Byte>(next)) : !is_continuation(next)) return {size, false};
  }
  return {size, trail > 0};
}

/// Length of the run of 01..7F at the start, in steps of eight bytes: a lower bound of it.
std::size_t plain_run(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (((word - kOnes) | word) & kHighs) break;  // a byte is 0 or above 7F
  }
  return at;
}

}  // namespace

std::size_t clean_size(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += plain_run(text.substr(at));
    for (std::size_t i = 0; i < sizeof(std::uint64_t) && at < text.size(); ++i) {
      const Piece piece = piece_at(text, at);
      if (!piece.valid) return at;
      at += piece.size;
    }
  }
  return at;
}

Sanitized sanitize(std::string_view text, std::string& room, std::size_t max_bytes) {
  // A code point that starts before the cut is seen whole; one that the window splits starts behind
  // the cut.
  const std::size_t reach = std::min(text.size(), max_bytes);
  const std::string_view window = text.substr(0, reach + std::min(text.size() - reach, kLongest - 1));
  const std::size_t clean = clean_size(window);
  if (clean == window.size() || clean >= max_bytes) return {cut_at_boundary(window.substr(0, clean), max_bytes), 0};
  std::size_t replaced = 0;
  room.assign(window.substr(0, clean));
  for (std::size_t at = clean; at < window.size();) {
    const Piece piece = piece_at(window, at);
    const std::string_view out = piece.valid ? window.substr(at, piece.size) : kReplacement;
    if (out.size() > max_bytes - room.size()) break;
    room += out;
    replaced += piece.valid ? 0 : 1;
    at += piece.size;
  }
  if (replaced == 0) return {window.substr(0, room.size()), 0};  // the cut came before the fault
  return {room, replaced};
}

std::string_view cut_at_boundary(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t size = max_bytes;
  for (std::size_t back = 1; back < kLongest && size > 0 && is_continuation(text[size]); ++back) --size;
  return text.substr(0, size);
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += is_continuation(c) ? 0 : 1;
  return count;
}

}  // namespace metabatch
