// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/findings.hpp"

#include <cmath>
#include <iterator>

#include "base/figure_text.hpp"
#include "health/repeats.hpp"

namespace metabatch {
namespace {

constexpr double kBusy = 0.8;        // share of the time with a flush in flight that leaves no margin
constexpr double kNearlyFull = 0.8;  // share of the capacity
/// So many times the batch must arrive in an interval, or so small a part of it, before the other
/// setting is said not to matter: nearer than that, chance decides.
constexpr double kClearly = 2;

std::string time(double seconds) {
  if (seconds > 0 && seconds < 0.001) return figure(seconds * 1e6) + " us";
  if (seconds > 0 && seconds < 1) return figure(seconds * 1e3) + " ms";
  return figure(seconds) + " s";
}

std::string describe_reason(const RunFinding& f) {
  switch (f.kind) {
    case FindingKind::capacity_decides:
      return "The batch size decides: a batch is full after " + time(f.a) + ", before the interval of " + time(f.b) +
             " is over.";
    case FindingKind::interval_decides:
      return "The interval decides: " + figure(f.a) + " entries arrive in " + time(f.b) + ", fewer than a batch holds.";
    case FindingKind::chunks_a_flush:
      return "A flush needs " + figure(f.a) + (figure(f.a) == "1" ? " NOTIFY" : " NOTIFYs") + " on average.";
    case FindingKind::flush_time:
      return "A flush takes " + time(f.a) + " on average; its rows are locked for that time.";
    case FindingKind::busy: return "A flush is in flight for " + percent_figure(f.a) + " of the time.";
    case FindingKind::room:
      return "At most " + percent_figure(f.a) + " of the capacity of " + figure(f.b) + " was in use.";
    case FindingKind::saves:
      return percent_figure(f.a) + " of the writes and NOTIFYs of unbatched reports are saved; " + figure(f.b) +
             " a second remain.";
    case FindingKind::delay:
      return "99 of 100 written updates are written within " + time(f.a) + "; the bound is " + time(f.b) + ".";
    case FindingKind::age:
      return "For 99 % of the time a watcher sees values at most " + time(f.a) + " old; the bound is " + time(f.b) +
             ".";
    case FindingKind::values_repeat:
    case FindingKind::values_left_out:
      return health::describe(health::Repeats{.share = f.a,
                                              .within = Duration(std::llround(f.b * 1e9)),
                                              .are_left_out = f.kind == FindingKind::values_left_out});
    default: return {};
  }
}

std::string describe_warning(const RunFinding& f) {
  switch (f.kind) {
    case FindingKind::interval_cannot_matter:
      return "The interval cannot matter: " + figure(f.a) + " entries arrive a second, so a batch of " + figure(f.b) +
             " is full long before the interval is over.";
    case FindingKind::batch_never_fills:
      return "A batch of " + figure(f.b) + " never fills: only " + figure(f.a) + " entries arrive in an interval.";
    case FindingKind::fifo_drops:
      return figure(f.a) + " of " + figure(f.b) +
             " updates were dropped because the fifo queue was full while a flush was " +
             "in flight; with coalesce, repeats take no capacity.";
    case FindingKind::room_drops:
      return figure(f.a) + " of " + figure(f.b) + " updates were dropped: the buffer was full.";
    case FindingKind::store_saturated:
      return "The database is the limit: a flush is in flight for " + percent_figure(f.a) + " of the time.";
    case FindingKind::room_nearly_full:
      return percent_figure(f.a) + " of the capacity of " + figure(f.b) + " was in use.";
    case FindingKind::delay_missed:
      return "The delay is missed: values are up to " + time(f.a) + " old, the bound is " + time(f.b) + ".";
    case FindingKind::left_unwritten:
      return figure(f.a) + " entries could not be written before the final flush timed out.";
    case FindingKind::flushes_failed:
      return figure(f.a) + (f.a == 1 ? " flush" : " flushes") + " failed and what they held was " +
             "retried; values were up to " + time(f.b) + " old.";
    default: return {};
  }
}

double entries_an_interval(const RunFacts& facts) {
  return filling(facts.summary, facts.config).entries_an_interval / static_cast<double>(facts.replicas);
}

bool only(Reason reason, const FlushCounters& flushes) {
  return flushes.flushes[static_cast<std::size_t>(reason)] > 0 &&
         flushes.flushes[static_cast<std::size_t>(reason == Reason::capacity ? Reason::scheduled : Reason::capacity)] ==
             0;
}

}  // namespace

bool is_warning(FindingKind kind) { return kind >= FindingKind::interval_cannot_matter; }

std::string_view name_of(FindingKind kind) {
  static constexpr std::string_view kNames[] = {"capacity_decides",
                                                "interval_decides",
                                                "chunks_a_flush",
                                                "flush_time",
                                                "busy",
                                                "room",
                                                "saves",
                                                "delay",
                                                "age",
                                                "values_repeat",
                                                "values_left_out",
                                                "interval_cannot_matter",
                                                "batch_never_fills",
                                                "fifo_drops",
                                                "room_drops",
                                                "store_saturated",
                                                "room_nearly_full",
                                                "delay_missed",
                                                "left_unwritten",
                                                "flushes_failed"};
  const auto index = static_cast<std::size_t>(kind);
  return index < std::size(kNames) ? kNames[index] : "?";
}

std::string describe(const RunFinding& finding) {
  return is_warning(finding.kind) ? describe_warning(finding) : describe_reason(finding);
}

std::vector<RunFinding> reasons(const RunFacts& facts) {
  std::vector<RunFinding> found;
  const Summary& s = facts.summary;
  const double interval = static_cast<double>(facts.config.interval.count()) / 1e9;
  const Filling fill = filling(s, facts.config);
  const auto replicas = static_cast<double>(facts.replicas);
  if (s.entries_per_s > 0) {
    if (fill.fill_seconds * replicas < interval)
      found.push_back({FindingKind::capacity_decides, fill.fill_seconds * replicas, interval});
    else
      found.push_back({FindingKind::interval_decides, fill.entries_an_interval / replicas, interval});
  }
  if (s.flushes.total_flushes() > 0) {
    found.push_back({FindingKind::chunks_a_flush, facts.chunks_a_flush, 0});
    found.push_back({FindingKind::flush_time, facts.flush_seconds, 0});
  }
  found.push_back({FindingKind::busy, facts.busy_share, 0});
  found.push_back({FindingKind::room, facts.room_share, static_cast<double>(facts.config.queue_capacity)});
  if (facts.saved) found.push_back({FindingKind::saves, *facts.saved, s.db_writes_per_s + s.notifies_per_s});
  if (const auto repeats = health::repeats_of(facts.config, s.counters, s.flushes); repeats && repeats->is_notable())
    found.push_back({repeats->are_left_out ? FindingKind::values_left_out : FindingKind::values_repeat, repeats->share,
                     static_cast<double>(repeats->within.count()) / 1e9});
  return found;
}

std::vector<RunFinding> warnings(const RunFacts& facts) {
  std::vector<RunFinding> found;
  const Summary& s = facts.summary;
  const auto batch = static_cast<double>(facts.config.batch_size);
  const auto offered = static_cast<double>(s.counters.offered);
  const auto dropped = static_cast<double>(s.counters.dropped_full);
  const double arrive = entries_an_interval(facts);
  if (arrive > batch * kClearly)
    found.push_back(
        {FindingKind::interval_cannot_matter, s.entries_per_s / static_cast<double>(facts.replicas), batch});
  if (arrive > 0 && arrive * kClearly < batch && only(Reason::scheduled, s.flushes))
    found.push_back({FindingKind::batch_never_fills, arrive, batch});
  if (dropped > 0) {
    const bool fifo = facts.config.queue == QueuePolicy::fifo;
    found.push_back({fifo ? FindingKind::fifo_drops : FindingKind::room_drops, dropped, offered});
  }
  if (facts.busy_share > kBusy) found.push_back({FindingKind::store_saturated, facts.busy_share, 0});
  if (facts.room_share > kNearlyFull)
    found.push_back(
        {FindingKind::room_nearly_full, facts.room_share, static_cast<double>(facts.config.queue_capacity)});
  if (s.flushes.total_failures() > 0 && facts.config.on_failure == OnFailure::retain)
    found.push_back({FindingKind::flushes_failed, static_cast<double>(s.flushes.total_failures()), s.age_max});
  if (facts.finished && s.counters.held() > 0)
    found.push_back({FindingKind::left_unwritten, static_cast<double>(s.counters.held()), 0});
  return found;
}

}  // namespace metabatch
