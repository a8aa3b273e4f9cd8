// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include <algorithm>
#include <iterator>

#include "simulation.hpp"

namespace metabatch {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSeries[] = {"batch_size",
                                        "flushes_capacity",
                                        "flushes_scheduled",
                                        "flushes_shutdown",
                                        "flush_failures",
                                        "flush_seconds",
                                        "held",
                                        "waiting",
                                        "queued",
                                        "in_flight",
                                        "room_entries",
                                        "room_bytes",
                                        "room_share",
                                        "updates",
                                        "reports",
                                        "dropped",
                                        "coalesced",
                                        "stale",
                                        "rows_stale",
                                        "unmatched",
                                        "writes",
                                        "notifies",
                                        "unbatched",
                                        "delay_p50",
                                        "delay_p99",
                                        "delay_max",
                                        "agents"};

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSamplesWanted = 3600;

Duration chosen_pace(Duration duration) {
  const Duration pace = duration / kSamplesWanted;
  const Duration unit = pace > 1s ? Duration(1s) : Duration(100ms);
  return std::max<std::int64_t>((pace + unit - Duration(1)) / unit, 1) * unit;
}

TimelineShape shape_of(Duration every) {
  TimelineShape shape;
  shape.longest_pause = every * 3;
  return shape;
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : kNotMeasured; }

Counters difference(const Counters& now, const Counters& before) {
  Counters since = now;
  since.offered -= before.offered;
  since.dropped_full -= before.dropped_full;
  since.dropped_closed -= before.dropped_closed;
  since.coalesced -= before.coalesced;
  since.stale -= before.stale;
  since.rows_stale -= before.rows_stale;
  since.unmatched -= before.unmatched;
  return since;
}

FlushCounters difference(const FlushCounters& now, const FlushCounters& before) {
  FlushCounters since = now;
  for (std::size_t i = 0; i < kReasons; ++i) since.flushes[i] -= before.flushes[i];
  for (std::size_t i = 0; i < kFailureClasses; ++i) since.failures[i] -= before.failures[i];
  since.flushed_entries -= before.flushed_entries;
  since.chunks -= before.chunks;
  return since;
}

}  // namespace

double room_share(const Batcher& batcher) {
  const Config& config = batcher.config();
  const std::uint64_t used = config.queue == QueuePolicy::fifo ? batcher.counters().queued : batcher.room_entries();
  const double entries = static_cast<double>(used) / static_cast<double>(config.queue_capacity);
  return std::max(entries, static_cast<double>(batcher.room_bytes()) / static_cast<double>(config.queue_bytes));
}

double flush_seconds(const Metrics& metrics) {
  double sum = 0;
  for (const Histogram& histogram : metrics.flush_duration) sum += histogram.sum();
  return sum;
}

Samples::Samples(Duration duration, Duration every)
    : every_(every == Duration{} ? chosen_pace(duration) : every), timeline_(kSeries, shape_of(every_)) {}

void Samples::take(Duration now, std::span<const Replica> replicas, std::uint64_t reports, std::uint64_t agents) {
  if (now <= at_) return;
  Counters counters;
  FlushCounters flushes;
  DelayHistogram delay;
  double seconds_flushing = 0, fullest = 0, room_entries = 0, room_bytes = 0;
  for (const Replica& replica : replicas) {
    const Metrics& metrics = replica.batcher.metrics();
    counters += replica.batcher.counters();
    flushes += metrics.flushes;
    delay += metrics.delay;
    seconds_flushing += flush_seconds(metrics);
    fullest = std::max(fullest, room_share(replica.batcher));
    room_entries += static_cast<double>(replica.batcher.room_entries());
    room_bytes += static_cast<double>(replica.batcher.room_bytes());
  }
  const Counters since = difference(counters, counters_);
  since_.flushes = difference(flushes, flushes_);
  since_.delay = delay;
  since_.delay -= delay_;
  const Summary summary = summarize(since, since_, reports - reports_, now - at_);
  const auto per_second = [&](std::uint64_t count) { return static_cast<double>(count) / summary.seconds; };
  const auto measured = [&](double value) { return since_.delay.count() > 0 ? value : kNotMeasured; };
  const auto flushed = static_cast<double>(since_.flushes.total_flushes());
  const double values[] = {ratio(static_cast<double>(since_.flushes.flushed_entries), flushed),
                           per_second(since_.flushes.flushes[0]),
                           per_second(since_.flushes.flushes[1]),
                           per_second(since_.flushes.flushes[2]),
                           per_second(since_.flushes.total_failures()),
                           ratio(seconds_flushing - flush_seconds_, flushed),
                           static_cast<double>(counters.held()),
                           static_cast<double>(counters.waiting),
                           static_cast<double>(counters.queued),
                           static_cast<double>(counters.in_flight),
                           room_entries,
                           room_bytes,
                           fullest,
                           summary.updates_per_s,
                           summary.unbatched_db_writes_per_s,
                           per_second(since.dropped()),
                           per_second(since.coalesced),
                           per_second(since.stale),
                           per_second(since.rows_stale),
                           per_second(since.unmatched),
                           summary.db_writes_per_s,
                           summary.notifies_per_s,
                           summary.unbatched_db_writes_per_s,
                           measured(summary.delay_p50),
                           measured(summary.delay_p99),
                           measured(summary.delay_max),
                           static_cast<double>(agents)};
  static_assert(std::size(values) == std::size(kSeries));
  timeline_.append(Instant(now), values);
  at_ = now;
  counters_ = counters;
  flushes_ = flushes;
  delay_ = delay;
  flush_seconds_ = seconds_flushing;
  reports_ = reports;
}

}  // namespace metabatch
