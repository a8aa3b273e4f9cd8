// SPDX-License-Identifier: Apache-2.0
#include "fleet/recorded_arrivals.hpp"

#include <algorithm>

#include "batching/entries.hpp"

namespace metabatch {
namespace {

constexpr std::uint64_t kHomeSeed = 0x686f'6d65;  // replica of an agent: apart from what finds it in a machine

template <class Item>
void keep_distinct(std::vector<Item>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

/// The wall clock at the start: that of the first report with stamps. Reports without stamps get
/// theirs from the same clock, or they would seem older or newer than the others.
WallTime began(const Recording& recording) {
  for (const RecordedReport& one : recording)
    if (!one.stamps.empty()) return one.stamps.front() - std::chrono::duration_cast<WallTime::duration>(one.at);
  return kFirstWallTime;
}

}  // namespace

RecordedArrivals::RecordedArrivals(std::shared_ptr<const Recording> recording, std::int64_t replicas, Duration end)
    : recording_(std::move(recording)),
      replicas_(static_cast<std::uint64_t>(replicas)),
      clocks_(static_cast<std::size_t>(replicas), ServerClock(began(*recording_))) {
  while (end_ < recording_->size() && (*recording_)[end_].at < end) ++end_;
  for (std::size_t i = 0; i < end_; ++i) {
    const RecordedReport& report = (*recording_)[i];
    agents_.push_back(report.agent);
    for (const std::string& key : report.keys) rows_.push_back({report.agent, key});
  }
  keep_distinct(rows_);
  keep_distinct(agents_);
  for (std::size_t i = 0; i < end_; ++i)
    for (const std::string& key : (*recording_)[i].keys) row_numbers_.push_back(row_of({(*recording_)[i].agent, key}));
}

std::uint32_t RecordedArrivals::row_of(const Row& row) const {
  const auto found = std::lower_bound(rows_.begin(), rows_.end(), row);
  return found != rows_.end() && *found == row ? static_cast<std::uint32_t>(found - rows_.begin()) : kNoRow;
}

Duration RecordedArrivals::next() const { return at_ < end_ ? (*recording_)[at_].at : kNever; }

std::optional<Arrival> RecordedArrivals::pop() {
  const RecordedReport& recorded = (*recording_)[at_++];
  const auto replica = static_cast<std::uint32_t>((agent_hash(recorded.agent, kHomeSeed) >> 32) % replicas_);
  keys_.assign(recorded.keys.begin(), recorded.keys.end());
  values_.assign(recorded.values.begin(), recorded.values.end());
  errors_.assign(recorded.errors.begin(), recorded.errors.end());
  stamps_ = recorded.stamps;
  if (stamps_.empty()) stamps_.assign(keys_.size(), clocks_[replica].stamp(recorded.at));
  const std::span<const std::uint32_t> rows(row_numbers_.data() + next_item_, keys_.size());
  next_item_ += keys_.size();
  return Arrival{{recorded.agent, keys_, values_, errors_, stamps_}, replica, ArrivalKind::fresh, kNoRow, rows};
}

void RecordedArrivals::rows_of(const Batch& batch, std::vector<std::uint32_t>& rows) const {
  rows.resize(batch.entries.size());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = row_of({batch.entries[i].agent, batch.entries[i].key});
}

}  // namespace metabatch
