// SPDX-License-Identifier: Apache-2.0
#include "cli/report/results.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/terminal/console.hpp"
#include "health/repeats.hpp"
#include "health/text.hpp"

namespace metabatch::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string fine_percent_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, share >= 0.9995 ? "%.2f %%" : "%.1f %%", share * 100);
  return text;
}

/// The most important problem for an operator; nothing when all is well.
std::string problem_text(const RunResult& result) {
  if (!result.assessment) return {};
  const health::Finding& first = result.assessment->first();
  const health::Severity severity = health::severity_of(first.code);
  if (severity != health::Severity::alarm && severity != health::Severity::warning) return {};
  return health::describe(first) + "\n";
}

/// Health does not judge runs of less than two seconds, but their writes are known.
bool is_short(const health::Assessment& assessment) { return assessment.first().code == health::Code::measuring; }

bool may_show_saved(const RunResult& result) {
  const Summary& summary = result.summary;
  return result.is_saved_known && summary.unbatched_db_writes_per_s > 0 && summary.db_writes_per_s > 0 &&
         (!result.assessment || result.assessment->saved.has_value() || is_short(*result.assessment));
}

std::string delay_text(const RunResult& result) {
  const Summary& summary = result.summary;
  std::string text;
  if (summary.counters.written > 0)
    text = "Delay from update to row: half within " + seconds_text(summary.delay_p50) + ", 99 % within " +
           seconds_text(summary.delay_p99) + ", longest " + seconds_text(summary.delay_max) + ".\n";
  if (summary.has_age)
    text += "Age of what a watcher sees: half of the time within " + seconds_text(summary.age_p50) +
            ", 99 % of it within " + seconds_text(summary.age_p99) + ", oldest " + seconds_text(summary.age_max) +
            ".\n";
  if (result.oldest_unwritten)
    text += "Not written yet: the oldest entry has waited " +
            seconds_text(std::chrono::duration<double>(*result.oldest_unwritten).count()) + ".\n";
  return text;
}

std::string share_text(const Summary& summary) {
  const double alone = summary.unbatched_db_writes_per_s;
  const std::string rates = "one by one " + rate_text(alone) + " UPDATEs + " +
                            rate_text(summary.unbatched_notifies_per_s) + " NOTIFYs a second, batched " +
                            rate_text(summary.db_writes_per_s) + " + " + rate_text(summary.notifies_per_s) + ".\n";
  if (summary.saved > 0) return "Batching saved " + fine_percent_text(summary.saved) + ": " + rates;
  return "Batching saved nothing; there was too little to batch: " + rates;
}

std::string flushes_text(const FlushCounters& flushes) {
  std::string text = "Flushes: " + with_commas(flushes.flushes[0]) + " capacity, " + with_commas(flushes.flushes[1]) +
                     " scheduled, " + with_commas(flushes.flushes[2]) + " shutdown";
  if (const std::uint64_t failed = flushes.total_failures(); failed > 0) text += ", " + with_commas(failed) + " failed";
  return text + ".  Notifications: " + with_commas(flushes.chunks) + ", " + with_commas(flushes.notify_bytes) +
         " bytes.\n";
}

/// `written 9,000, coalesced 12`: only what is not 0.
std::string fates_text(const RunResult& result) {
  const Counters& counters = result.summary.counters;
  const struct {
    const char* name;
    std::uint64_t count;
  } fates[] = {{"coalesced", counters.coalesced},
               {"stale", counters.stale},
               {"rows_stale", counters.rows_stale},
               {"unmatched (no such row)", counters.unmatched},
               {"dropped (buffer full)", counters.dropped_full},
               {"dropped (agent full)", counters.dropped_agent_full},
               {"dropped (closed)", counters.dropped_closed},
               {"unchanged", counters.unchanged},
               {"discarded", counters.discarded},
               {"quarantined", counters.quarantined},
               {"spooled", counters.spooled},
               {"still buffered", counters.held()},
               {"bad lines", result.rejected_lines},
               {"refused items", result.refused_items},
               {"texts sanitized", result.sanitized}};
  std::string text = "Updates: " + with_commas(counters.offered) + " offered, written " + with_commas(counters.written);
  for (const auto& fate : fates)
    if (fate.count > 0) text.append(", ").append(fate.name).append(" ").append(with_commas(fate.count));
  return text + ".\n";
}

/// What suppress_unchanged saves, or would save.
std::string repeats_text(const Summary& summary, const Config& config) {
  const auto repeats = health::repeats_of(config, summary.counters, summary.flushes);
  return repeats ? health::describe(*repeats) + "\n" : "";
}

void add_flush_times(Json& object, const FlushFigures& figures) {
  object["flush_s"] = {{"p50", in_seconds(figures.p50)}, {"p99", in_seconds(figures.p99)}};
  if (!figures.is_store_measured) {
    object["store"] = nullptr;
    return;
  }
  object["store"] = {{"latency_p50_s", in_seconds(figures.store.latency.p50)},
                     {"latency_p99_s", in_seconds(figures.store.latency.p99)},
                     {"row_cost_s", in_seconds(figures.store.row_cost)},
                     {"is_row_cost_measured", figures.is_row_cost_measured},
                     {"flushes", figures.flushes}};
}

void add_chosen(Json& object, const ChosenSettings& chosen) {
  object["chosen"] = {{"batch_size", chosen.config.batch_size},
                      {"queue_capacity", chosen.config.queue_capacity},
                      {"queue_bytes", chosen.config.queue_bytes},
                      {"interval_s", in_seconds(chosen.config.interval)},
                      {"writers", chosen.writers},
                      {"writing", chosen.writing},
                      {"form", chosen.form}};
}

/// "Settings for this input: batches of 100,000 entries, ..."
std::string chosen_text(const ChosenSettings& chosen) {
  const Config& config = chosen.config;
  std::string text = "Settings for this input: batches of " +
                     counted(static_cast<std::uint64_t>(config.batch_size), "entry") + ", a buffer of " +
                     counted(static_cast<std::uint64_t>(config.queue_capacity), "entry") + " and " +
                     std::to_string(config.queue_bytes >> 20) + " MiB, " +
                     (chosen.is_steady ? "no deadline" : "an interval of " + format_duration(config.interval)) + ", " +
                     counted(chosen.writers, "writer");
  if (chosen.writers > 1) text += " (" + std::to_string(chosen.writing) + " at once)";
  return text + ".\n";
}

}  // namespace

std::string result_json(const RunResult& result) {
  const Summary& summary = result.summary;
  const Counters& counters = summary.counters;
  const FlushCounters& flushes = summary.flushes;
  // The order of the specification, "The result", line by line.
  // clang-format off
  Json object = {
      {"offered", counters.offered}, {"accepted", counters.accepted()}, {"coalesced", counters.coalesced},
      {"stale", counters.stale}, {"dropped", {{"full", counters.dropped_full}, {"agent_full", counters.dropped_agent_full}, {"closed", counters.dropped_closed}}},
      {"unchanged", counters.unchanged}, {"written", counters.written}, {"unmatched", counters.unmatched}, {"rows_stale", counters.rows_stale},
      {"quarantined", counters.quarantined}, {"discarded", counters.discarded}, {"spooled", counters.spooled},
      {"held", counters.held()}, {"rejected_lines", result.rejected_lines}, {"refused_items", result.refused_items},
      {"sanitized", result.sanitized},
      {"flushes", {{"capacity", flushes.flushes[0]}, {"scheduled", flushes.flushes[1]}, {"shutdown", flushes.flushes[2]}}},
      {"flush_failures", flushes.total_failures()}, {"chunks", flushes.chunks}, {"notify_bytes", flushes.notify_bytes},
      {"publish_errors", flushes.publish_errors}, {"seconds", summary.seconds}, {"updates_per_s", summary.updates_per_s},
      {"db_writes_per_s", summary.db_writes_per_s}, {"notifies_per_s", summary.notifies_per_s},
      {"unbatched", {{"db_writes_per_s", summary.unbatched_db_writes_per_s}, {"notifies_per_s", summary.unbatched_notifies_per_s}}},
      {"saved", summary.saved},
      {"delay_s", {{"p50", summary.delay_p50}, {"p90", summary.delay_p90}, {"p99", summary.delay_p99}, {"max", summary.delay_max}}},
      {"digest", result.digest}};
  // clang-format on
  if (summary.has_age) object["age_s"] = {{"p50", summary.age_p50}, {"p99", summary.age_p99}, {"max", summary.age_max}};
  if (result.flush_times && flushes.examined > 0)
    object["repeated"] = static_cast<double>(flushes.repeated) / static_cast<double>(flushes.examined);
  if (result.flush_times) add_flush_times(object, *result.flush_times);
  if (result.chosen) add_chosen(object, *result.chosen);
  return object.dump() + "\n";
}

std::string trigger_text(const Summary& summary, const Config& config) {
  const Filling found = filling(summary, config);
  const std::string entries =
      with_commas(static_cast<std::uint64_t>(config.batch_size)) + (config.batch_size == 1 ? " entry" : " entries");
  const std::string interval = format_duration(config.interval);
  switch (found.trigger) {
    case Trigger::nothing: return "";
    case Trigger::capacity:
      return entries + " fill in " + seconds_text(found.fill_seconds) + ", long before the " + interval +
             " interval ends, so capacity decides: a larger --batch-size saves more and delays more.\n";
    case Trigger::interval:
      return "About " + rate_text(found.entries_an_interval) + " entries arrive in " + interval + ", fewer than " +
             entries + " make a batch, so the interval decides: a longer --interval saves more and delays more.\n";
  }
  return "";
}

std::string result_text(const RunResult& result, const Config& config) {
  const Summary& summary = result.summary;
  std::string text = problem_text(result);
  if (may_show_saved(result)) text += share_text(summary);
  text += fates_text(result);
  text += repeats_text(summary, config);
  text += "Time: " + seconds_text(summary.seconds) + ", " + rate_text(summary.updates_per_s) + " updates a second.\n";
  text += flushes_text(summary.flushes);
  text += result.chosen && result.chosen->is_steady ? chosen_text(*result.chosen) : trigger_text(summary, config);
  text += delay_text(result);
  if (result.flush_times) text += flush_times_text(*result.flush_times);
  return text;
}

bool is_incomplete(const RunResult& result) {
  const Counters& counters = result.summary.counters;
  return counters.dropped() + counters.unmatched + counters.discarded + counters.quarantined + counters.spooled +
             counters.held() + result.rejected_lines >
         0;
}

}  // namespace metabatch::cli
