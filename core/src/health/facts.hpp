// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/time.hpp"

/// Health: what every screen shows first (specification, "Health"). assess() in health.hpp holds
/// all rules.
namespace metabatch::health {

/// The state of this moment. A face fills in what it knows; the defaults mean "not known" or
/// "none".
struct Now {
  std::uint64_t buffered_entries = 0;  ///< distinct keys held, in flight included
  std::uint64_t buffered_bytes = 0;
  std::int64_t capacity_entries = 0;   ///< 0: that of the config
  std::int64_t capacity_bytes = 0;     ///< 0: that of the config
  std::optional<Duration> oldest_age;  ///< of the oldest entry that is not set apart; counts entries in flight
  /// Since the last flush that completed with failure == none. With several writers: of the writer
  /// that has entries due and for which it is longest. Not known: the collector uses its own
  /// samples.
  std::optional<Duration> since_success;

  std::uint64_t failures_in_a_row = 0;        ///< flushes that failed since the last success
  FailureClass failure = FailureClass::none;  ///< of the newest flush
  std::string failure_detail{};               ///< the server's words; foreign text, never a secret

  std::uint64_t locked_entries = 0;      ///< entries set apart because somebody holds their row's lock
  std::optional<Duration> locked_for;    ///< since the first of them was set apart
  std::string locked_since{};            ///< the same as a time of day, `14:03:12`; empty: not shown
  std::uint64_t future_rows = 0;         ///< rows whose collected_at is ahead of the server's clock
  Duration future_by{};                  ///< the farthest of them
  std::optional<Duration> clock_behind;  ///< this host's clock behind the newest row that refused an entry
  bool table_emptied = false;            ///< a flush matched no row where flushes matched before

  bool is_paused = false;                    ///< an operator holds flushing
  bool is_closing = false;                   ///< the final flush runs
  bool input_waits = false;                  ///< the producer waits for capacity (ingest): a full buffer is no fault
  std::optional<bool> is_listening;          ///< LISTEN works; none: nothing listens here
  std::optional<double> notify_queue_usage;  ///< of PostgreSQL's notification queue, 0 to 1
  std::uint64_t spool_entries = 0;           ///< entries of an earlier run that are not written yet

  /// The figures come from another process that did not answer: how old they are, and why.
  std::optional<Duration> unreachable_for;
  std::string unreachable_detail{};

  bool operator==(const Now&) const = default;
};

/// How the window began.
enum class WindowStart : std::uint8_t {
  full,    ///< the window has its whole length
  change,  ///< settings changed, and the window begins there
  start,   ///< the process started (or restarted), and the window begins there
};

/// What a flush costs, fitted to flushes of different sizes.
struct FlushCost {
  double seconds_a_flush = 0;
  double seconds_an_entry = 0;
  bool operator==(const FlushCost&) const = default;
};

/// What happened in the window.
struct Window {
  WindowStart start = WindowStart::start;
  Duration length{};
  Counters counters;      ///< differences; the held ones are those of the end
  FlushCounters flushes;  ///< differences
  std::uint64_t reports = 0;
  std::int64_t held_growth = 0;     ///< held at the end less held at the begin
  double entries_growth_per_s = 0;  ///< of the buffer, since the last completed flush or the begin
  double bytes_growth_per_s = 0;
  std::optional<double> busy_share;     ///< share of the time with a flush in flight, per writer; 0 to 1
  std::optional<double> flush_seconds;  ///< mean of successful flushes
  std::optional<FlushCost> cost;
};

/// Everything that assess() judges.
struct Facts {
  Config config;             ///< as running, defaults filled in
  std::int64_t writers = 1;  ///< each fills batches of batch_size of its own
  Window window;
  std::optional<Duration> overdue;  ///< how long entries have been due without a completed flush
  Now now;
};

}  // namespace metabatch::health
