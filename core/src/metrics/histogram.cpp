// SPDX-License-Identifier: Apache-2.0
#include "metabatch/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace metabatch {
namespace {

constexpr std::size_t kMaxBuckets = 100;
constexpr int kFinestSchema = 3;
constexpr int kCoarsestSchema = -4;  // the coarsest that Prometheus reads
constexpr Duration kMinResetAge = std::chrono::hours(1);

/// Bucket bounds within one octave at schema 3, as frexp sees them: 2^(i/8) / 2. The last digits
/// are those of Prometheus' own table, so that a value on a bound falls on the same side here and
/// there.
///
/// @source prometheus model/histogram/generic.go (exponentialBounds)
constexpr double kOctave[] = {0.5,
                              0.5452538663326288,
                              0.5946035575013605,
                              0.6484197773255048,
                              0.7071067811865475,
                              0.7711054127039704,
                              0.8408964152537144,
                              0.9170040432046711};

int fine_index(int schema, double fraction, int exponent) {
  const int steps = 1 << schema;
  const int stride = 1 << (kFinestSchema - schema);
  int step = 0;
  while (step < steps && kOctave[step * stride] < fraction) ++step;
  return step + (exponent - 1) * steps;
}

int coarse_index(int schema, double fraction, int exponent) {
  const int octave = fraction == 0.5 ? exponent - 1 : exponent;
  return (octave + (1 << -schema) - 1) >> -schema;
}

/// Index of the bucket whose upper bound is the first not below |value|; infinity has one of its
/// own.
int bucket_index(int schema, double value) {
  const bool infinite = std::isinf(value);
  int exponent = 0;
  const double fraction = std::frexp(infinite ? std::numeric_limits<double>::max() : std::abs(value), &exponent);
  const int index = schema > 0 ? fine_index(schema, fraction, exponent) : coarse_index(schema, fraction, exponent);
  return infinite ? index + 1 : index;
}

void tally(NativeHistogram& native, double value) {
  ++native.count;
  native.sum += value;
  if (std::isnan(value)) return;
  if (value > native.zero_threshold)
    ++native.positive[bucket_index(native.schema, value)];
  else if (value < -native.zero_threshold)
    ++native.negative[bucket_index(native.schema, value)];
  else
    ++native.zero_count;
}

/// The bucket of twice the width that covers bucket `index`: ceil(index / 2).
std::map<int, std::uint64_t> halved(const std::map<int, std::uint64_t>& buckets) {
  std::map<int, std::uint64_t> wide;
  for (const auto& [index, observations] : buckets) wide[index > 0 ? (index + 1) / 2 : index / 2] += observations;
  return wide;
}

std::size_t bucket_count(const NativeHistogram& native) { return native.positive.size() + native.negative.size(); }

void halve(NativeHistogram& native) {
  native.positive = halved(native.positive);
  native.negative = halved(native.negative);
  --native.schema;
}

constexpr int kStepBits = 5;  // 32 steps an octave; below 64 ns every nanosecond is a step

std::size_t step_of(std::uint64_t nanoseconds) {
  if (nanoseconds < (1u << kStepBits)) return static_cast<std::size_t>(nanoseconds);
  const int shift = static_cast<int>(std::bit_width(nanoseconds)) - 1 - kStepBits;
  return (static_cast<std::size_t>(shift) << kStepBits) + static_cast<std::size_t>(nanoseconds >> shift);
}

/// The largest value that step_of maps to `step`.
std::uint64_t upper_edge(std::size_t step) {
  if (step < (2u << kStepBits)) return step;
  const std::size_t shift = (step >> kStepBits) - 1;
  const std::uint64_t lead = (step & ((1u << kStepBits) - 1)) | (1u << kStepBits);
  return ((lead + 1) << shift) - 1;
}

}  // namespace

void NativeHistogram::observe(double value, Instant now) {
  if (count == 0) last_reset = now;
  tally(*this, value);
  if (bucket_count(*this) <= kMaxBuckets) return;
  if (now - last_reset >= kMinResetAge) {
    *this = NativeHistogram{};
    last_reset = now;
    tally(*this, value);
    return;
  }
  while (bucket_count(*this) > kMaxBuckets && schema > kCoarsestSchema) halve(*this);
}

NativeHistogram& NativeHistogram::operator+=(const NativeHistogram& other) {
  if (other.count == 0) return *this;
  if (count == 0) return *this = other;
  NativeHistogram added = other;
  while (schema > added.schema) halve(*this);
  while (added.schema > schema) halve(added);
  zero_count += added.zero_count;
  count += added.count;
  sum += added.sum;
  for (const auto& [index, observations] : added.positive) positive[index] += observations;
  for (const auto& [index, observations] : added.negative) negative[index] += observations;
  last_reset = std::max(last_reset, added.last_reset);
  while (bucket_count(*this) > kMaxBuckets && schema > kCoarsestSchema) halve(*this);
  return *this;
}

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), buckets_(bounds.size() + 1) {}

void Histogram::observe(double value, Instant now) {
  // A value that is not a number is below no bound and so lands in +Inf, as in Prometheus.
  std::size_t bucket = 0;
  while (bucket < bounds_.size() && !(value <= bounds_[bucket])) ++bucket;
  ++buckets_[bucket];
  ++count_;
  sum_ += value;
  native_.observe(value, now);
}

Histogram& Histogram::operator+=(const Histogram& other) {
  const std::size_t shared = std::min(buckets_.size(), other.buckets_.size());
  for (std::size_t bucket = 0; bucket < shared; ++bucket) buckets_[bucket] += other.buckets_[bucket];
  count_ += other.count_;
  sum_ += other.sum_;
  native_ += other.native_;
  return *this;
}

void DelayHistogram::observe(Duration delay, std::uint64_t times) {
  if (times == 0) return;
  delay = std::max(delay, Duration{});
  steps_[step_of(static_cast<std::uint64_t>(delay.count()))] += times;
  count_ += times;
  max_ = std::max(max_, delay);
}

Duration DelayHistogram::quantile(std::uint32_t ten_thousandths) const {
  if (count_ == 0) return {};
  constexpr std::uint64_t kWhole = 10'000;
  const std::uint64_t part = std::min<std::uint64_t>(ten_thousandths, kWhole);
  // ceil(count * part / whole), split so that no product overflows.
  const std::uint64_t rank = count_ / kWhole * part + (count_ % kWhole * part + kWhole - 1) / kWhole;
  std::uint64_t seen = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    seen += steps_[step];
    if (seen >= std::max<std::uint64_t>(rank, 1))
      return std::min(max_, Duration(static_cast<std::int64_t>(upper_edge(step))));
  }
  return max_;
}

DelayHistogram& DelayHistogram::operator+=(const DelayHistogram& other) {
  for (std::size_t step = 0; step < kSteps; ++step) steps_[step] += other.steps_[step];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  return *this;
}

DelayHistogram& DelayHistogram::operator-=(const DelayHistogram& earlier) {
  std::size_t highest = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    steps_[step] -= earlier.steps_[step];
    if (steps_[step] > 0) highest = step;
  }
  count_ -= earlier.count_;
  max_ = count_ == 0 ? Duration{} : std::min(max_, Duration(static_cast<std::int64_t>(upper_edge(highest))));
  return *this;
}

}  // namespace metabatch
