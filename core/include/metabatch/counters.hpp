// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "metabatch/outcome.hpp"

namespace metabatch {

/// What became of every update ever offered. The accounting identity
///
///     offered = dropped + coalesced + stale + unchanged + written + rows_stale + unmatched
///             + discarded + quarantined + spooled + held
///
/// holds at every moment for each part that keeps counters, and so for their sum.
struct Counters {
  std::uint64_t offered = 0;
  std::uint64_t dropped_full = 0;
  std::uint64_t dropped_agent_full = 0;  ///< its agent had agent_capacity keys (fifo: slots) already
  std::uint64_t dropped_closed = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t stale = 0;
  std::uint64_t unchanged = 0;  ///< equal to what was written a moment ago, and so not written (suppress_unchanged)
  std::uint64_t written = 0;
  std::uint64_t rows_stale = 0;
  std::uint64_t unmatched = 0;
  std::uint64_t discarded = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t spooled = 0;
  std::uint64_t pending = 0;    ///< held: entries not yet in a flush
  std::uint64_t queued = 0;     ///< held: updates in the fifo
  std::uint64_t in_flight = 0;  ///< held: entries of flushes that are not complete
  std::uint64_t set_apart = 0;  ///< held: entries whose row is locked, retried in batches of their own

  [[nodiscard]] std::uint64_t dropped() const { return dropped_full + dropped_agent_full + dropped_closed; }
  [[nodiscard]] std::uint64_t accepted() const { return offered - dropped(); }
  [[nodiscard]] std::uint64_t held() const { return pending + queued + in_flight + set_apart; }
  [[nodiscard]] bool balanced() const {
    return offered == dropped() + coalesced + stale + unchanged + written + rows_stale + unmatched + discarded +
                          quarantined + spooled + held();
  }
  Counters& operator+=(const Counters& other);
  bool operator==(const Counters&) const = default;
};
/// What was counted between two readings of the same counters; the held parts are those of the
/// later one.
[[nodiscard]] Counters since(const Counters& later, const Counters& earlier);

/// Counts of flushes. Kept by the owner of the machine.
struct FlushCounters {
  std::array<std::uint64_t, kReasons> flushes{};  ///< successful ones, by Reason
  std::uint64_t flushed_entries = 0;              ///< entries of successful flushes
  std::array<std::uint64_t, kFailureClasses> failures{};
  std::uint64_t retries = 0;
  std::uint64_t chunks = 0;
  std::uint64_t notify_bytes = 0;
  std::uint64_t publish_errors = 0;
  std::uint64_t examined = 0;    ///< of a sample of the entries written while suppress_unchanged is off: all, and
  std::uint64_t repeated = 0;    ///< those that repeated the value written less than kRepeatsWithin before
  std::uint64_t rows_ahead = 0;  ///< rows left alone because they are dated ahead of the server's clock

  [[nodiscard]] std::uint64_t total_flushes() const { return flushes[0] + flushes[1] + flushes[2]; }
  [[nodiscard]] std::uint64_t total_failures() const;
  FlushCounters& operator+=(const FlushCounters& other);
  bool operator==(const FlushCounters&) const = default;
};
[[nodiscard]] FlushCounters since(const FlushCounters& later, const FlushCounters& earlier);

}  // namespace metabatch
