// SPDX-License-Identifier: Apache-2.0
#include "simulation/samples.hpp"

#include <algorithm>
#include <iterator>

#include "simulation/simulation.hpp"

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

}  // namespace

double room_share(const Batcher& batcher) {
  const Config& config = batcher.config();
  const std::uint64_t used = config.queue == QueuePolicy::fifo ? batcher.counters().queued : batcher.buffered_entries();
  const double entries = static_cast<double>(used) / static_cast<double>(config.queue_capacity);
  return std::max(entries, static_cast<double>(batcher.buffered_bytes()) / static_cast<double>(config.queue_bytes));
}

double flush_seconds(const Metrics& metrics) {
  double sum = 0;
  for (const Histogram& histogram : metrics.flush_duration) sum += histogram.sum();
  return sum;
}

Samples::Samples(Duration duration, Duration every)
    : every_(every == Duration{} ? chosen_pace(duration) : every), timeline_(kSeries, shape_of(every_)) {}

Samples::State Samples::gather(std::span<const Replica> replicas) {
  State state;
  for (const Replica& replica : replicas) {
    const Metrics& metrics = replica.batcher.metrics();
    state.counters += replica.batcher.counters();
    state.flushes += metrics.flushes;
    state.delay += metrics.delay;
    state.flush_seconds += flush_seconds(metrics);
    state.fullest = std::max(state.fullest, room_share(replica.batcher));
    state.buffered_entries += static_cast<double>(replica.batcher.buffered_entries());
    state.buffered_bytes += static_cast<double>(replica.batcher.buffered_bytes());
  }
  return state;
}

void Samples::take(Duration now, std::span<const Replica> replicas, std::uint64_t reports, std::uint64_t agents) {
  if (now <= at_) return;
  State state = gather(replicas);
  state.reports = reports;
  append(state, now, static_cast<double>(agents));
  at_ = now;
  last_ = state;
}

/// The changes of the replicas since the last sample.
Summary Samples::since_last(const State& state, Duration now) {
  since_.flushes = since(state.flushes, last_.flushes);
  since_.delay = state.delay;
  since_.delay -= last_.delay;
  return summarize(since(state.counters, last_.counters), since_, state.reports - last_.reports, now - at_);
}

void Samples::append(const State& state, Duration now, double agents) {
  const Summary s = since_last(state, now);
  const Counters& since = s.counters;
  const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
  const auto a_second = [&](std::uint64_t count) { return number(count) / s.seconds; };
  const auto measured = [&](double value) { return since_.delay.count() > 0 ? value : kNotMeasured; };
  const double flushed = number(since_.flushes.total_flushes());
  const auto& by_reason = since_.flushes.flushes;
  const Counters& held = state.counters;
  const double values[] = {ratio(number(since_.flushes.flushed_entries), flushed),
                           a_second(by_reason[0]),
                           a_second(by_reason[1]),
                           a_second(by_reason[2]),
                           a_second(since_.flushes.total_failures()),
                           ratio(state.flush_seconds - last_.flush_seconds, flushed),
                           number(held.held()),
                           number(held.pending),
                           number(held.queued),
                           number(held.in_flight),
                           state.buffered_entries,
                           state.buffered_bytes,
                           state.fullest,
                           s.updates_per_s,
                           s.unbatched_db_writes_per_s,
                           a_second(since.dropped()),
                           a_second(since.coalesced),
                           a_second(since.stale),
                           a_second(since.rows_stale),
                           a_second(since.unmatched),
                           s.db_writes_per_s,
                           s.notifies_per_s,
                           s.unbatched_db_writes_per_s,
                           measured(s.delay_p50),
                           measured(s.delay_p99),
                           measured(s.delay_max),
                           agents};
  static_assert(std::size(values) == std::size(kSeries));
  timeline_.append(Instant(now), values);
}

}  // namespace metabatch
