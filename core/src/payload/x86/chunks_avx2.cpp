// SPDX-License-Identifier: Apache-2.0
#include "payload/chunk_codec.hpp"
#include "payload/x86/chunks_x86.hpp"

#include <immintrin.h>

// One id in one 32-byte register: the lower lane holds its first 12 bytes and 16 symbols, the upper
// lane its last 4 bytes and 6 symbols. Idea: W. Mula and D. Lemire, "Faster Base64 Encoding and
// Decoding using AVX2 Instructions" (2018).
namespace metabatch::codec {
namespace {

constexpr char kNone = -128;  // a shuffle index that yields zero

__m256i load_table(const char (&table)[32]) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table)); }
__m128i load16(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

// Each four symbols draw on three bytes b0 b1 b2, laid out as b1 b0 b2 b1 for the two
// multiplications.
constexpr char kGather[32] = {1,     0,     2,     1,     4,     3,     5,     4,     7,     6,     8,
                              7,     10,    9,     11,    10,    13,    12,    14,    13,    kNone, 15,
                              kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone};

/// Six-bit values to symbols: what to add depends on the range only.
__m256i to_symbols(__m256i values) {
  const __m256i offsets =
      _mm256_broadcastsi128_si256(_mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                                                '0' - 52, '0' - 52, '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0));
  const __m256i above = _mm256_subs_epu8(values, _mm256_set1_epi8(51));
  const __m256i upper_case = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), values);
  const __m256i range = _mm256_or_si256(above, _mm256_and_si256(upper_case, _mm256_set1_epi8(13)));
  return _mm256_add_epi8(values, _mm256_shuffle_epi8(offsets, range));
}

__m256i encode_one(const std::uint8_t* id, __m256i gather) {
  const __m256i in = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load16(id)), gather);
  const __m256i high =
      _mm256_mulhi_epu16(_mm256_and_si256(in, _mm256_set1_epi32(0x0fc0fc00)), _mm256_set1_epi32(0x04000040));
  const __m256i low =
      _mm256_mullo_epi16(_mm256_and_si256(in, _mm256_set1_epi32(0x003f03f0)), _mm256_set1_epi32(0x01000010));
  return to_symbols(_mm256_or_si256(high, low));
}

// The upper lane is read from symbol 6 on, so that its last byte is the last symbol; symbols 16..21
// come first, and zeros (which stand for the value 0, not for a symbol) fill up.
constexpr char kUpperSymbols[16] = {10,    11,    12,    13,    14,    15,    kNone, kNone,
                                    kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone};

constexpr char kTake[32] = {2,     1,     0,     6,     5,     4,     10,    9,     8,     14,    13,
                            12,    kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone,
                            kNone, kNone, kNone, kNone, kNone, kNone, 2,     1,     0,     6};

struct Decoded {
  __m128i id;
  __m256i bad;  ///< not zero where a symbol is outside the alphabet
};

Decoded decode_one(const char* symbols, __m128i upper_symbols, __m128i fill) {
  const __m128i tail = _mm_or_si128(_mm_shuffle_epi8(load16(symbols + 6), upper_symbols), fill);
  const __m256i in = _mm256_inserti128_si256(_mm256_castsi128_si256(load16(symbols)), tail, 1);
  // A symbol is good when the classes of its two halves share no bit.
  const __m256i low_classes = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a));
  const __m256i high_classes = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
  const __m256i offsets =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i high_half = _mm256_and_si256(_mm256_srli_epi32(in, 4), _mm256_set1_epi8(0x0f));
  const __m256i low_half = _mm256_and_si256(in, _mm256_set1_epi8(0x0f));
  const __m256i bad =
      _mm256_and_si256(_mm256_shuffle_epi8(low_classes, low_half), _mm256_shuffle_epi8(high_classes, high_half));
  const __m256i slash = _mm256_cmpeq_epi8(in, _mm256_set1_epi8('/'));
  const __m256i values = _mm256_add_epi8(in, _mm256_shuffle_epi8(offsets, _mm256_add_epi8(slash, high_half)));
  const __m256i packed =
      _mm256_madd_epi16(_mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140)), _mm256_set1_epi32(0x00011000));
  const __m256i taken = _mm256_shuffle_epi8(packed, load_table(kTake));
  return {_mm_or_si128(_mm256_castsi256_si128(taken), _mm256_extracti128_si256(taken, 1)), bad};
}

}  // namespace

void encode_avx2(const std::uint8_t* ids, std::size_t count, char* symbols) {
  const __m256i gather = load_table(kGather);
  for (; count >= 2; --count, ids += 16, symbols += 22) {  // 32 symbols are stored, the next id overwrites ten
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(symbols), encode_one(ids, gather));
  }
  encode_portable(ids, count, symbols);
}

bool decode_avx2(const char* symbols, std::size_t count, std::uint8_t* ids) {
  const __m128i upper_symbols = load16(kUpperSymbols);
  const __m128i fill = _mm_setr_epi8(0, 0, 0, 0, 0, 0, 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A');
  __m256i bad = _mm256_setzero_si256();
  for (; count != 0; --count, symbols += 22, ids += 16) {
    const Decoded one = decode_one(symbols, upper_symbols, fill);
    bad = _mm256_or_si256(bad, one.bad);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(ids), one.id);
  }
  return _mm256_testz_si256(bad, bad) != 0;
}

}  // namespace metabatch::codec
