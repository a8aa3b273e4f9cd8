// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/outcome.hpp"

namespace metabatch {

/// What the flushes of one machine were like: the values of the specification, "Metrics", without
/// names or labels. A plain value: copy it to read it while the machine goes on.
struct Metrics {
  Metrics();

  Histogram batch_utilization;                     ///< keys per agent, per flush attempt
  Histogram batch_size;                            ///< entries of a successful flush
  std::array<Histogram, kReasons> flush_duration;  ///< seconds of write + publish, successful flushes, by Reason
  DelayHistogram delay;                            ///< add of the update written -> its write
  FlushCounters flushes;

  /// A flush is about to be tried.
  ///
  /// @shape keys_per_agent: one count for each agent of the batch
  void attempted(std::span<const std::uint32_t> keys_per_agent, Instant now);

  /// A flush ended that settled `entries` of its entries. Successful = outcome.failure is none. A
  /// failed one counts its class, its retries, chunks and publish errors, and nothing else. A flush
  /// that found every row locked settled nothing: it counts as no flush.
  void completed(Reason reason, std::size_t entries, Duration took, const FlushOutcome& outcome, Instant now);

  /// What the flushes of both machines were like.
  Metrics& operator+=(const Metrics& other);
};

}  // namespace metabatch
