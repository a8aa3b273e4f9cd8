// SPDX-License-Identifier: Apache-2.0
#include "health/text.hpp"

#include <cmath>

#include "base/figure_text.hpp"
#include "health/repeats.hpp"

namespace metabatch::health {
namespace {

std::string entries(double count) { return counted_figure(count, "entry", "entries"); }
std::string updates(double count) { return counted_figure(count, "update", "updates"); }
std::string flushes(double rate) { return figure(rate) + (figure(rate) == "1" ? " flush" : " flushes") + " a second"; }
std::string rates(const Finding& f) {
  return figure(f.numbers[0]) + "/s arrive, " + figure(f.numbers[1]) + "/s are written";
}

/// The first line of what a server said, or the class of the failure; in brackets, with a space
/// before.
std::string cause(const Finding& f) {
  std::string text = f.detail.substr(0, f.detail.find_first_of("\r\n"));
  if (text.empty() && f.failure != FailureClass::none) text = name_of(f.failure);
  return text.empty() ? text : " (" + text + ")";
}

std::string fill_text(double full_in) {
  if (full_in == 0) return "the buffer is full";
  return std::isfinite(full_in) ? "the buffer is full in " + span_figure(full_in) : "the buffer does not grow";
}

std::string describe_stall(const Finding& f, std::string_view cause) {
  return headline(f) + std::string(cause) + "; oldest value " + span_figure(f.numbers[1]) + " old; " +
         count_figure(f.numbers[2]) + " held, " + fill_text(f.numbers[3]) + ".";
}

std::string describe_loss(const Finding& f) {
  const double count = f.numbers[0];
  const std::string in = " in " + span_figure(f.numbers[1]);
  switch (f.code) {
    case Code::dropped_full:
      return updates(count) + " dropped" + in + ": the buffer of " + count_figure(f.numbers[2]) +
             " entries is full. Find out why writing is slow; a queue capacity of " + count_figure(f.numbers[3]) +
             " would have held them.";
    case Code::dropped_full_bytes:
      return updates(count) + " dropped" + in + ": the buffer of " + bytes_figure(f.numbers[2]) +
             " is full. Find out why writing is slow, or raise queue bytes to " + bytes_figure(f.numbers[3]) + ".";
    case Code::dropped_fifo:
      return updates(count) + " dropped" + in + ": the fifo queue of " + count_figure(f.numbers[2]) +
             " slots was full while a flush was in flight. The queue policy coalesce gives repeats of a key no slot.";
    case Code::dropped_agent_full:
      return updates(count) + " dropped" + in + ": one agent holds the " + count_figure(f.numbers[2]) +
             " keys that it may hold. Other agents are not affected.";
    case Code::dropped_closed: return updates(count) + " refused" + in + ": the batcher is closed.";
    case Code::discarded:
      return updates(count) + " discarded" + in + " after failed flushes" + cause(f) +
             ". With on-failure retain they would be kept and written later.";
    case Code::quarantined:
      return counted_figure(count, "value", "values") + " refused by the database" + in + cause(f) +
             ". They are quarantined; the other entries are written.";
    default: return {};
  }
}

std::string describe_delay(const Finding& f) {
  switch (f.code) {
    case Code::behind_batch: return rates(f) + ". Batches of " + count_figure(f.numbers[2]) + " entries would keep up.";
    case Code::behind_small:
      return rates(f) + ". Batches of " + count_figure(f.numbers[2]) + " entries would need one flush in " +
             span_figure(f.numbers[3]) + ".";
    case Code::behind_database:
      return rates(f) + ". The database is the limit" +
             (std::isnan(f.numbers[2]) ? "" : ": a flush takes " + span_figure(f.numbers[2])) + ".";
    default: return {};
  }
}

std::string describe_flushes(const Finding& f) {
  switch (f.code) {
    case Code::flushes_failing:
      return "Flushes fail, " + count_figure(f.numbers[0]) + " in a row" + cause(f) +
             ". What was not written is kept and retried.";
    case Code::flush_failures:
      return count_figure(f.numbers[0]) + " of " + counted_figure(f.numbers[1], "flush", "flushes") + " failed in " +
             span_figure(f.numbers[2]) + "; the last one succeeded.";
    case Code::publish_errors:
      return "Watchers are not notified: " + counted_figure(f.numbers[0], "notification", "notifications") +
             " could not be published in " + span_figure(f.numbers[1]) + ". They see changes when they read again.";
    case Code::not_listening:
      return "The listener is not connected: watchers are not notified and read again every few seconds.";
    case Code::notify_queue:
      return "The notification queue of the server is " + percent_figure(f.numbers[0]) +
             " full: a session listens and stays in a transaction.";
    default: return {};
  }
}

std::string describe_rows(const Finding& f) {
  const std::string of = count_figure(f.numbers[0]) + " of " + entries(f.numbers[1]);
  switch (f.code) {
    case Code::table_emptied:
      return "The table was emptied: no row matched where rows matched before. Register the agents again.";
    case Code::rows_stale:
      return of + " were older than what the database holds: a clock is wrong" +
             (std::isnan(f.numbers[3]) ? ""
                                       : " (this host's is " + span_figure(f.numbers[3]) + " behind the newest row)") +
             ".";
    case Code::unmatched: return of + " found no row: those agents or keys are not registered.";
    case Code::locked:
      return counted_figure(f.numbers[0], "entry waits for a row", "entries wait for rows") +
             " that somebody has locked" +
             (!f.detail.empty()          ? " since " + f.detail
              : std::isnan(f.numbers[1]) ? ""
                                         : " for " + span_figure(f.numbers[1])) +
             ". All others are written.";
    case Code::rows_in_future:
      return counted_figure(f.numbers[0], "row is", "rows are") + " dated up to " + span_figure(f.numbers[1]) +
             " ahead of the server's clock: newer values are refused until then.";
    default: return {};
  }
}

std::string describe_surroundings(const Finding& f) {
  switch (f.code) {
    case Code::unreachable:
      return "No answer for " + span_figure(f.numbers[0]) + (f.detail.empty() ? "" : ": " + f.detail) +
             ". All figures are as old.";
    case Code::measuring: return "Measuring: the window is " + span_figure(f.numbers[0]) + " long.";
    case Code::buffer_nearly_full:
      return "The buffer is " + percent_figure(f.numbers[0]) + " full: " + entries(f.numbers[1]) +
             (std::isnan(f.numbers[2]) ? " held" : " of " + count_figure(f.numbers[2])) + "; " +
             fill_text(f.numbers[3]) + ".";
    case Code::paused: return "Flushing is paused: " + count_figure(f.numbers[0]) + " held, nothing is written.";
    case Code::closing: return "Closing: " + count_figure(f.numbers[0]) + " held that the final flush writes.";
    case Code::spool_waiting:
      return "The spool holds " + updates(f.numbers[0]) + " of an earlier run that are not written yet.";
    case Code::idle: return "No updates arrived in " + span_figure(f.numbers[0]) + ".";
    default: return {};
  }
}

std::string describe_trigger(const Finding& f) {
  const auto& n = f.numbers;
  switch (f.code) {
    case Code::database_decides:
      return "The database decides: " + figure(n[0]) + " entries/s are written, and the input waits for it.";
    case Code::capacity_decides:
      return "The batch size decides: " + count_figure(n[0]) + " entries arrive in " + span_figure(n[1]) +
             ", before the interval of " + span_figure(n[2]) + " is over. Batches of " + count_figure(n[3]) +
             " would need " + flushes(n[5]) + " instead of " + figure(n[4]) + ".";
    case Code::largest_batch:
      return "The batch size decides: " + count_figure(n[0]) + " entries arrive in " + span_figure(n[1]) +
             ". No larger batch is allowed that would last for the interval of " + span_figure(n[2]) + ".";
    case Code::interval_decides:
      return "The interval decides: about " + entries(n[0]) + " arrive in " + span_figure(n[1]) +
             ", fewer than the batch size of " + count_figure(n[2]) + "." +
             (n[4] == 0 ? ""
                        : " An interval of " + span_figure(n[4]) + " would need " + flushes(n[5]) + " instead of " +
                              figure(n[3]) + ", and values would be up to " + span_figure(n[4]) + " old.");
    case Code::values_repeat:
    case Code::values_left_out:
      return describe(Repeats{n[0], Duration(std::llround(n[1] * 1e9)), f.code == Code::values_left_out});
    default: return {};
  }
}

std::string degraded_headline(const Finding& f) {
  switch (f.code) {
    case Code::flushes_failing: return "Flushes fail, " + count_figure(f.numbers[0]) + " in a row";
    case Code::flush_failures:
      return count_figure(f.numbers[0]) + " of " + count_figure(f.numbers[1]) + " flushes failed";
    case Code::table_emptied: return "The table was emptied";
    case Code::publish_errors: return "Watchers are not notified";
    case Code::not_listening: return "The listener is not connected";
    case Code::rows_stale:
      return "A clock is wrong: " + count_figure(f.numbers[0]) + " of " + entries(f.numbers[1]) +
             " are older than their rows";
    case Code::unmatched: return count_figure(f.numbers[0]) + " of " + entries(f.numbers[1]) + " found no row";
    case Code::locked: return counted_figure(f.numbers[0], "entry waits", "entries wait") + " for locked rows";
    case Code::rows_in_future: return counted_figure(f.numbers[0], "row is", "rows are") + " dated in the future";
    case Code::buffer_nearly_full: return "The buffer is " + percent_figure(f.numbers[0]) + " full";
    case Code::notify_queue: return "The notification queue is " + percent_figure(f.numbers[0]) + " full";
    case Code::paused: return "Flushing is paused";
    case Code::closing: return "Closing";
    case Code::spool_waiting: return updates(f.numbers[0]) + " of an earlier run are not written yet";
    default: return {};
  }
}

}  // namespace

std::string headline(const Finding& f) {
  switch (f.code) {
    case Code::unreachable: return "No answer for " + span_figure(f.numbers[0]);
    case Code::measuring: return "Measuring";
    case Code::not_writing: return "Not writing for " + span_figure(f.numbers[0]);
    case Code::not_writing_paused: return "Flushing is paused for " + span_figure(f.numbers[0]);
    case Code::dropped_full:
    case Code::dropped_full_bytes:
    case Code::dropped_fifo:
    case Code::dropped_agent_full: return "Losing: " + updates(f.numbers[0]) + " dropped";
    case Code::dropped_closed: return "Losing: " + updates(f.numbers[0]) + " refused";
    case Code::discarded: return "Losing: " + updates(f.numbers[0]) + " discarded";
    case Code::quarantined: return "Losing: " + counted_figure(f.numbers[0], "value", "values") + " refused";
    case Code::behind_batch:
    case Code::behind_small:
    case Code::behind_database: return "Falling behind: " + rates(f);
    case Code::idle: return "Idle: no updates arrive";
    case Code::database_decides: return "Writing " + figure(f.numbers[0]) + " entries/s";
    case Code::capacity_decides:
    case Code::largest_batch: return "All is well: the batch size decides";
    case Code::values_repeat: return percent_figure(f.numbers[0]) + " of the values repeat";
    case Code::values_left_out: return percent_figure(f.numbers[0]) + " of the values are left out";
    case Code::interval_decides: return "All is well: the interval decides";
    default: return degraded_headline(f);
  }
}

std::string headline(const Assessment& assessment) {
  const bool is_good = assessment.state() == State::good && assessment.saved;
  return is_good ? "Saving " + saved_text(assessment) : headline(assessment.first());
}

std::string describe(const Finding& f) {
  switch (state_of(f.code)) {
    case State::stalled: return describe_stall(f, f.code == Code::not_writing ? cause(f) : "");
    case State::losing: return describe_loss(f);
    case State::falling_behind: return describe_delay(f);
    case State::good: return describe_trigger(f);
    default: break;
  }
  for (const auto make : {describe_flushes, describe_rows, describe_surroundings})
    if (std::string text = make(f); !text.empty()) return text;
  return {};
}

std::string span_text(const Assessment& assessment) {
  std::string length = span_figure(in_seconds(assessment.span));
  switch (assessment.start) {
    case WindowStart::full: return "last " + length;
    case WindowStart::change: return "since the change, " + length;
    case WindowStart::start: return "since the start, " + length;
  }
  return length;
}

std::string saved_text(const Assessment& assessment) {
  return assessment.saved ? percent_figure(*assessment.saved) : "\u2013";
}

std::string status_line(const Assessment& assessment) {
  std::string state(name_of(assessment.state()));
  if (assessment.state() == State::falling_behind) state = "falling behind";
  return state + ": " + describe(assessment.first());
}

}  // namespace metabatch::health
