// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/summary.hpp"

namespace metabatch {
namespace {

double rate(std::uint64_t count, double seconds) { return seconds > 0 ? static_cast<double>(count) / seconds : 0; }

}  // namespace

Summary summarize(const Counters& counters, const Metrics& metrics, std::uint64_t reports, Duration elapsed) {
  Summary summary;
  summary.counters = counters;
  summary.flushes = metrics.flushes;
  const double seconds = in_seconds(elapsed);
  summary.seconds = seconds;
  const std::uint64_t sent = metrics.flushes.total_flushes() + metrics.flushes.chunks;
  const std::uint64_t merged = counters.dropped() + counters.coalesced + counters.stale + counters.unchanged;
  summary.updates_per_s = rate(counters.offered, seconds);
  summary.entries_per_s = rate(counters.offered - merged, seconds);
  summary.db_writes_per_s = rate(metrics.flushes.total_flushes(), seconds);
  summary.notifies_per_s = rate(metrics.flushes.chunks, seconds);
  summary.unbatched_db_writes_per_s = rate(reports, seconds);
  summary.unbatched_notifies_per_s = rate(reports, seconds);
  if (reports > 0) summary.saved = 1.0 - static_cast<double>(sent) / (2.0 * static_cast<double>(reports));
  summary.delay_p50 = in_seconds(metrics.delay.quantile(5000));
  summary.delay_p90 = in_seconds(metrics.delay.quantile(9000));
  summary.delay_p99 = in_seconds(metrics.delay.quantile(9900));
  summary.delay_max = in_seconds(metrics.delay.max());
  return summary;
}

Filling filling(const Summary& summary, const Config& config) {
  if (summary.entries_per_s <= 0) return {};
  const double interval = in_seconds(config.interval);
  Filling found;
  found.fill_seconds = static_cast<double>(config.batch_size) / summary.entries_per_s;
  found.entries_an_interval = summary.entries_per_s * interval;
  found.trigger = found.fill_seconds < interval ? Trigger::capacity : Trigger::interval;
  return found;
}

}  // namespace metabatch
