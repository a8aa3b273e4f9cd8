// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch {

/// The exponential form of Prometheus' native histograms: schema 3 (factor 2^(1/8), about 1.09; the
/// origin asks for a factor of at most 1.1), at most 100 buckets, zero threshold 2^-128. When a new
/// bucket would be one too many: reset if the last reset (or the first observation) is an hour or
/// more ago, else halve the resolution until they fit (schema -4 is the coarsest). A reset keeps
/// the latest observation only, in `count` and `sum` too; the classic form beside it is never
/// reset. NaN counts, in no bucket.
///
/// @cost   observe: one map look-up; a new bucket allocates
/// @source client_golang prometheus/histogram.go (limitBuckets, maybeReset, doubleBucketWidth)
struct NativeHistogram {
  int schema = 3;
  double zero_threshold = 0x1p-128;
  std::uint64_t zero_count = 0;
  std::uint64_t count = 0;
  double sum = 0;
  std::map<int, std::uint64_t> positive;  ///< bucket index -> observations; upper bound 2^(index * 2^-schema)
  std::map<int, std::uint64_t> negative;
  Instant last_reset{};

  void observe(double value, Instant now);
  /// The observations of both, at the coarser resolution of the two; `last_reset` becomes the later
  /// one. More buckets than allowed halve the resolution: a sum is never reset.
  NativeHistogram& operator+=(const NativeHistogram& other);
  bool operator==(const NativeHistogram&) const = default;
};

/// One histogram in both forms: classic buckets (cumulative on output, per bucket here) and native.
class Histogram {
 public:
  /// @shape bounds: ascending upper bounds, without +Inf; read during the call only
  explicit Histogram(std::span<const double> bounds);

  void observe(double value, Instant now);
  /// @shape other: of the same bounds
  Histogram& operator+=(const Histogram& other);

  [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
  /// One more than bounds(): the last one is +Inf. Not cumulative.
  [[nodiscard]] std::span<const std::uint64_t> buckets() const { return buckets_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }
  [[nodiscard]] const NativeHistogram& native() const { return native_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  NativeHistogram native_;
};

/// Delays in integer nanoseconds, log-linear: 32 steps an octave, so a quantile is within 1/32
/// above the truth and equal on every platform. Delays below 64 ns are exact, negative ones count
/// as 0.
///
/// @cost observe: a few instructions, no allocation; a copy is 15 KB; quantile: one pass over it
class DelayHistogram {
 public:
  void observe(Duration delay, std::uint64_t times = 1);
  /// The upper edge of the step that holds the quantile, never above max(); 0 when nothing was
  /// observed.
  ///
  /// @units ten_thousandths: 5000 = median, 9900 = p99
  [[nodiscard]] Duration quantile(std::uint32_t ten_thousandths) const;
  [[nodiscard]] Duration max() const { return max_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  DelayHistogram& operator+=(const DelayHistogram& other);
  /// What was observed since `earlier`, a former state of this one; max() is then exact only to its
  /// step.
  DelayHistogram& operator-=(const DelayHistogram& earlier);
  bool operator==(const DelayHistogram&) const = default;

 private:
  static constexpr std::size_t kSteps = 32 * 60;  // steps an octave x octaves of a 63-bit count
  std::array<std::uint64_t, kSteps> steps_{};
  std::uint64_t count_ = 0;
  Duration max_{};
};

}  // namespace metabatch
