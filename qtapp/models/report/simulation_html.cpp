// SPDX-License-Identifier: Apache-2.0
#include "models/report/simulation_html.hpp"

#include <cstdio>

#include "models/report/chart.hpp"
#include "models/report/numbers.hpp"
#include "models/report/report_page.hpp"
#include "models/report/simulation_columns.hpp"

namespace metabatch::report {
namespace {

struct LineSource {
  const char* series;
  const char* name;
};
struct ChartSource {
  const char* id;
  const char* title;
  const char* about;
  Unit unit;
  std::vector<LineSource> lines;
};

const std::vector<ChartSource>& chart_sources() {
  static const std::vector<ChartSource> sources = {
      {"delay",
       "Delay from update to row",
       "How long the updates written in each step had waited, half of them and 99 of 100. It grows where flushes are "
       "slow "
       "or fail.",
       Unit::seconds,
       {{"delay_p99", "99 of 100 within"}, {"delay_p50", "half within"}}},
      {"batch-size",
       "Entries of a flush",
       "How full the batches were when they left: at the batch size the capacity decides, below it the interval does.",
       Unit::count,
       {{"batch_size", "entries of a flush"}}},
      {"flushes",
       "Flushes a second, by reason",
       "Why batches left: they were full, their time had come, or the batcher closed; and how many failed.",
       Unit::per_second,
       {{"flushes_capacity", "capacity"},
        {"flushes_scheduled", "scheduled"},
        {"flushes_shutdown", "shutdown"},
        {"flush_failures", "failed"}}},
      {"held",
       "Entries buffered, and the capacity",
       "Entries that wait for a flush or are in one. At the capacity new updates are dropped.",
       Unit::count,
       {{"held", "buffered"}, {"in_flight", "of these in flight"}, {"room_entries", "capacity"}}},
      {"lost",
       "Updates that are never written, a second",
       "Coalesced and stale updates were replaced by a newer value, which loses nothing. Dropped ones are lost: the "
       "buffer was full.",
       Unit::per_second,
       {{"coalesced", "coalesced"}, {"dropped", "dropped"}, {"stale", "stale"}}},
      {"cost",
       "Writes and NOTIFYs a second, against unbatched",
       "What the database has to do in batches, and what it would have to do for each report alone.",
       Unit::per_second,
       {{"writes", "writes"}, {"notifies", "NOTIFYs"}, {"unbatched", "each, unbatched"}}}};
  return sources;
}

/// Draws the capacity only when the buffered entries come near it. Otherwise their line would lie
/// at the bottom.
bool is_worth_drawing(const char* series, const RunFacts& facts) {
  return std::string_view(series) != "room_entries" || facts.room_share > 0.2;
}

std::string charts_html(const Simulator& simulator, const RunFacts& facts) {
  std::string text = "<div class=\"charts\">\n";
  for (const ChartSource& source : chart_sources()) {
    TimeChart chart{.id = source.id,
                    .title = source.title,
                    .about = source.about,
                    .unit = source.unit,
                    .seconds = std::chrono::duration<double>(shown_time(simulator)).count(),
                    .lines = {}};
    for (const LineSource& line : source.lines)
      if (is_worth_drawing(line.series, facts))
        chart.lines.push_back({line.name, columns_of(simulator, line.series, kChartColumns)});
    if (chart.id == "held" && chart.lines.size() < 3)
      chart.about += " The capacity, " + with_commas(static_cast<std::uint64_t>(facts.config.queue_capacity)) +
                     (facts.replicas > 1 ? " a replica" : "") + ", is far above.";
    text += chart_html(chart);
  }
  return text + "</div>\n";
}

std::vector<KeyFigure> key_figures(const RunFacts& facts) {
  const Summary& summary = facts.summary;
  const Counters& counters = summary.counters;
  const auto before = [](double rate) { return "unbatched " + rate_text(rate); };
  return {{"Saved", facts.saved ? percent_text(*facts.saved) : "\u2013", "of all writes and NOTIFYs"},
          {"Writes a second", rate_text(summary.db_writes_per_s), before(summary.unbatched_db_writes_per_s)},
          {"NOTIFYs a second", rate_text(summary.notifies_per_s), before(summary.unbatched_notifies_per_s)},
          {"Delay, 99 of 100 within", seconds_text(summary.delay_p99),
           "half within " + seconds_text(summary.delay_p50) + ", longest " + seconds_text(summary.delay_max)},
          {"Age, 99 % of the time within", seconds_text(summary.age_p99),
           "of what a watcher sees; oldest " + seconds_text(summary.age_max)},
          {"Updates", with_commas(counters.offered), rate_text(summary.updates_per_s) + " a second"},
          {"Coalesced", with_commas(counters.coalesced), "replaced before they were written"},
          {"Dropped", with_commas(counters.dropped()), "lost: the buffer was full, or the run had ended"},
          {"Failed flushes", with_commas(summary.flushes.total_failures()),
           "of " + with_commas(summary.flushes.total_flushes() + summary.flushes.total_failures())}};
}

std::string findings_html(const RunFacts& facts) {
  std::string text = "<ul>\n";
  for (const RunFinding& reason : reasons(facts)) text += "<li>" + escaped(describe(reason)) + "</li>\n";
  text += "</ul>\n";
  for (const RunFinding& warning : warnings(facts))
    text += "<p class=\"warning\">" + escaped(describe(warning)) + "</p>\n";
  return text;
}

std::string fates_html(const Counters& c) {
  const std::pair<const char*, std::uint64_t> fates[] = {
      {"offered", c.offered},           {"written", c.written},
      {"coalesced", c.coalesced},       {"stale", c.stale},
      {"rows_stale", c.rows_stale},     {"unmatched", c.unmatched},
      {"dropped full", c.dropped_full}, {"dropped closed", c.dropped_closed},
      {"discarded", c.discarded},       {"quarantined", c.quarantined},
      {"spooled", c.spooled},           {"held", c.held()}};
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, count] : fates) rows.push_back({name, with_commas(count)});
  return table_html("What became of the updates", {"fate", "updates"}, rows);
}

}  // namespace

std::string settings_html(const Scenario& scenario) {
  std::vector<std::vector<std::string>> rows;
  const Scenario standard;
  for (const ScenarioField& field : scenario_fields()) {
    const std::string text = field_text(scenario, field.name);
    const bool is_shown = field.is_setting || text != field_text(standard, field.name);
    if (is_shown) rows.push_back({std::string(field.name), text});
  }
  return table_html("Settings, and what else differs from the defaults", {"field", "value"}, rows);
}

std::string simulation_html(const Simulator& simulator, const Subject& subject, bool is_interrupted) {
  const RunFacts facts = simulator.facts();
  std::string lead = subject.about + "; simulated by metabatch.";
  if (is_interrupted)
    lead += " Interrupted after " + seconds_text(std::chrono::duration<double>(simulator.now()).count()) +
            ": these are the figures so far.";
  std::string body = figures_html(key_figures(facts)) + "<h2>Why</h2>\n" + findings_html(facts) +
                     "<h2>Over time</h2>\n" + charts_html(simulator, facts) +
                     "<h2>All counts and settings</h2>\n<div class=\"charts\">\n<div>" +
                     fates_html(facts.summary.counters) + "</div>\n<div>" + settings_html(simulator.scenario()) +
                     "</div>\n</div>\n<p>Event log: " + counted(simulator.events(), "line") + ", SHA-256 <code>" +
                     simulator.digest() + "</code></p>\n";
  return page_html("Simulation of " + subject.name, lead, body);
}

std::string fleet_text(const Scenario& scenario) {
  const auto number = [](std::int64_t value) { return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)); };
  std::string text = counted(number(scenario.fleet.agents), "agent") + " with " +
                     counted(number(scenario.fleet.keys), "key") + ", a report each every " +
                     format_duration(scenario.fleet.every) + ", for " + format_duration(scenario.duration);
  if (scenario.replicas > 1) text += ", on " + counted(number(scenario.replicas), "replica");
  return text;
}

std::string arrivals_text(std::uint64_t updates, std::uint64_t reports, Duration duration) {
  return counted(updates, "update") + " in " + counted(reports, "report") + ", for " + format_duration(duration);
}

}  // namespace metabatch::report
