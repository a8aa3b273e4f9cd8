// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pictures/pictured_faults.hpp"

#include <functional>

#include "engine/clock.hpp"
#include "gui/window/window_data.hpp"

namespace metabatch::gui {
namespace {

using namespace std::chrono_literals;

constexpr int kSeconds = 120;
constexpr int kSince = 40;  // the situation begins there
constexpr std::uint64_t kUpdates = 900, kReports = 60, kBatch = 500;

/// The change of each second, from the start of the situation on.
using Second = std::function<void(models::Sample&, models::Condition&, health::Now&, int second)>;

void flush(models::Sample& sample, std::uint64_t entries) {
  sample.counters.written += entries;
  sample.counters.pending -= std::min(sample.counters.pending, entries);
  ++sample.flushes.flushes[0];
  sample.flushes.flushed_entries += entries;
  ++sample.flushes.chunks;
  sample.delay.observe(280ms, entries);
  *sample.flushTime += 12ms;
  sample.oldestAge = 300ms;
}

void arrive(models::Sample& sample) {
  sample.counters.offered += kUpdates;
  sample.counters.pending += kUpdates;
  sample.reports += kReports;
}

void play(WindowData& data, const Second& change) {
  data.clear();
  models::Sample sample;
  sample.config = ValidConfig();
  sample.flushTime = Duration{};
  const Instant end = engine::system_clock().now();
  for (int second = 0; second <= kSeconds; ++second) {
    sample.at = end - std::chrono::seconds(kSeconds - second);
    arrive(sample);
    health::Now now;
    if (second < kSince || !change)
      while (sample.counters.pending >= kBatch) flush(sample, kBatch);
    else
      change(sample, data.condition, now, second - kSince);
    sample.bufferedEntries = sample.counters.held();
    data.series.append(sample);
    health::Sample shown = models::healthSample(sample, data.condition);
    shown.now.locked_entries = now.locked_entries;
    shown.now.locked_for = now.locked_for;
    shown.now.clock_behind = now.clock_behind;
    data.health.record(shown);
    data.time.setNow(sample.at);
  }
  data.time.setSpan(2min);
}

void write(models::Sample& sample) {
  while (sample.counters.pending >= kBatch) flush(sample, kBatch);
}

void loseConnection(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition& condition, health::Now&, int second) {
    sample.oldestAge = std::chrono::seconds(second);
    if (second % 5 != 0) return;
    ++sample.flushes.failures[static_cast<std::size_t>(FailureClass::connection)];
    ++condition.failuresInARow;
    condition.failure = FailureClass::connection;
    condition.lastFailure = "connection to server at \"10.0.0.5\", port 5432 failed: Connection refused";
  });
}

void slowDown(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition&, health::Now&, int second) {
    sample.oldestAge = std::chrono::seconds(second) / 2;
    if (second % 3 == 2) return;
    *sample.flushTime += 1500ms - 12ms;
    flush(sample, kBatch);
    sample.oldestAge = std::chrono::seconds(second) / 2;
  });
}

void lockRow(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition&, health::Now& now, int second) {
    write(sample);
    now.locked_entries = 1;
    now.locked_for = std::chrono::seconds(second + 1);
  });
}

void fillBuffer(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition&, health::Now&, int second) {
    sample.config.queue_capacity = 20'000;
    sample.oldestAge = std::chrono::seconds(second) / 3;
    if (second % 3 == 0) flush(sample, kBatch);
    const std::uint64_t held = sample.counters.held();
    if (held <= 20'000) return;
    sample.counters.dropped_full += held - 20'000;
    sample.counters.pending -= held - 20'000;
  });
}

void refuseValues(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition&, health::Now&, int second) {
    write(sample);
    if (second % 10 != 0) return;
    ++sample.counters.quarantined;
    --sample.counters.written;
  });
}

void setClocksApart(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition&, health::Now& now, int) {
    const std::uint64_t before = sample.counters.written;
    write(sample);
    const std::uint64_t stale = (sample.counters.written - before) * 54 / 55;
    sample.counters.written -= stale;
    sample.counters.rows_stale += stale;
    now.clock_behind = 60s;
  });
}

void loseNotifications(WindowData& data) {
  play(data, [](models::Sample& sample, models::Condition&, health::Now&, int) {
    const std::uint64_t before = sample.flushes.chunks;
    write(sample);
    sample.flushes.publish_errors += sample.flushes.chunks - before;
    sample.flushes.chunks = before;
  });
}

void beWell(WindowData& data) { play(data, {}); }

void loseMetrics(WindowData& data) {
  static models::ScrapeStatus status;
  status = {};
  status.why = "Connection refused at 127.0.0.1:7280";
  status.misses = 16;
  play(data, {});
  data.scrape = &status;
}

}  // namespace

std::vector<PicturedFault> picturedFaults() {
  return {{"all-well", beWell},
          {"connection-lost", loseConnection},
          {"slow-database", slowDown},
          {"locked-row", lockRow},
          {"full-buffer", fillBuffer},
          {"refused-values", refuseValues},
          {"clocks-apart", setClocksApart},
          {"watchers-not-notified", loseNotifications},
          {"metrics-unreachable", loseMetrics}};
}

}  // namespace metabatch::gui
