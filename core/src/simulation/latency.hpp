// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "metabatch/simulation/store_model.hpp"

namespace metabatch {

inline constexpr std::int64_t kQuantileOne = 1 << 28;  // 1.0 of a quantile: p99, when the median is 0
inline constexpr int kQuantileSteps = 32;              // an octave of the tail probability
inline constexpr int kQuantileOctaves = 33;
inline constexpr Duration kLongestLatency = std::chrono::hours(24 * 366 * 4);  // nothing takes longer

inline constexpr std::size_t kQuantiles = kQuantileSteps * kQuantileOctaves + 1;
inline constexpr std::size_t kPowers = 257;

/// Tables as differences of the first, fourth and third order; made by
/// tests/golden/latency_tables.py. Quantiles by tail probability, ascending; powers: 2^(i/256), 1.0
/// is 2^30.
extern const std::int32_t kExponentialDifferences[kQuantiles];
extern const std::int32_t kNormalDifferences[kQuantiles];
extern const std::int32_t kPowerDifferences[kPowers];

/// The distribution of a Latency, without floating point: the same integers on every platform.
class LatencyCurve {
 public:
  explicit LatencyCurve(const Latency& latency);
  /// The exponential distribution of that mean.
  static LatencyCurve of_mean(Duration mean);

  /// The latency that a share of tail / 2^64 exceeds: an even draw of 64 bits gives the
  /// distribution. Never rises with `tail`; 0 to kLongestLatency.
  [[nodiscard]] Duration at(std::uint64_t tail) const;

 private:
  LatencyShape shape_;
  std::int64_t p50_ = 0;
  std::int64_t spread_ = 0;     // p99 - p50
  std::int64_t log_ratio_ = 0;  // log2(p99 / p50), 1.0 is 2^26
};

}  // namespace metabatch
