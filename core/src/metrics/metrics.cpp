// SPDX-License-Identifier: Apache-2.0
#include "metabatch/metrics.hpp"

namespace metabatch {
namespace {

constexpr double kUtilizationBounds[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 40, 80, 160};  // keys
constexpr double kSizeBounds[] = {10, 25, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500};    // entries
constexpr double kDurationBounds[] = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5};           // seconds

}  // namespace

Metrics::Metrics()
    : batch_utilization(kUtilizationBounds),
      batch_size(kSizeBounds),
      flush_duration{Histogram(kDurationBounds), Histogram(kDurationBounds), Histogram(kDurationBounds)} {}

void Metrics::attempted(std::span<const std::uint32_t> keys_per_agent, Instant now) {
  for (const std::uint32_t keys : keys_per_agent) batch_utilization.observe(keys, now);
}

void Metrics::completed(Reason reason, std::size_t entries, Duration took, const FlushOutcome& outcome, Instant now) {
  flushes.retries += outcome.retries;
  flushes.chunks += outcome.chunks_published;
  flushes.notify_bytes += outcome.notify_bytes;
  flushes.publish_errors += outcome.publish_errors;
  flushes.rows_ahead += outcome.rows_ahead;
  if (outcome.failure != FailureClass::none) {
    ++flushes.failures[static_cast<std::size_t>(outcome.failure)];
    return;
  }
  if (entries == 0) return;
  const auto by_reason = static_cast<std::size_t>(reason);
  ++flushes.flushes[by_reason];
  flushes.flushed_entries += entries;
  batch_size.observe(static_cast<double>(entries), now);
  flush_duration[by_reason].observe(in_seconds(took), now);
}

Metrics& Metrics::operator+=(const Metrics& other) {
  batch_utilization += other.batch_utilization;
  batch_size += other.batch_size;
  for (std::size_t i = 0; i < flush_duration.size(); ++i) flush_duration[i] += other.flush_duration[i];
  delay += other.delay;
  flushes += other.flushes;
  return *this;
}

}  // namespace metabatch
