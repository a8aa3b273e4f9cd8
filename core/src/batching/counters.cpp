// SPDX-License-Identifier: Apache-2.0
#include "metabatch/counters.hpp"

#include <numeric>

namespace metabatch {

Counters& Counters::operator+=(const Counters& other) {
  offered += other.offered;
  dropped_full += other.dropped_full;
  dropped_agent_full += other.dropped_agent_full;
  dropped_closed += other.dropped_closed;
  coalesced += other.coalesced;
  stale += other.stale;
  unchanged += other.unchanged;
  written += other.written;
  rows_stale += other.rows_stale;
  unmatched += other.unmatched;
  discarded += other.discarded;
  quarantined += other.quarantined;
  spooled += other.spooled;
  pending += other.pending;
  queued += other.queued;
  in_flight += other.in_flight;
  set_apart += other.set_apart;
  return *this;
}

FlushCounters& FlushCounters::operator+=(const FlushCounters& other) {
  for (std::size_t i = 0; i < flushes.size(); ++i) flushes[i] += other.flushes[i];
  for (std::size_t i = 0; i < failures.size(); ++i) failures[i] += other.failures[i];
  flushed_entries += other.flushed_entries;
  retries += other.retries;
  chunks += other.chunks;
  notify_bytes += other.notify_bytes;
  publish_errors += other.publish_errors;
  examined += other.examined;
  repeated += other.repeated;
  rows_ahead += other.rows_ahead;
  return *this;
}

Counters since(const Counters& later, const Counters& earlier) {
  Counters found = later;
  found.offered -= earlier.offered;
  found.dropped_full -= earlier.dropped_full;
  found.dropped_agent_full -= earlier.dropped_agent_full;
  found.dropped_closed -= earlier.dropped_closed;
  found.coalesced -= earlier.coalesced;
  found.stale -= earlier.stale;
  found.unchanged -= earlier.unchanged;
  found.written -= earlier.written;
  found.rows_stale -= earlier.rows_stale;
  found.unmatched -= earlier.unmatched;
  found.discarded -= earlier.discarded;
  found.quarantined -= earlier.quarantined;
  found.spooled -= earlier.spooled;
  return found;
}

FlushCounters since(const FlushCounters& later, const FlushCounters& earlier) {
  FlushCounters found = later;
  for (std::size_t i = 0; i < kReasons; ++i) found.flushes[i] -= earlier.flushes[i];
  for (std::size_t i = 0; i < kFailureClasses; ++i) found.failures[i] -= earlier.failures[i];
  found.flushed_entries -= earlier.flushed_entries;
  found.retries -= earlier.retries;
  found.chunks -= earlier.chunks;
  found.notify_bytes -= earlier.notify_bytes;
  found.publish_errors -= earlier.publish_errors;
  found.examined -= earlier.examined;
  found.repeated -= earlier.repeated;
  found.rows_ahead -= earlier.rows_ahead;
  return found;
}

std::uint64_t FlushCounters::total_failures() const {
  return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0});
}

}  // namespace metabatch
