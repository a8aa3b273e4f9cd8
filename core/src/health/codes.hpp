// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace metabatch::health {

/// From bad to good. The state of a report is that of its first finding.
enum class State : std::uint8_t { unknown, stalled, losing, falling_behind, degraded, idle, good };
enum class Severity : std::uint8_t { alarm, warning, notice, good };

/// What was found; worst first. The comment names the numbers of a Finding, in order, as JSON does.
enum class Code : std::uint8_t {
  // unknown
  unreachable,  ///< age_s. detail: why
  measuring,    ///< span_s: the window is too short to judge
  // stalled
  not_writing,         ///< for_s, oldest_s, held, full_in_s (0: full; infinite: it does not grow). failure, detail
  not_writing_paused,  ///< the same: an operator holds flushing
  // losing
  dropped_full,        ///< updates, span_s, capacity (entries), wanted (entries)
  dropped_full_bytes,  ///< updates, span_s, capacity (bytes), wanted (bytes)
  dropped_fifo,        ///< updates, span_s, capacity (slots)
  dropped_agent_full,  ///< updates, span_s, capacity (entries of one agent), wanted
  dropped_closed,      ///< updates, span_s
  discarded,           ///< updates, span_s. failure, detail
  quarantined,         ///< values, span_s. detail
  // falling behind
  behind_batch,     ///< arrive_per_s, written_per_s, batch (entries): measured flushes say that it would keep up
  behind_small,     ///< the same; what a larger batch costs is not measured. interval_s
  behind_database,  ///< arrive_per_s, written_per_s, flush_s: larger batches would not help
  // degraded
  flushes_failing,     ///< in_a_row. failure, detail
  flush_failures,      ///< failed, attempts, span_s; the last flush succeeded
  table_emptied,       ///< unmatched
  publish_errors,      ///< chunks, span_s
  not_listening,       ///< no numbers
  rows_stale,          ///< entries, of, span_s, behind_s (NaN: not known)
  unmatched,           ///< entries, of, span_s
  locked,              ///< entries, for_s. detail: since when
  rows_in_future,      ///< rows, ahead_s
  buffer_nearly_full,  ///< share, held, capacity, full_in_s
  notify_queue,        ///< share
  paused,              ///< held
  closing,             ///< held
  spool_waiting,       ///< updates
  // idle
  idle,  ///< span_s
  // good
  database_decides,  ///< written_per_s: input waits for the database
  capacity_decides,  ///< batch, fill_s, interval_s, wanted (entries), flushes_per_s, then_per_s
  largest_batch,     ///< batch, fill_s, interval_s: a larger one is not allowed
  interval_decides,  ///< entries, interval_s, batch, flushes_per_s, longer_s (0: it is the longest), then_per_s
  values_repeat,     ///< share, within_s: what suppress_unchanged would save
  values_left_out,   ///< share, within_s: what it saves
};
inline constexpr std::size_t kCodes = static_cast<std::size_t>(Code::values_left_out) + 1;
inline constexpr std::size_t kNumbers = 6;

State state_of(Code code);
Severity severity_of(Code code);
std::string_view name_of(State state);        ///< `falling_behind`
std::string_view name_of(Severity severity);  ///< `alarm`
std::string_view name_of(Code code);          ///< `not_writing`
/// The names of the numbers of `code`, in order; empty names follow the last.
const std::array<std::string_view, kNumbers>& number_names(Code code);

}  // namespace metabatch::health
