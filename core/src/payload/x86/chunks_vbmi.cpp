// SPDX-License-Identifier: Apache-2.0
#include "payload/x86/chunks_x86.hpp"

#include <immintrin.h>

// Two ids at once: 32 bytes and 44 symbols, each within one 64-byte register. Idea: W. Mula and D.
// Lemire, "Base64 encoding and decoding at almost the speed of a memory copy" (2019); the layouts
// for 22-symbol ids are our own.
namespace metabatch::codec {
namespace {

constexpr std::size_t kSymbolsAtOnce = 44;
constexpr __mmask64 kSymbolsMask = (__mmask64{1} << kSymbolsAtOnce) - 1;

struct Bytes64 {
  alignas(64) std::uint8_t at[64];
};

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr Bytes64 alphabet() {
  Bytes64 table{};
  for (unsigned i = 0; i < 64; ++i) table.at[i] = static_cast<std::uint8_t>(kAlphabet[i]);
  return table;
}

// Encoding. Every eight output symbols draw on at most eight input bytes. Those are brought
// together with the earliest byte on top, so that the bits of a symbol are neighbours even across
// bytes; then each output byte picks its six bits by a shift. Input byte 32 stands for the zeros
// behind an id.
constexpr unsigned kZeroByte = 32;

constexpr unsigned first_byte(unsigned symbol) { return symbol % 22 * 6 / 8 + symbol / 22 * 16; }

/// Which input byte is at position `place` (0 = top) of the group of eight symbols `group`.
constexpr unsigned gathered(unsigned group, unsigned place) {
  const unsigned from = group * 8;
  const unsigned next_id = (from / 22 + 1) * 22;  // first symbol of the following id
  if (from + 8 <= next_id) {
    const unsigned byte = first_byte(from) + place;
    return byte < (from / 22 + 1) * 16 ? byte : kZeroByte;
  }
  const unsigned left = (from / 22 + 1) * 16 - first_byte(from);  // bytes of the id that ends here
  if (place < left) return first_byte(from) + place;
  return place == left ? kZeroByte : next_id / 22 * 16 + place - left - 1;
}

constexpr unsigned bit_of(unsigned symbol) {
  const unsigned group = symbol / 8;
  const unsigned from = group * 8;
  const unsigned in_byte = symbol % 22 * 6 % 8;
  for (unsigned place = 0; place < 8; ++place) {
    if (gathered(group, place) == first_byte(symbol) && first_byte(symbol) >= first_byte(from)) {
      return place * 8 + in_byte;
    }
  }
  return 0;
}

constexpr Bytes64 encode_gather() {
  Bytes64 table{};
  for (unsigned i = 0; i < 64; ++i) {
    const unsigned group = i / 8;
    const unsigned byte = group * 8 < kSymbolsAtOnce ? gathered(group, 7 - i % 8) : kZeroByte;
    table.at[i] = static_cast<std::uint8_t>(byte < kZeroByte ? byte : kZeroByte);
  }
  return table;
}

constexpr Bytes64 encode_shift() {
  Bytes64 table{};
  for (unsigned i = 0; i < kSymbolsAtOnce; ++i) table.at[i] = static_cast<std::uint8_t>((58 - bit_of(i)) & 63);
  return table;
}

// Decoding. Values are laid out in groups of four, the last group of an id filled with zeros,
// packed to 24 bits by two multiply-adds, and the bytes taken from the top down.
constexpr std::uint8_t kBad = 0x80;

constexpr Bytes64 symbol_values(unsigned from) {
  Bytes64 table{};
  for (unsigned i = 0; i < 64; ++i) table.at[i] = kBad;
  for (unsigned i = 0; i < 64; ++i) {
    const unsigned symbol = static_cast<unsigned char>(kAlphabet[i]);
    if (symbol >= from && symbol < from + 64) table.at[symbol - from] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr Bytes64 decode_groups() {  // 24 slots an id; slots 22 and 23 are masked out
  Bytes64 table{};
  for (unsigned i = 0; i < 48; ++i) table.at[i] = static_cast<std::uint8_t>(i / 24 * 22 + i % 24);
  return table;
}
constexpr __mmask64 kGroupMask = (__mmask64{0x3fffff} << 24) | 0x3fffff;

constexpr Bytes64 decode_bytes() {
  Bytes64 table{};
  for (unsigned i = 0; i < 32; ++i) {
    const unsigned byte = i % 16;
    table.at[i] = static_cast<std::uint8_t>(i / 16 * 24 + byte / 3 * 4 + 2 - byte % 3);
  }
  return table;
}

constexpr Bytes64 kAlphabetTable = alphabet();
constexpr Bytes64 kEncodeGather = encode_gather();
constexpr Bytes64 kEncodeShift = encode_shift();
constexpr Bytes64 kLowValues = symbol_values(0);
constexpr Bytes64 kHighValues = symbol_values(64);
constexpr Bytes64 kDecodeGroups = decode_groups();
constexpr Bytes64 kDecodeBytes = decode_bytes();

__m512i load(const Bytes64& table) { return _mm512_load_si512(table.at); }

}  // namespace

void encode_vbmi(const std::uint8_t* ids, std::size_t count, char* symbols) {
  const __m512i gather = load(kEncodeGather);
  const __m512i shift = load(kEncodeShift);
  const __m512i table = load(kAlphabetTable);
  const auto two_ids = [&](__m512i in) {
    const __m512i fields = _mm512_multishift_epi64_epi8(shift, _mm512_permutexvar_epi8(gather, in));
    return _mm512_permutexvar_epi8(fields, table);
  };
  // A store of a full register may overwrite what follows, as long as 64 symbols (three ids) are
  // still to be written.
  for (; count >= 3; count -= 2, ids += 32, symbols += kSymbolsAtOnce) {
    const __m256i in = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(ids));
    _mm512_storeu_si512(symbols, two_ids(_mm512_zextsi256_si512(in)));
  }
  if (count == 0) return;
  const auto in = _mm512_maskz_loadu_epi8(count == 2 ? 0xffff'ffff : 0xffff, ids);
  _mm512_mask_storeu_epi8(symbols, count == 2 ? kSymbolsMask : 0x3f'ffff, two_ids(in));
}

bool decode_vbmi(const char* symbols, std::size_t count, std::uint8_t* ids) {
  const __m512i low = load(kLowValues);
  const __m512i high = load(kHighValues);
  const __m512i groups = load(kDecodeGroups);
  const __m512i bytes = load(kDecodeBytes);
  const __m512i join_two = _mm512_set1_epi32(0x01400140);
  const __m512i join_four = _mm512_set1_epi32(0x00011000);
  __m512i seen = _mm512_setzero_si512();
  const auto two_ids = [&](__m512i in) {
    // The lookup uses only seven bits of a symbol, so the eighth is kept beside the value.
    const __m512i found =
        _mm512_or_si512(_mm512_permutex2var_epi8(low, in, high), _mm512_and_si512(in, _mm512_set1_epi8(-128)));
    const __m512i values = _mm512_maskz_permutexvar_epi8(kGroupMask, groups, found);
    seen = _mm512_or_si512(seen, values);
    const __m512i packed = _mm512_madd_epi16(_mm512_maddubs_epi16(values, join_two), join_four);
    return _mm512_castsi512_si256(_mm512_permutexvar_epi8(bytes, packed));
  };
  for (; count >= 3; count -= 2, symbols += kSymbolsAtOnce, ids += 32) {  // 64 symbols are there to be read
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(ids), two_ids(_mm512_loadu_si512(symbols)));
  }
  if (count == 2) {
    const __m512i in = _mm512_maskz_loadu_epi8(kSymbolsMask, symbols);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(ids), two_ids(in));
  } else if (count == 1) {
    const __m512i in = _mm512_mask_loadu_epi8(_mm512_set1_epi8('A'), 0x3f'ffff, symbols);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(ids), _mm256_castsi256_si128(two_ids(in)));
  }
  return _mm512_movepi8_mask(seen) == 0;
}

}  // namespace metabatch::codec
