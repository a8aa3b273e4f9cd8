// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/timeline.hpp"

#include <cassert>
#include <cmath>
#include <limits>

namespace metabatch {
namespace {

TimelineShape sane(TimelineShape shape) {
  shape.block_samples = std::max<std::size_t>(shape.block_samples, 1);
  shape.samples = std::max(shape.samples, shape.block_samples);
  shape.blocks = std::max<std::size_t>(shape.blocks, 1);
  return shape;
}

}  // namespace

/// Fills the columns from left to right.
class Timeline::Painter {
 public:
  Painter(std::span<Column> columns, Instant from, Instant to, Duration longest_pause)
      : columns_(columns), from_(from), width_(to - from), longest_pause_(longest_pause) {}

  /// The column that `at` falls into; never one before the last answer.
  std::size_t column_of(Instant at) {
    while (current_ + 1 < columns_.size() && at >= edge(current_ + 1)) ++current_;
    return current_;
  }

  [[nodiscard]] bool in_one_column(Instant first, Instant last) { return last < edge(column_of(first) + 1); }

  void paint(Instant first, Instant last, const Extent& extent) {
    if (!extent.measured) {
      gap_ = true;
      return;
    }
    bool joined = measured_before_ && !gap_ && first - before_ <= longest_pause_;
    for (std::size_t column = column_of(first);; ++column, joined = true) {
      paint_column(columns_[column], extent, joined);
      if (column + 1 == columns_.size() || last < edge(column + 1)) break;
    }
    measured_before_ = true;
    gap_ = false;
    before_ = last;
  }

 private:
  /// Left edge; split so that no product overflows.
  [[nodiscard]] Instant edge(std::size_t column) const {
    const auto count = static_cast<std::int64_t>(columns_.size());
    const auto index = static_cast<std::int64_t>(column);
    return from_ + width_ / count * index + width_ % count * index / count;
  }

  static void paint_column(Column& column, const Extent& extent, bool joined) {
    if (!column.measured) {
      column = {extent.min, extent.max, extent.first, extent.last, true, joined};
      return;
    }
    column.min = std::min(column.min, extent.min);
    column.max = std::max(column.max, extent.max);
    column.last = extent.last;
  }

  std::span<Column> columns_;
  Instant from_;
  Duration width_;
  Duration longest_pause_;
  std::size_t current_ = 0;
  Instant before_{};  // time of the last one measured
  bool measured_before_ = false;
  bool gap_ = false;
};

void Timeline::Extent::take(double value) {
  if (std::isnan(value)) return;
  if (!measured) *this = {value, value, value, value, true};
  min = std::min(min, value);
  max = std::max(max, value);
  last = value;
}

Timeline::Timeline(std::span<const std::string_view> names, TimelineShape shape)
    : shape_(sane(shape)),
      names_(names.begin(), names.end()),
      times_(shape_.samples),
      values_(shape_.samples * names.size()),
      blocks_(shape_.blocks),
      extents_(shape_.blocks * names.size()) {}

void Timeline::append(Instant at, std::span<const double> values) {
  assert(values.size() == names_.size());
  if (!empty()) at = std::max(at, newest_);
  Block& block = block_for(at);
  const auto block_slot = static_cast<std::size_t>(&block - blocks_.data());
  const auto slot = static_cast<std::size_t>(next_sample_ % shape_.samples);
  times_[slot] = at;
  for (std::size_t series = 0; series < values.size(); ++series) {
    values_[series * shape_.samples + slot] = values[series];
    Extent& extent = extents_[series * shape_.blocks + block_slot];
    if (block.size == 0) extent = {};
    extent.take(values[series]);
  }
  ++block.size;
  block.last = at;
  ++next_sample_;
  newest_ = at;
}

Timeline::Block& Timeline::block_for(Instant at) {
  if (next_block_ > 0) {
    Block& newest = blocks_[static_cast<std::size_t>((next_block_ - 1) % shape_.blocks)];
    if (newest.size < shape_.block_samples && at - newest.last <= shape_.longest_pause) return newest;
  }
  Block& fresh = blocks_[static_cast<std::size_t>(next_block_++ % shape_.blocks)];
  fresh = {next_sample_, 0, at, at};
  return fresh;
}

std::optional<std::size_t> Timeline::series(std::string_view name) const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name) return i;
  return std::nullopt;
}

Instant Timeline::begin() const { return blocks_[static_cast<std::size_t>(oldest_block() % shape_.blocks)].first; }

double Timeline::latest(std::size_t series) const {
  if (empty()) return std::numeric_limits<double>::quiet_NaN();
  return values_[series * shape_.samples + static_cast<std::size_t>((next_sample_ - 1) % shape_.samples)];
}

void Timeline::decimate(std::size_t series, Instant from, Instant to, std::span<Column> columns) const {
  std::fill(columns.begin(), columns.end(), Column{});
  if (columns.empty() || to <= from) return;
  Painter painter(columns, from, to, shape_.longest_pause);
  for (std::uint64_t number = oldest_block(); number < next_block_; ++number) {
    const auto slot = static_cast<std::size_t>(number % shape_.blocks);
    const Block& block = blocks_[slot];
    if (block.last < from) continue;
    if (block.first >= to) break;
    const bool whole = block.first >= from && block.last < to && painter.in_one_column(block.first, block.last);
    const bool samples_gone = next_sample_ - block.first_sample > shape_.samples;
    if (whole || samples_gone)
      painter.paint(block.first, block.last, extents_[series * shape_.blocks + slot]);
    else
      paint_samples(painter, series, block, from, to);
  }
}

void Timeline::paint_samples(Painter& painter, std::size_t series, const Block& block, Instant from, Instant to) const {
  for (std::size_t i = 0; i < block.size; ++i) {
    const auto slot = static_cast<std::size_t>((block.first_sample + i) % shape_.samples);
    if (times_[slot] < from || times_[slot] >= to) continue;
    Extent extent;
    extent.take(values_[series * shape_.samples + slot]);
    painter.paint(times_[slot], times_[slot], extent);
  }
}

}  // namespace metabatch
