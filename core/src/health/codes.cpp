// SPDX-License-Identifier: Apache-2.0
#include "health/codes.hpp"

#include <iterator>

namespace metabatch::health {
namespace {

struct Entry {
  Code code;
  std::string_view name;
  State state;
  Severity severity;
  std::array<std::string_view, kNumbers> numbers;
};

/// Ordered as Code is; a static_assert below checks it.
constexpr Entry kTable[] = {
    {Code::unreachable, "unreachable", State::unknown, Severity::alarm, {"age_s"}},
    {Code::measuring, "measuring", State::unknown, Severity::notice, {"span_s"}},
    {Code::not_writing, "not_writing", State::stalled, Severity::alarm, {"for_s", "oldest_s", "held", "full_in_s"}},
    {Code::not_writing_paused,
     "not_writing_paused",
     State::stalled,
     Severity::alarm,
     {"for_s", "oldest_s", "held", "full_in_s"}},
    {Code::dropped_full, "dropped_full", State::losing, Severity::alarm, {"updates", "span_s", "capacity", "wanted"}},
    {Code::dropped_full_bytes,
     "dropped_full_bytes",
     State::losing,
     Severity::alarm,
     {"updates", "span_s", "capacity_bytes", "wanted_bytes"}},
    {Code::dropped_fifo, "dropped_fifo", State::losing, Severity::alarm, {"updates", "span_s", "capacity"}},
    {Code::dropped_agent_full,
     "dropped_agent_full",
     State::losing,
     Severity::alarm,
     {"updates", "span_s", "capacity", "wanted"}},
    {Code::dropped_closed, "dropped_closed", State::losing, Severity::alarm, {"updates", "span_s"}},
    {Code::discarded, "discarded", State::losing, Severity::alarm, {"updates", "span_s"}},
    {Code::quarantined, "quarantined", State::losing, Severity::alarm, {"values", "span_s"}},
    {Code::behind_batch,
     "behind_batch",
     State::falling_behind,
     Severity::warning,
     {"arrive_per_s", "written_per_s", "batch"}},
    {Code::behind_small,
     "behind_small",
     State::falling_behind,
     Severity::warning,
     {"arrive_per_s", "written_per_s", "batch", "interval_s"}},
    {Code::behind_database,
     "behind_database",
     State::falling_behind,
     Severity::warning,
     {"arrive_per_s", "written_per_s", "flush_s"}},
    {Code::flushes_failing, "flushes_failing", State::degraded, Severity::warning, {"in_a_row"}},
    {Code::flush_failures, "flush_failures", State::degraded, Severity::warning, {"failed", "attempts", "span_s"}},
    {Code::table_emptied, "table_emptied", State::degraded, Severity::alarm, {"unmatched"}},
    {Code::publish_errors, "publish_errors", State::degraded, Severity::warning, {"chunks", "span_s"}},
    {Code::not_listening, "not_listening", State::degraded, Severity::warning, {}},
    {Code::rows_stale, "rows_stale", State::degraded, Severity::warning, {"entries", "of", "span_s", "behind_s"}},
    {Code::unmatched, "unmatched", State::degraded, Severity::warning, {"entries", "of", "span_s"}},
    {Code::locked, "locked", State::degraded, Severity::warning, {"entries", "for_s"}},
    {Code::rows_in_future, "rows_in_future", State::degraded, Severity::warning, {"rows", "ahead_s"}},
    {Code::buffer_nearly_full,
     "buffer_nearly_full",
     State::degraded,
     Severity::warning,
     {"share", "held", "capacity", "full_in_s"}},
    {Code::notify_queue, "notify_queue", State::degraded, Severity::warning, {"share"}},
    {Code::paused, "paused", State::degraded, Severity::warning, {"held"}},
    {Code::closing, "closing", State::degraded, Severity::notice, {"held"}},
    {Code::spool_waiting, "spool_waiting", State::degraded, Severity::notice, {"updates"}},
    {Code::idle, "idle", State::idle, Severity::notice, {"span_s"}},
    {Code::database_decides, "database_decides", State::good, Severity::good, {"written_per_s"}},
    {Code::capacity_decides,
     "capacity_decides",
     State::good,
     Severity::good,
     {"batch", "fill_s", "interval_s", "wanted", "flushes_per_s", "then_per_s"}},
    {Code::largest_batch, "largest_batch", State::good, Severity::good, {"batch", "fill_s", "interval_s"}},
    {Code::interval_decides,
     "interval_decides",
     State::good,
     Severity::good,
     {"entries", "interval_s", "batch", "flushes_per_s", "longer_s", "then_per_s"}},
    {Code::values_repeat, "values_repeat", State::good, Severity::good, {"share", "within_s"}},
    {Code::values_left_out, "values_left_out", State::good, Severity::good, {"share", "within_s"}},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(kTable); ++i)
    if (static_cast<std::size_t>(kTable[i].code) != i) return false;
  return std::size(kTable) == kCodes;
}
static_assert(is_in_order());

const Entry& entry(Code code) {
  const auto index = static_cast<std::size_t>(code);
  return kTable[index < kCodes ? index : 0];
}

}  // namespace

State state_of(Code code) { return entry(code).state; }
Severity severity_of(Code code) { return entry(code).severity; }
std::string_view name_of(Code code) { return entry(code).name; }
const std::array<std::string_view, kNumbers>& number_names(Code code) { return entry(code).numbers; }

std::string_view name_of(State state) {
  static constexpr std::string_view kNames[] = {"unknown",  "stalled", "losing", "falling_behind",
                                                "degraded", "idle",    "good"};
  const auto index = static_cast<std::size_t>(state);
  return index < std::size(kNames) ? kNames[index] : "?";
}

std::string_view name_of(Severity severity) {
  static constexpr std::string_view kNames[] = {"alarm", "warning", "notice", "good"};
  const auto index = static_cast<std::size_t>(severity);
  return index < std::size(kNames) ? kNames[index] : "?";
}

}  // namespace metabatch::health
