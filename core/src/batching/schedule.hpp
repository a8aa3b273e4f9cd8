// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "metabatch/config.hpp"
#include "metabatch/outcome.hpp"

namespace metabatch {

/// What waits, as the schedule needs to know it.
struct Load {
  std::uint64_t pending = 0;      ///< entries
  std::optional<Instant> oldest;  ///< arrival of the longest-waiting one; only where needs_oldest() says so
};

inline constexpr Duration kFirstBackoff = std::chrono::milliseconds(100);
inline constexpr Duration kLongestBackoff = std::chrono::seconds(5);
/// Somebody has to grant a privilege or make a table first: retrying fast helps nobody.
inline constexpr Duration kPermissionBackoff = std::chrono::seconds(30);

/// When a batch is due, and why. Knows counts and instants, no entries: one flush in flight, ticks, backoff, closing.
/// Fed by whoever holds the entries; a plain value.
class Schedule {
 public:
  /// `config` is validated.
  Schedule(const Config& config, Instant now, std::uint64_t seed);

  /// A changed interval or policy starts a new series of ticks now.
  void reconfigure(const Config& config, Instant now);
  /// All that waits becomes due as `shutdown`; a running backoff ends.
  void close(Instant now);
  /// Closes, or ends a close that is running: nothing more is due.
  void abandon(Instant now);
  /// All that waits becomes due as `scheduled`.
  void flush_now(const Load& load);

  /// Whether due() and next_deadline() want Load::oldest at `now`.
  [[nodiscard]] bool needs_oldest(Instant now) const;
  /// Lets ticks fire that have passed: before entries arrive, so that a tick sweeps only what it found, and when a
  /// flush has ended, so that a remembered tick sweeps what waits at that moment.
  void pass_ticks(const Load& load, Instant now);

  /// Whether a batch is to be taken at `now`, and why. Ticks up to and including `now` fire.
  std::optional<Reason> due(const Load& load, Instant now);
  /// `entries` went into flight.
  void began(std::uint64_t entries);
  /// The flush ended; `unwritten` entries were merged back.
  void ended(FailureClass failure, std::uint64_t unwritten, Instant now);

  /// When due() is next worth asking; an instant in the past: now. None: only another call can change the answer.
  [[nodiscard]] std::optional<Instant> next_deadline(const Load& load) const;

  /// The next tick of `fixed`, whether or not anything waits for it.
  [[nodiscard]] Instant next_tick() const { return next_tick_; }
  [[nodiscard]] bool in_flight() const { return in_flight_; }
  [[nodiscard]] bool closing() const { return close_deadline_.has_value(); }
  [[nodiscard]] bool close_expired(Instant now) const { return close_deadline_ && now >= *close_deadline_; }
  [[nodiscard]] std::optional<Instant> close_deadline() const { return close_deadline_; }
  /// End of the running backoff.
  [[nodiscard]] std::optional<Instant> backoff_end() const { return backoff_end_; }

 private:
  [[nodiscard]] bool held_back(Instant now) const { return in_flight_ || (backoff_end_ && now < *backoff_end_); }
  void sweep(std::uint64_t pending) { sweep_ = pending; }
  [[nodiscard]] bool is_time(const Load& load, Instant now) const;
  Duration backoff(FailureClass failure);

  SchedulePolicy policy_;
  Duration interval_;
  std::uint64_t batch_size_;
  Duration final_flush_timeout_;
  Instant next_tick_;             // fixed
  bool tick_remembered_ = false;  // fixed: one tick passed while held back
  Instant last_end_;              // after_flush
  std::uint64_t sweep_ = 0;       // this many of the longest-waiting entries are due, whatever the batch size
  bool in_flight_ = false;
  std::uint32_t failures_ = 0;  // in a row
  std::optional<Instant> backoff_end_;
  std::optional<Instant> close_deadline_;
  std::uint64_t jitter_;
};

}  // namespace metabatch
