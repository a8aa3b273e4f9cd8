// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <bit>
#include <cstring>

#include "payload/chunk_codec.hpp"
#include "payload/chunk_symbols.hpp"

namespace metabatch::codec {
namespace {

/// Two symbols for every 12 bits: 8 KiB, which stays in the first-level cache while a chunk is
/// made. Made at the first use: as constants they would be a twentieth of what the page in the
/// browser has to load.
using SymbolPair = std::array<char, 2>;
using SymbolPairs = std::array<SymbolPair, 4096>;
SymbolPairs make_pairs() {
  SymbolPairs pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kSymbols[i >> 6], kSymbols[i & 63]};
  return pairs;
}

/// The value of a symbol, shifted to its position in a group of four; kBad outside the alphabet.
constexpr std::uint32_t kBad = 0x8000'0000;
constexpr std::array<std::uint32_t, 256> make_values(unsigned shift) {
  std::array<std::uint32_t, 256> values{};
  for (auto& value : values) value = kBad;
  for (std::size_t i = 0; i < kSymbols.size(); ++i) {
    values[static_cast<unsigned char>(kSymbols[i])] = static_cast<std::uint32_t>(i) << shift;
  }
  return values;
}
constexpr std::array<std::uint32_t, 256> kValues[4] = {make_values(18), make_values(12), make_values(6),
                                                       make_values(0)};

/// One load or store and one byte swap: compilers do not see that in shifts, and it costs a third.
std::uint64_t big_endian(std::uint64_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}
std::uint64_t load_big_endian(const std::uint8_t* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, 8);
  return big_endian(value);
}
void store_big_endian(std::uint64_t value, std::uint8_t* to) {
  value = big_endian(value);
  std::memcpy(to, &value, 8);
}

void put_pair(const SymbolPairs& pairs, std::uint64_t twelve_bits, char* to) {
  std::memcpy(to, pairs[twelve_bits & 0xfff].data(), 2);
}

std::uint32_t quad(const unsigned char* from) {
  return kValues[0][from[0]] | kValues[1][from[1]] | kValues[2][from[2]] | kValues[3][from[3]];
}

}  // namespace

void encode_portable(const std::uint8_t* ids, std::size_t count, char* symbols) {
  static const SymbolPairs pairs = make_pairs();
  for (; count != 0; --count, ids += 16, symbols += 22) {
    const std::uint64_t high = load_big_endian(ids);
    const std::uint64_t low = load_big_endian(ids + 8);
    put_pair(pairs, high >> 52, symbols);
    put_pair(pairs, high >> 40, symbols + 2);
    put_pair(pairs, high >> 28, symbols + 4);
    put_pair(pairs, high >> 16, symbols + 6);
    put_pair(pairs, high >> 4, symbols + 8);
    put_pair(pairs, high << 8 | low >> 56, symbols + 10);
    put_pair(pairs, low >> 44, symbols + 12);
    put_pair(pairs, low >> 32, symbols + 14);
    put_pair(pairs, low >> 20, symbols + 16);
    put_pair(pairs, low >> 8, symbols + 18);
    put_pair(pairs, low << 4, symbols + 20);
  }
}

bool decode_portable(const char* symbols, std::size_t count, std::uint8_t* ids) {
  std::uint32_t seen = 0;
  for (; count != 0; --count, ids += 16, symbols += 22) {
    unsigned char in[22];
    std::memcpy(in, symbols, 22);
    const std::uint32_t a = quad(in);
    const std::uint32_t b = quad(in + 4);
    const std::uint32_t c = quad(in + 8);
    const std::uint32_t d = quad(in + 12);
    const std::uint32_t e = quad(in + 16);
    const std::uint32_t f = kValues[0][in[20]] | kValues[1][in[21]];
    seen |= a | b | c | d | e | f;
    store_big_endian(std::uint64_t{a} << 40 | std::uint64_t{b} << 16 | c >> 8, ids);
    store_big_endian(std::uint64_t{c} << 56 | std::uint64_t{d} << 32 | std::uint64_t{e} << 8 | (f >> 16 & 0xff),
                     ids + 8);
  }
  return (seen & kBad) == 0;
}

}  // namespace metabatch::codec
