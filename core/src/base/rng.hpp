// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace metabatch {

/// Spreads one number into a sequence of them; seeds the generator below.
///
/// @source Steele, Lea, Flood 2014 (SplitMix), the 64-bit finalizer of Vigna's splitmix64.c
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();

 private:
  std::uint64_t state_;
};

/// Pseudo-random integers that are the same on every platform: xoshiro256**, its state four numbers
/// of SplitMix64, and integers in a range by rejection, without a multiplication wider than 64 bits
/// or any floating point. Not for secrets.
///
/// @cost   about a nanosecond a number; a bounded one draws fewer than two on average
/// @source Blackman and Vigna 2018, xoshiro256starstar.c
class Rng {
 public:
  explicit Rng(std::uint64_t seed);
  /// A generator in a given state; not all four may be 0.
  explicit Rng(const std::array<std::uint64_t, 4>& state) : state_(state) {}

  std::uint64_t next();

  /// Evenly in [0, limit): draws the lowest bits that limit - 1 needs until they are below limit. 0
  /// for 0 and 1, without a draw.
  std::uint64_t below(std::uint64_t limit);

  /// Evenly in [least, most], both included; least when most < least.
  std::int64_t between(std::int64_t least, std::int64_t most);

  /// True in `per_million` of a million cases; always one draw of below(1,000,000).
  bool chance(std::uint32_t per_million) { return below(1'000'000) < per_million; }

  /// A generator of its own, seeded by the next number of this one: one for each agent keeps them
  /// apart.
  Rng split() { return Rng(next()); }

  bool operator==(const Rng&) const = default;

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace metabatch
