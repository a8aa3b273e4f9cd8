// SPDX-License-Identifier: Apache-2.0
#include "engine/health_sample.hpp"

#include <algorithm>
#include <cmath>

namespace metabatch::engine {
namespace {

Duration time_of_flushes(const Metrics& metrics) {
  double seconds = 0;
  for (const Histogram& reason : metrics.flush_duration) seconds += reason.sum();
  return Duration(std::llround(seconds * 1e9));
}

/// Reads from the newest flushes since when none succeeded, and why.
void add_failures(health::Now& found, const Snapshot& snapshot, Instant now) {
  for (auto flush = snapshot.recent.rbegin(); flush != snapshot.recent.rend(); ++flush) {
    if (flush->failure == FailureClass::none) {
      found.since_success = std::max(now - (flush->started + flush->took), Duration{});
      return;
    }
    if (found.failures_in_a_row++ > 0) continue;
    found.failure = flush->failure;
    found.failure_detail = flush->message;
  }
}

}  // namespace

health::Sample health_sample(const Snapshot& snapshot, std::size_t writers, std::uint64_t reports, Instant now) {
  health::Sample sample{.at = now,
                        .config = snapshot.config,
                        .writers = static_cast<std::int64_t>(writers),
                        .counters = snapshot.counters,
                        .flushes = snapshot.metrics.flushes,
                        .reports = reports,
                        .flush_time = time_of_flushes(snapshot.metrics),
                        .now = {}};
  sample.now.buffered_entries = snapshot.buffered_entries;
  sample.now.buffered_bytes = snapshot.buffered_bytes;
  sample.now.oldest_age = snapshot.oldest_age;
  sample.now.locked_entries = snapshot.set_apart_entries;
  sample.now.locked_for = snapshot.set_apart_age;
  sample.now.future_by = snapshot.ahead_by;
  sample.now.is_closing = snapshot.closed;
  add_failures(sample.now, snapshot, now);
  return sample;
}

health::Facts facts_of_run(const health::Sample& end, Duration elapsed) {
  health::Facts facts = health::facts_since(end.at - elapsed, end);
  facts.window.start = health::WindowStart::start;
  facts.now.is_closing = false;  // the run has ended
  return facts;
}

}  // namespace metabatch::engine
