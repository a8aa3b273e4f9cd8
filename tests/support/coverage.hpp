// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace metabatch::oracle {

// Every case that the specification, "The batcher", distinguishes, as the oracle meets it. A
// property run that did not visit all of them proves less than it claims.
// clang-format off
#define METABATCH_BRANCHES(X)                                                                          \
  X(add_new) X(add_newer) X(add_older) X(add_tie_first) X(add_tie_last) X(add_key_in_flight)          \
  X(add_full_entries) X(add_full_bytes) X(add_repeat_over_bytes) X(add_repeat_over_entries)           \
  X(add_queued) X(add_full_slots) X(add_full_queue_bytes) X(add_closed) X(add_empty_key)              \
  X(add_agent_full) X(add_agent_full_slots) X(add_to_set_apart) X(add_full_by_bytes)                    \
  X(report_unequal) X(report_split_by_batch) X(report_split_by_capacity) X(report_empty)                  \
  X(absorb_new) X(absorb_coalesced) X(absorb_stale) X(absorb_stops_full)                              \
  X(take_capacity) X(take_scheduled) X(take_shutdown) X(take_in_flight) X(take_nothing) X(take_late)  \
  X(take_in_backoff) X(take_remainder_of_sweep) X(take_remainder_waits)                                         \
  X(left_out) X(left_out_older) X(left_out_all) X(left_out_waits) X(repeat_too_late) X(repeat_forgotten)   \
  X(take_cut_by_bytes) X(take_set_apart) X(take_set_apart_in_turn) X(take_set_apart_in_part)            \
  X(tick_empty) X(tick_sweeps) X(tick_in_flight) X(tick_in_backoff) X(tick_second_missed)             \
  X(tick_remembered_sweeps) X(tick_remembered_empty)                                                  \
  X(tick_discarded) X(tick_in_retry)                                                                  \
  X(after_flush_due) X(after_flush_add_when_past) X(linger_due)                                       \
  X(fate_written) X(fate_rows_stale) X(fate_unmatched) X(fate_quarantined) X(fate_discarded)          \
  X(fate_locked) X(locked_again) X(unwritten_again) X(absorbed_newer) X(absorbed_older)                \
  X(fate_retained) X(failed_in_part) X(complete_unknown)                                              \
  X(back_alone) X(back_older) X(back_newer) X(back_tie_first) X(back_tie_last)                        \
  X(backoff_doubles) X(backoff_capped) X(backoff_permission) X(backoff_permission_doubles) X(backoff_spared_by_progress)                  \
  X(too_much_halves) X(too_much_alone) X(fails_alone) X(fails_again_halves) X(too_much_in_retry) X(limit_doubles) X(limit_ends) X(retry_limit_grows)            \
  X(round_without_progress) X(round_ends) X(rounds_end) X(backoff_ends_due) X(backoff_ends_empty) \
  X(backoff_reset) X(backoff_ended_by_close) X(backoff_while_closing)                                 \
  X(change_refused) X(change_channel_refused) X(change_makes_full) X(change_interval)                 \
  X(change_schedule) X(change_fifo_to_coalesce) X(change_coalesce_to_fifo) X(change_capacity_below_held)  \
  X(change_while_closing) X(close_empty) X(close_in_flight) X(close_with_queue) X(close_again)        \
  X(close_with_set_apart) X(close_finished) X(close_left_over)
// clang-format on

enum class Branch : std::size_t {
#define METABATCH_BRANCH(name) name,
  METABATCH_BRANCHES(METABATCH_BRANCH)
#undef METABATCH_BRANCH
};

inline constexpr std::string_view kBranchNames[] = {
#define METABATCH_BRANCH(name) #name,
    METABATCH_BRANCHES(METABATCH_BRANCH)
#undef METABATCH_BRANCH
};
inline constexpr std::size_t kBranches = sizeof(kBranchNames) / sizeof(kBranchNames[0]);

/// How often each branch was visited, over any number of runs.
struct Coverage {
  std::array<std::uint64_t, kBranches> visits{};

  void visit(Branch branch) { ++visits[static_cast<std::size_t>(branch)]; }
  /// The names that were never visited, one a line; empty when all were.
  [[nodiscard]] std::string missing() const {
    std::string names;
    for (std::size_t i = 0; i < kBranches; ++i)
      if (visits[i] == 0) names.append(kBranchNames[i]).append("\n");
    return names;
  }
};

}  // namespace metabatch::oracle
