// SPDX-License-Identifier: Apache-2.0
#include "base/rng.hpp"

#include <bit>

namespace metabatch {

std::uint64_t SplitMix64::next() {
  std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

Rng::Rng(std::uint64_t seed) : state_{} {
  SplitMix64 seeds(seed);
  for (std::uint64_t& word : state_) word = seeds.next();
}

std::uint64_t Rng::next() {
  auto& s = state_;
  const std::uint64_t result = std::rotl(s[1] * 5, 7) * 9;
  const std::uint64_t shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 45);
  return result;
}

std::uint64_t Rng::below(std::uint64_t limit) {
  if (limit <= 1) return 0;
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(limit - 1);
  for (;;) {
    const std::uint64_t drawn = next() & mask;
    if (drawn < limit) return drawn;
  }
}

std::int64_t Rng::between(std::int64_t least, std::int64_t most) {
  if (most <= least) return least;
  const std::uint64_t span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least) + 1;
  const std::uint64_t offset = span == 0 ? next() : below(span);  // 0: all 2^64 numbers
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + offset);
}

}  // namespace metabatch
