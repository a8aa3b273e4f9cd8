// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "batching/batch_limit.hpp"
#include "metabatch/config.hpp"
#include "metabatch/outcome.hpp"

namespace metabatch {

/// What is buffered, as the schedule needs to know it.
struct Load {
  std::uint64_t pending = 0;        ///< entries
  std::uint64_t pending_bytes = 0;  ///< of these
  std::uint64_t set_apart = 0;      ///< entries set apart that are not in flight
  std::optional<Instant> oldest;    ///< arrival of the longest-pending one; only where needs_oldest() asks for it
};

/// A batch that is to be taken.
struct Due {
  Reason reason;
  bool set_apart = false;  ///< of the entries that are set apart; else of those that are pending
};

/// How a flush ended, as the schedule needs to know it.
struct FlushEnd {
  FailureClass failure = FailureClass::none;
  bool progress = false;            ///< some entry got another fate than `unwritten`
  bool settled = false;             ///< some entry is not held any more
  bool too_much = false;            ///< FlushOutcome::too_much
  Duration time_limit{};            ///< FlushOutcome::time_limit
  Duration took{};                  ///< from taking the batch to the end of its flush
  std::uint64_t entries = 0;        ///< of the batch
  std::uint64_t returned = 0;       ///< merged back into what is pending
  std::uint64_t all_set_apart = 0;  ///< set apart now, of this batch and of earlier ones
};

inline constexpr Duration kFirstBackoff = std::chrono::milliseconds(100);
inline constexpr Duration kLongestBackoff = std::chrono::seconds(5);
/// A missing privilege or table: somebody has to mend it, which takes a moment at least.
inline constexpr Duration kFirstPermissionBackoff = std::chrono::seconds(1);
inline constexpr Duration kLongestPermissionBackoff = std::chrono::seconds(30);

/// Decides when a batch is due, and why, from counts and instants: one flush in flight, ticks,
/// backoff, retries of what is set apart, closing. A plain value, fed by the owner of the entries.
class Schedule {
 public:
  Schedule(const ValidConfig& config, Instant now, std::uint64_t seed);

  /// A changed interval or policy starts a new series of ticks now.
  void reconfigure(const ValidConfig& config, Instant now);
  /// All that is buffered becomes due as `shutdown`; a running backoff ends.
  void close(Instant now);
  /// Closes, or ends a close that is running: nothing more is due.
  void abandon(Instant now);
  /// All that is pending becomes due as `scheduled`.
  void flush_now(const Load& load);

  /// Whether due() and next_deadline() want Load::oldest at `now`.
  [[nodiscard]] bool needs_oldest(Instant now) const;
  /// Lets ticks fire that have passed: before entries arrive, so that a tick sweeps only what it
  /// found, and when a flush has ended, so that a remembered tick sweeps what is pending at that
  /// moment.
  void pass_ticks(const Load& load, Instant now);

  /// Whether a batch is to be taken at `now`, and why; the caller takes it. Ticks up to and
  /// including `now` fire.
  std::optional<Due> due(const Load& load, Instant now);
  /// `entries` of the pending ones went into flight.
  void began(std::uint64_t entries);
  /// Entries that were set apart went into flight. `last`: then all of them have been tried once.
  void began_set_apart(bool last);
  void ended(const FlushEnd& end, Instant now);

  /// Of `taken` pending entries `kept` remain, because the others repeat what their rows have.
  /// Whether these may go back and wait for more, so that one flush writes what would otherwise be
  /// several. `pending`: those that were not taken.
  [[nodiscard]] bool may_wait(std::uint64_t taken, std::uint64_t kept, std::uint64_t pending) const;
  /// `entries` of the longest-pending ones were left out; the others of that batch go back.
  void left_out(std::uint64_t entries) { sweep_ -= std::min(sweep_, entries); }
  /// All of a batch was left out. For `after_flush` this is a flush: the interval begins anew.
  void left_out_all(std::uint64_t entries, Instant now);

  /// When due() is next worth a call; in the past: now. None: only another call can change that.
  [[nodiscard]] std::optional<Instant> next_deadline(const Load& load) const;

  /// The most entries of the next batch: less than batch_size after flushes that were too much.
  [[nodiscard]] std::uint64_t batch_limit() const { return limit_.within(batch_size_); }
  [[nodiscard]] std::uint64_t set_apart_limit() const { return set_apart_.limit.within(batch_size_); }
  /// The next tick of `fixed` and `reset`, whether or not anything is pending.
  [[nodiscard]] Instant next_tick() const { return next_tick_; }
  /// When what is set apart is next retried; none: nothing is.
  [[nodiscard]] std::optional<Instant> next_round() const { return set_apart_.next_round; }
  [[nodiscard]] bool in_flight() const { return in_flight_; }
  [[nodiscard]] bool closing() const { return close_deadline_.has_value(); }
  [[nodiscard]] bool close_expired(Instant now) const { return close_deadline_ && now >= *close_deadline_; }
  [[nodiscard]] std::optional<Instant> close_deadline() const { return close_deadline_; }
  /// End of the running backoff.
  [[nodiscard]] std::optional<Instant> backoff_end() const { return backoff_end_; }

 private:
  /// The retries of entries that are set apart: a round, of one or more batches, tries each once.
  struct SetApart {
    std::optional<Instant> next_round;  ///< none: nothing is set apart
    bool in_round = false;              ///< a round has begun, and some have not been tried in it
    bool settled = false;               ///< some entry of this round is not held any more
    bool too_much = false;              ///< some batch of this round was: the next round must not come soon
    bool failed = false;                ///< some batch of this round ended with a failure
    bool passed_over = false;           ///< was due when a batch of pending entries was taken
    bool in_flight = false;
    std::uint32_t failures = 0;  ///< rounds in a row that settled nothing
    BatchLimit limit;
  };

  [[nodiscard]] bool held_back(Instant now) const { return in_flight_ || (backoff_end_ && now < *backoff_end_); }
  [[nodiscard]] bool has_ticks() const { return policy_ == SchedulePolicy::fixed || policy_ == SchedulePolicy::reset; }
  [[nodiscard]] bool is_full(const Load& load) const {
    return load.pending >= batch_limit() || (load.pending > 0 && load.pending_bytes >= batch_bytes_);
  }
  void sweep(std::uint64_t pending) { sweep_ = pending; }
  [[nodiscard]] bool is_time(const Load& load, Instant now) const;
  std::optional<Reason> pending_due(const Load& load, Instant now);
  void ended_pending(const FlushEnd& end, Instant now);
  void ended_set_apart(const FlushEnd& end);
  void plan_round(const FlushEnd& end, Instant now);
  Duration backoff(std::uint32_t failures, Duration first, Duration longest);

  SchedulePolicy policy_;
  Duration interval_;
  std::uint64_t batch_size_;
  std::uint64_t batch_bytes_;
  Duration final_flush_timeout_;
  Instant next_tick_;             // fixed, reset
  bool tick_remembered_ = false;  // one tick passed while held back
  Instant last_end_;              // after_flush
  std::uint64_t sweep_ = 0;       // this many of the longest-pending entries are due, whatever the batch size
  bool in_flight_ = false;        // of either kind
  std::uint32_t failures_ = 0;    // in a row
  std::optional<Instant> backoff_end_;
  std::optional<Instant> close_deadline_;
  BatchLimit limit_;
  SetApart set_apart_;
  std::uint64_t jitter_;
};

}  // namespace metabatch
