// SPDX-License-Identifier: Apache-2.0
#include "health/collector.hpp"

#include <algorithm>
#include <cmath>

namespace metabatch::health {
namespace {

constexpr Duration kShortestGrowth = std::chrono::seconds(2);  // a rate of less says little
constexpr std::size_t kFewestFlushes = 4;                      // steps with flushes that a fit needs

/// Flushes that came to an end with fates. A flush of locked rows only is one; a group that
/// committed before its flush failed shows in the fates.
std::uint64_t completed(const Counters& counters, const FlushCounters& flushes) {
  return flushes.total_flushes() + counters.written + counters.rows_stale + counters.quarantined + counters.unchanged;
}

/// True: something should leave now. A failed flush that waits for its backoff is due all the same.
bool is_due(const Sample& sample) {
  const Counters& counters = sample.counters;
  if (counters.held() <= sample.now.locked_entries) return false;
  const auto batch = static_cast<std::uint64_t>(std::max<std::int64_t>(sample.config.batch_size, 1));
  // Entries that are set apart may be the oldest: then the age says nothing of the others.
  const Duration oldest = sample.now.locked_entries > 0 ? Duration{} : sample.now.oldest_age.value_or(Duration{});
  return counters.in_flight > 0 || counters.pending + counters.queued >= batch || sample.now.failures_in_a_row > 0 ||
         oldest >= sample.config.interval;
}

bool went_back(const Sample& later, const Sample& earlier) {
  return later.counters.offered < earlier.counters.offered || later.reports < earlier.reports ||
         later.flushes.total_flushes() < earlier.flushes.total_flushes();
}

/// Sums of a least squares fit of y = a f + b e without a constant.
struct Fit {
  double ff = 0, fe = 0, ee = 0, fy = 0, ey = 0;
  std::size_t steps = 0;

  void add(double flushes, double entries, double seconds) {
    ff += flushes * flushes;
    fe += flushes * entries;
    ee += entries * entries;
    fy += flushes * seconds;
    ey += entries * seconds;
    ++steps;
  }
  [[nodiscard]] std::optional<FlushCost> solved() const {
    // Flushes of one size do not tell what a flush costs from what an entry costs: the determinant
    // vanishes.
    const double determinant = ff * ee - fe * fe;
    if (steps < kFewestFlushes || !(determinant > ff * ee * 1e-3)) return std::nullopt;
    return FlushCost{std::max(0.0, (fy * ee - ey * fe) / determinant),
                     std::max(0.0, (ey * ff - fy * fe) / determinant)};
  }
};

}  // namespace

Duration Collector::window_length() const { return std::max(kWindow, newest_.config.interval * kWindowIntervals); }

void Collector::begin(WindowStart start) {
  points_.clear();
  start_ = start;
}

void Collector::observe_progress(const Sample& sample) {
  const bool is_first = points_.empty() && start_ == WindowStart::start;
  const bool has_completed = completed(sample.counters, sample.flushes) > completed(newest_.counters, newest_.flushes);
  if (is_first || has_completed || !is_due(sample)) progress_ = sample.at;
}

void Collector::append(const Sample& sample) {
  const Duration spacing = window_length() / (kPoints / 2);
  const std::size_t size = points_.size();
  // The begin of the window stays; of the others one every `spacing` is enough.
  if (size > 2 && points_[size - 1].at - points_[size - 2].at < spacing) points_.pop_back();
  points_.push_back({sample.at, sample.counters, sample.flushes, sample.reports, sample.now.buffered_entries,
                     sample.now.buffered_bytes, sample.flush_time});
  while (points_.size() > 2 && sample.at - points_[1].at >= window_length()) points_.pop_front();
  if (sample.at - points_.front().at >= window_length()) start_ = WindowStart::full;
}

void Collector::record(const Sample& sample) {
  if (!points_.empty() && went_back(sample, newest_))
    begin(WindowStart::start);
  else if (!points_.empty() && sample.config != newest_.config)
    begin(WindowStart::change);
  observe_progress(sample);
  newest_ = sample;
  append(sample);
}

std::optional<FlushCost> Collector::cost() const {
  Fit fit;
  for (std::size_t i = 1; i < points_.size(); ++i) {
    const Point &later = points_[i], &earlier = points_[i - 1];
    const FlushCounters step = since(later.flushes, earlier.flushes);
    if (!later.flush_time || !earlier.flush_time || step.total_flushes() == 0 || step.total_failures() > 0) continue;
    fit.add(static_cast<double>(step.total_flushes()), static_cast<double>(step.flushed_entries),
            in_seconds(*later.flush_time - *earlier.flush_time));
  }
  return fit.solved();
}

void Collector::add_growth(Window& window) const {
  const Point& last = points_.back();
  const auto held_since =
      std::find_if(points_.begin(), points_.end(), [&](const Point& p) { return p.at >= progress_; });
  const bool is_long = held_since != points_.end() && last.at - held_since->at >= kShortestGrowth;
  const Point& from = is_long ? *held_since : points_.front();
  const double seconds = in_seconds(last.at - from.at);
  if (seconds <= 0) return;
  const auto rate = [seconds](std::uint64_t later, std::uint64_t earlier) {
    return (static_cast<double>(later) - static_cast<double>(earlier)) / seconds;
  };
  window.entries_growth_per_s = rate(last.buffered_entries, from.buffered_entries);
  window.bytes_growth_per_s = rate(last.buffered_bytes, from.buffered_bytes);
}

Facts Collector::facts() const {
  Facts facts{newest_.config, newest_.writers, {}, std::nullopt, newest_.now};
  facts.window.start = start_;
  if (points_.empty()) return facts;
  const Point &first = points_.front(), &last = points_.back();
  Window& window = facts.window;
  window.length = last.at - first.at;
  window.counters = since(last.counters, first.counters);
  window.flushes = since(last.flushes, first.flushes);
  window.reports = last.reports - first.reports;
  window.held_growth = static_cast<std::int64_t>(last.counters.held() - first.counters.held());
  window.cost = cost();
  add_growth(window);
  if (first.flush_time && last.flush_time && window.length > Duration{}) {
    const double seconds = in_seconds(*last.flush_time - *first.flush_time);
    const auto writers = static_cast<double>(std::max<std::int64_t>(newest_.writers, 1));
    window.busy_share = std::min(1.0, seconds / (in_seconds(window.length) * writers));
    const std::uint64_t ended = window.flushes.total_flushes() + window.flushes.total_failures();
    if (ended > 0) window.flush_seconds = seconds / static_cast<double>(ended);
  }
  Duration overdue = newest_.at - progress_;
  // Where several writers work, one that hangs is seen by the age of what it holds.
  if (newest_.now.since_success && newest_.now.oldest_age && newest_.now.locked_entries == 0)
    overdue =
        std::max(overdue, std::min(*newest_.now.since_success, *newest_.now.oldest_age - newest_.config.interval));
  if (overdue > Duration{}) facts.overdue = overdue;
  return facts;
}

Facts facts_since(Instant begin, const Sample& end) {
  Sample start;
  start.at = begin;
  start.config = end.config;
  start.writers = end.writers;
  start.flush_time = Duration{};
  Collector collector;
  collector.record(start);
  collector.record(end);
  return collector.facts();
}

}  // namespace metabatch::health
