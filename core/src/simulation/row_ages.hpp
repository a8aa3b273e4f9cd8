// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fleet/arrivals.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

/// How much time was spent at which age, log-linear as DelayHistogram: 32 steps an octave, in whole
/// microseconds.
class AgeHistogram {
 public:
  /// An age that grew from `from` to `to`, and so passed every value between for as long as it is
  /// wide.
  void add(Duration from, Duration to);
  /// The age that is not exceeded for that share of `total`; the time that was not added counts as
  /// age 0.
  ///
  /// @units ten_thousandths: 5000 = median, 9900 = p99; total: microseconds
  [[nodiscard]] Duration quantile(std::uint32_t ten_thousandths, std::uint64_t total) const;
  [[nodiscard]] Duration max() const { return max_; }

 private:
  static constexpr std::size_t kSteps = 32 * 59;
  std::array<std::uint64_t, kSteps> parts_{};      // time in a step that an age entered or left
  std::array<std::int64_t, kSteps + 1> passed_{};  // ages that passed the whole step, as differences
  std::uint64_t added_ = 0;                        // microseconds
  Duration max_{};
};

/// The age of what a watcher sees: how long ago the first report arrived that its row does not show
/// yet; 0 while the row shows the newest report. Weighted by time, over all rows that ever
/// reported. An update that is coalesced, dropped or discarded makes its row as old as one that
/// waits: that is what a delay of written updates does not show.
///
/// @cost 24 bytes a row; a report: one step a row; a flush: two
class RowAges {
 public:
  explicit RowAges(std::size_t rows) : rows_(rows) {}

  /// A newer report of the row arrived.
  void arrived(std::uint32_t row, Duration now) {
    Row& one = rows_[row];
    if (one.accounted == kNever) begin(one, now);
    if (one.outdated == kNever) one.outdated = now;
  }
  /// A flush takes these rows: what arrives from now on is not in it. kNoRow is passed over, here
  /// and below.
  void take(std::span<const std::uint32_t> rows);
  /// The flush ended.
  ///
  /// @shape fates: one for each of `rows`; empty: all were written, or all unwritten when it failed
  void complete(std::span<const std::uint32_t> rows, std::span<const Fate> fates, bool failed, Duration now);

  struct Figures {
    Duration p50{}, p99{}, max{};
  };
  /// Until `now`. What is not written yet is counted with the age that it has.
  [[nodiscard]] Figures figures(Duration now) const;

 private:
  struct Row {
    Duration outdated = kNever;   // arrival of the first report that neither the row nor a flush has
    Duration in_flight = kNever;  // the same of what a flush has
    Duration accounted = kNever;  // its age is in ages_ until then; kNever: it never reported
  };
  void begin(Row& row, Duration now);

  std::vector<Row> rows_;
  AgeHistogram ages_;
  std::uint64_t known_ = 0;      // rows that ever reported
  std::uint64_t first_sum_ = 0;  // microseconds: when they first did
};

}  // namespace metabatch
