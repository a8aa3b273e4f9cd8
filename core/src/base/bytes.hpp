// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Keys and values are mostly 4 to 32 bytes: a call of memcpy or memcmp for each costs more than
/// the bytes do. Overlapping loads of fixed size compile to a few instructions.
namespace metabatch {

template <class Word>
inline Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

template <class Word>
inline void copy_ends(char* to, const char* from, std::size_t size) {
  const Word first = load<Word>(from);
  const Word last = load<Word>(from + size - sizeof(Word));
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof(Word), &last, sizeof last);
}

struct Sixteen {
  std::uint64_t half[2];
};

inline void copy_bytes(char* to, const char* from, std::size_t size) {
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    copy_ends<Sixteen>(to, from, size);
  } else if (size >= 8) {
    copy_ends<std::uint64_t>(to, from, size);
  } else if (size >= 4) {
    copy_ends<std::uint32_t>(to, from, size);
  } else if (size >= 2) {
    copy_ends<std::uint16_t>(to, from, size);
  } else if (size == 1) {
    *to = *from;
  }
}

template <class Word>
inline bool ends_equal(const char* a, const char* b, std::size_t size) {
  return ((load<Word>(a) ^ load<Word>(b)) |
          (load<Word>(a + size - sizeof(Word)) ^ load<Word>(b + size - sizeof(Word)))) == 0;
}

inline bool equal_bytes(const char* a, const char* b, std::size_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) return ends_equal<std::uint64_t>(a, b, size);
  if (size >= 4) return ends_equal<std::uint32_t>(a, b, size);
  if (size >= 2) return ends_equal<std::uint16_t>(a, b, size);
  return size == 0 || *a == *b;
}

inline bool equal_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && equal_bytes(a.data(), b.data(), a.size());
}

inline constexpr std::size_t kLine = 64;  // bytes the processor fetches at once

/// Asks for lines that another processor may have changed last and that are written soon. Reads
/// nothing.
inline void prefetch_lines(const void* from, std::size_t lines) {
  for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(static_cast<const char*>(from) + i * kLine, 1);
}

__extension__ using Wide = unsigned __int128;

/// 64 x 64 -> 128 bits, folded: every bit of the result depends on every bit of both.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// A seeded hash of a short text. Only places in tables depend on it, never an output.
inline std::uint64_t hash_bytes(std::string_view text, std::uint64_t seed) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = seed ^ (0x9e3779b97f4a7c15ULL * (left + 1));
  for (; left >= 8; at += 8, left -= 8) hash = mix(hash ^ load<std::uint64_t>(at), 0xd6e8feb86659fd93ULL);
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < left; ++i) rest |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
  return mix(hash ^ rest, 0xa0761d6478bd642fULL);
}

}  // namespace metabatch
