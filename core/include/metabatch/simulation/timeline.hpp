// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch {

/// How much a Timeline remembers. The defaults are an hour second by second and a day minute by
/// minute.
struct TimelineShape {
  std::size_t samples = 3600;                        ///< kept as they are; at least block_samples
  std::size_t block_samples = 60;                    ///< samples that one block sums up; at least 1
  std::size_t blocks = 1440;                         ///< sums kept, the newest still growing; at least 1
  Duration longest_pause = std::chrono::seconds(3);  ///< two samples further apart have a gap between them
};

/// What a chart draws in one column: a vertical stroke from min to max, joined to its neighbours
/// from last to first.
struct Column {
  double min = 0, max = 0, first = 0, last = 0;  ///< of the samples in the column; meaningless when !measured
  bool measured = false;  ///< false: no sample falls here (between two samples, before, after, or in a gap)
  bool joined = false;    ///< true: no gap lies between the measured column before this one and this one
  bool operator==(const Column&) const = default;
};

/// Several series of doubles over time, in memory that is fixed at construction: the newest samples
/// as they are, and, further back, blocks of them as min, max, first and last.
///
/// A value that is NaN was not measured. A gap is a pause longer than longest_pause, or a sample
/// that was not measured; in a block, values not measured beside measured ones leave no gap. A
/// pause ends a block, so none hides in one.
///
/// @units times as the driver's monotonic clock; values in whatever the series is
/// @cost  memory: (8 + 8 series) bytes a sample and (40 + 32 series) bytes a block: 24 h of 20
///        series every second is 1.6 MB. append: a few nanoseconds a series, no allocation
class Timeline {
 public:
  /// @shape names: one a series, in the order of the values of append()
  explicit Timeline(std::span<const std::string_view> names, TimelineShape shape = {});

  /// Adds a sample. Time does not go back: an earlier `at` counts as the last one.
  ///
  /// @shape values: one a series
  void append(Instant at, std::span<const double> values);

  [[nodiscard]] std::span<const std::string> names() const { return names_; }
  [[nodiscard]] std::optional<std::size_t> series(std::string_view name) const;
  [[nodiscard]] bool empty() const { return next_sample_ == 0; }
  /// Of the oldest block and the newest sample still held; only when !empty().
  [[nodiscard]] Instant begin() const;
  [[nodiscard]] Instant end() const { return newest_; }
  /// The value of the newest sample; NaN when there is none.
  [[nodiscard]] double latest(std::size_t series) const;

  /// Reduces the samples of [from, to) to columns of equal width; every extreme stays visible.
  /// Where a block's samples are gone, each column that it touches shows the whole block.
  ///
  /// @shape columns: as many as wanted, all overwritten; none is measured when to <= from
  /// @cost  blocks in range + samples of the blocks that a column's edge divides: at most the
  ///        samples in range, for 24 h about 1440 + 60 a column. No allocation
  void decimate(std::size_t series, Instant from, Instant to, std::span<Column> columns) const;

 private:
  struct Block {
    std::uint64_t first_sample = 0;  // counted from the first one ever
    std::size_t size = 0;            // samples
    Instant first{}, last{};
  };
  struct Extent {
    double min = 0, max = 0, first = 0, last = 0;
    bool measured = false;
    void take(double value);
  };
  class Painter;

  Block& block_for(Instant at);
  void paint_samples(Painter& painter, std::size_t series, const Block& block, Instant from, Instant to) const;
  [[nodiscard]] std::uint64_t oldest_block() const {
    return next_block_ - std::min<std::uint64_t>(next_block_, shape_.blocks);
  }

  TimelineShape shape_;
  std::vector<std::string> names_;
  std::vector<Instant> times_;   // ring of samples
  std::vector<double> values_;   // one ring a series, one after the other
  std::vector<Block> blocks_;    // ring of blocks
  std::vector<Extent> extents_;  // one ring a series, one after the other
  std::uint64_t next_sample_ = 0;
  std::uint64_t next_block_ = 0;
  Instant newest_{};
};

}  // namespace metabatch
