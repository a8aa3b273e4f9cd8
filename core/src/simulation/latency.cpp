// SPDX-License-Identifier: Apache-2.0
#include "simulation/latency.hpp"

#include <algorithm>
#include <bit>

namespace metabatch {
namespace {

constexpr int kLogBits = 26;
constexpr int kQuantileBits = 28;
constexpr int kPowerBits = 30;

/// value * factor / 2^bits, rounded down, without a product wider than 64 bits. factor < 2^32,
/// value < 2^59.
std::int64_t scaled(std::int64_t value, std::uint64_t factor, int bits) {
  const auto wide = static_cast<std::uint64_t>(value);
  const std::uint64_t high = wide >> bits, low = wide & ((std::uint64_t{1} << bits) - 1);
  return static_cast<std::int64_t>(high * factor + (low * factor >> bits));
}

/// A table out of its differences.
template <std::size_t order, std::size_t size>
class Table {
 public:
  explicit Table(const std::int32_t (&differences)[size]) {
    std::uint32_t sums[order] = {};
    for (std::size_t i = 0; i < size; ++i) {
      std::uint32_t sum = static_cast<std::uint32_t>(differences[i]);
      for (std::uint32_t& one : sums) sum = one += sum;
      entries_[i] = static_cast<std::int32_t>(sum);
    }
  }
  [[nodiscard]] const std::int32_t* entries() const { return entries_; }

 private:
  std::int32_t entries_[size];
};

const std::int32_t* exponential_quantiles() {
  static const Table<1, kQuantiles> table(kExponentialDifferences);
  return table.entries();
}
const std::int32_t* normal_quantiles() {
  static const Table<4, kQuantiles> table(kNormalDifferences);
  return table.entries();
}
const std::int32_t* powers_of_two() {
  static const Table<3, kPowers> table(kPowerDifferences);
  return table.entries();
}

/// Entry of `table` for a tail probability of tail / 2^64, straight between its neighbours.
std::int64_t quantile(const std::int32_t* table, std::uint64_t tail) {
  constexpr int kLast = kQuantileSteps * kQuantileOctaves;
  if (tail == 0) return table[kLast];
  const int octave = std::countl_zero(tail);
  if (octave >= kQuantileOctaves) return table[kLast];
  const std::uint64_t fraction = tail << octave << 1;  // what follows the leading bit
  const auto step = static_cast<int>(fraction >> 59);
  const auto rest = static_cast<std::int64_t>(fraction >> 35 & 0xff'ffff);  // 24 bits of the way to the next step
  const int at = kQuantileSteps * (octave + 1) - step;
  const std::int64_t from = table[at], to = table[at - 1];
  return from + ((to - from) * rest >> 24);
}

/// Of the standard normal distribution, in units of its p99.
std::int64_t normal_quantile(std::uint64_t tail) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;
  if (tail < kHalf) return quantile(normal_quantiles(), tail << 1);
  return -quantile(normal_quantiles(), ~tail << 1);
}

/// log2 of a number above 0, by squaring: a bit a square.
std::int64_t log2_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  const int whole = static_cast<int>(std::bit_width(bits)) - 1;
  std::uint64_t mantissa = whole <= 31 ? bits << (31 - whole) : bits >> (whole - 31);
  std::int64_t log = whole;
  for (int i = 0; i < kLogBits; ++i) {
    mantissa = mantissa * mantissa >> 31;
    const bool above_two = mantissa >= std::uint64_t{1} << 32;
    if (above_two) mantissa >>= 1;
    log = log << 1 | (above_two ? 1 : 0);
  }
  return log;
}

/// value * 2^exponent (1.0 is 2^28), at most kLongestLatency.
std::int64_t times_power(std::int64_t value, std::int64_t exponent) {
  const std::int64_t whole = exponent >> kQuantileBits;
  const std::int64_t fraction = exponent & (kQuantileOne - 1);
  // 2.0 is 2^31, so the last one is read as unsigned.
  const std::int32_t* const powers = powers_of_two() + (fraction >> 20);
  const std::int64_t from = static_cast<std::uint32_t>(powers[0]), to = static_cast<std::uint32_t>(powers[1]);
  const std::int64_t power = from + ((to - from) * (fraction & 0xf'ffff) >> 20);
  const std::int64_t most = kLongestLatency.count();
  std::int64_t result = scaled(value, static_cast<std::uint64_t>(power), kPowerBits);
  if (whole <= 0) return whole < -62 ? 0 : result >> -whole;
  return whole > 62 || result > (most >> whole) ? most : result << whole;
}

}  // namespace

LatencyCurve::LatencyCurve(const Latency& latency) : shape_(latency.shape), p50_(latency.p50.count()) {
  if (shape_ == LatencyShape::fixed) return;
  spread_ = latency.p99.count() - p50_;
  if (shape_ != LatencyShape::lognormal) return;
  p50_ = std::max<std::int64_t>(p50_, 1);
  log_ratio_ = log2_of(std::max(latency.p99.count(), p50_)) - log2_of(p50_);
}

LatencyCurve LatencyCurve::of_mean(Duration mean) {
  // ln 2 and ln 100 of the mean, to 2^-30; a mean up to a year fits.
  constexpr std::int64_t kLn2 = 744'261'118, kLn100 = 4'944'763'834;
  const auto part = [mean](std::int64_t factor) {
    return Duration((mean.count() >> 30) * factor + ((mean.count() & 0x3fff'ffff) * factor >> 30));
  };
  return LatencyCurve({LatencyShape::exponential, part(kLn2), part(kLn100)});
}

Duration LatencyCurve::at(std::uint64_t tail) const {
  const auto bounded = [](std::int64_t value) {
    return Duration(std::clamp<std::int64_t>(value, 0, kLongestLatency.count()));
  };
  switch (shape_) {
    case LatencyShape::fixed: break;
    case LatencyShape::uniform: {  // p99 - p50 is 0.49 of the width
      const std::int64_t width = spread_ * 100 / 49;
      return bounded(p50_ + width / 2 - scaled(width, tail >> 32, 32));
    }
    case LatencyShape::exponential: {
      const std::int64_t q = quantile(exponential_quantiles(), tail);
      const std::int64_t away = scaled(spread_, static_cast<std::uint64_t>(q < 0 ? -q : q), kQuantileBits);
      return bounded(q < 0 ? p50_ - away : p50_ + away);
    }
    case LatencyShape::lognormal: return bounded(times_power(p50_, (log_ratio_ * normal_quantile(tail)) >> kLogBits));
  }
  return bounded(p50_);
}

}  // namespace metabatch
