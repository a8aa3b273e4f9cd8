// SPDX-License-Identifier: Apache-2.0
#include "simulation/row_ages.hpp"

#include <algorithm>
#include <utility>

namespace metabatch {
namespace {

constexpr unsigned kBits = 5;  // 32 steps an octave

std::uint64_t micros(Duration time) { return static_cast<std::uint64_t>(time.count()) / 1000; }

std::size_t step_of(std::uint64_t age) {
  if (age < (2U << kBits)) return static_cast<std::size_t>(age);
  unsigned shift = 0;
  while (age >> (shift + kBits + 1) > 0) ++shift;
  return (static_cast<std::size_t>(shift) << kBits) + static_cast<std::size_t>(age >> shift);
}

/// The least age of a step.
std::uint64_t edge_of(std::size_t step) {
  if (step < (2U << kBits)) return step;
  const std::size_t shift = (step >> kBits) - 1;
  return static_cast<std::uint64_t>((step & ((1U << kBits) - 1)) | (1U << kBits)) << shift;
}

}  // namespace

void AgeHistogram::add(Duration from, Duration to) {
  const std::uint64_t low = micros(std::max(from, Duration{})), high = micros(std::max(to, Duration{}));
  max_ = std::max(max_, to);
  if (high <= low) return;
  added_ += high - low;
  const std::size_t first = step_of(low), last = step_of(high);
  if (first == last) {
    parts_[first] += high - low;
    return;
  }
  parts_[first] += edge_of(first + 1) - low;
  parts_[last] += high - edge_of(last);
  ++passed_[first + 1];
  --passed_[last];
}

Duration AgeHistogram::quantile(std::uint32_t ten_thousandths, std::uint64_t total) const {
  constexpr std::uint64_t kWhole = 10'000;
  // ceil(total * part / whole), split so that no product overflows.
  const std::uint64_t part = std::min<std::uint64_t>(ten_thousandths, kWhole);
  const std::uint64_t wanted = total / kWhole * part + (total % kWhole * part + kWhole - 1) / kWhole;
  std::uint64_t seen = total - std::min(added_, total);
  if (seen >= wanted) return {};
  std::uint64_t passing = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    passing += static_cast<std::uint64_t>(passed_[step]);
    seen += parts_[step] + passing * (edge_of(step + 1) - edge_of(step));
    if (seen >= wanted)
      return std::min(max_, Duration(std::chrono::microseconds(static_cast<std::int64_t>(edge_of(step + 1)))));
  }
  return max_;
}

void RowAges::begin(Row& row, Duration now) {
  row.accounted = now;
  ++known_;
  first_sum_ += micros(now);
}

void RowAges::take(std::span<const std::uint32_t> rows) {
  for (const std::uint32_t number : rows) {
    if (number == kNoRow) continue;
    Row& row = rows_[number];
    row.in_flight = std::min(row.in_flight, row.outdated);
    row.outdated = kNever;
  }
}

void RowAges::complete(std::span<const std::uint32_t> rows, std::span<const Fate> fates, bool failed, Duration now) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == kNoRow) continue;
    Row& row = rows_[rows[i]];
    const Duration since = std::exchange(row.in_flight, kNever);
    if (since == kNever) continue;
    const bool is_shown = fates.empty() ? !failed : fates[i] == Fate::written || fates[i] == Fate::rows_stale;
    if (!is_shown) {  // the watcher still sees what was there before
      row.outdated = std::min(row.outdated, since);
      continue;
    }
    ages_.add(std::max(since, row.accounted) - since, now - since);
    row.accounted = now;
  }
}

RowAges::Figures RowAges::figures(Duration now) const {
  AgeHistogram ages = ages_;
  for (const Row& row : rows_) {
    const Duration since = std::min(row.in_flight, row.outdated);
    if (since < now) ages.add(std::max(since, row.accounted) - since, now - since);
  }
  const std::uint64_t total = known_ * micros(now) - first_sum_;
  return {ages.quantile(5000, total), ages.quantile(9900, total), ages.max()};
}

}  // namespace metabatch
