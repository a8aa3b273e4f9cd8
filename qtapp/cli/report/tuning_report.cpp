// SPDX-License-Identifier: Apache-2.0
#include "cli/report/tuning_report.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/flags/scenario_flags.hpp"
#include "cli/report/simulation_report.hpp"
#include "cli/terminal/console.hpp"
#include "models/report/chart.hpp"
#include "models/report/report_page.hpp"
#include "models/report/simulation_html.hpp"

namespace metabatch::cli {

using namespace report;

namespace {

using Json = nlohmann::ordered_json;

double max_delay_seconds(const Tuner& tuner) {
  return std::chrono::duration<double>(tuner.question().max_delay).count();
}

std::string mark_of(const TunePoint& point, bool is_chosen) {
  std::string text = is_chosen ? "recommended" : "";
  if (point.today) text += text.empty() ? "as asked" : ", as asked";
  if (point.run.summary.counters.dropped() > 0)
    text += (text.empty() ? "drops " : ", drops ") + with_commas(point.run.summary.counters.dropped());
  return text;
}

double coalesced_share(const Counters& counters) {
  return counters.offered == 0 ? 0 : static_cast<double>(counters.coalesced) / static_cast<double>(counters.offered);
}

std::string saved_text(const TunePoint& point) { return point.run.saved ? percent_text(*point.run.saved) : "\u2013"; }

const std::vector<std::string>& columns() {
  static const std::vector<std::string> names = {
      "writes + NOTIFYs/s", "age p99",  "delay p99", "coalesced", "saved", "batch-size",
      "interval",           "schedule", "queue",     "busy",      ""};
  return names;
}

std::vector<std::string> row_of(const TunePoint& point, bool is_chosen) {
  return {rate_text(point.cost_per_s()),
          seconds_text(point.run.summary.age_p99),
          seconds_text(point.run.summary.delay_p99),
          percent_text(coalesced_share(point.run.summary.counters)),
          saved_text(point),
          with_commas(static_cast<std::uint64_t>(point.run.config.batch_size)),
          format_duration(point.run.config.interval),
          std::string(name_of(point.run.config.schedule)),
          std::string(name_of(point.run.config.queue)),
          percent_text(point.run.busy_share),
          mark_of(point, is_chosen)};
}

/// The frontier by ascending delay, together with the asked and the recommended settings, on it or
/// not.
std::vector<std::size_t> shown_points(const Tuner& tuner, const Recommendation& recommended) {
  std::vector<std::size_t> shown = tuner.frontier();
  const auto points = tuner.points();
  const auto add = [&shown](std::size_t index) {
    if (std::find(shown.begin(), shown.end(), index) == shown.end()) shown.push_back(index);
  };
  add(recommended.point);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (points[i].today) add(i);
  std::stable_sort(shown.begin(), shown.end(),
                   [&](std::size_t a, std::size_t b) { return points[a].judged_delay() < points[b].judged_delay(); });
  return shown;
}

std::string table_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(columns().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_last = i + 1 == row.size();  // words; all other columns are numbers, aligned right
      line += (i > 0 ? "  " : "") + (is_last ? row[i] : std::string(widths[i] - row[i].size(), ' ') + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string verdict_text(const Tuner& tuner, const Recommendation& recommended) {
  const TunePoint& point = tuner.points()[recommended.point];
  const std::string limit = format_duration(tuner.question().max_delay);
  if (recommended.meets)
    return "Least writes and NOTIFYs with 99 % of the rows within " + limit + ": " + rate_text(point.cost_per_s()) +
           " a second, age p99 " + seconds_text(point.run.summary.age_p99) + ", delay p99 " +
           seconds_text(point.run.summary.delay_p99) + ".";
  return "No tried setting keeps 99 % of the rows within " + limit +
         " and drops nothing; this comes closest: age p99 " + seconds_text(point.run.summary.age_p99) + ", delay p99 " +
         seconds_text(point.run.summary.delay_p99) + ".";
}

Json findings_json(const std::vector<RunFinding>& findings) {
  Json list = Json::array();
  for (const RunFinding& one : findings)
    list.push_back({{"kind", name_of(one.kind)}, {"a", one.a}, {"b", one.b}, {"text", describe(one)}});
  return list;
}

Json point_json(const TunePoint& point) {
  const Summary& s = point.run.summary;
  const Counters& counters = s.counters;
  return {{"batch_size", point.run.config.batch_size},
          {"interval_s", std::chrono::duration<double>(point.run.config.interval).count()},
          {"schedule", name_of(point.run.config.schedule)},
          {"queue", name_of(point.run.config.queue)},
          {"flags", flags_text(point.run.config)},
          {"db_writes_per_s", s.db_writes_per_s},
          {"notifies_per_s", s.notifies_per_s},
          {"cost_per_s", point.cost_per_s()},
          {"saved", s.saved},
          {"delay_s", {{"p50", s.delay_p50}, {"p90", s.delay_p90}, {"p99", s.delay_p99}, {"max", s.delay_max}}},
          {"age_s", {{"p50", s.age_p50}, {"p99", s.age_p99}, {"max", s.age_max}}},
          {"dropped", counters.dropped()},
          {"coalesced", counters.coalesced},
          {"chunks_a_flush", point.run.chunks_a_flush},
          {"flush_s", point.run.flush_seconds},
          {"busy_share", point.run.busy_share},
          {"room_share", point.run.room_share},
          {"as_asked", point.today},
          {"meets", point.meets},
          {"on_frontier", point.on_frontier}};
}

std::string point_label(const TunePoint& point) {
  return flags_text(point.run.config) + ": " + rate_text(point.cost_per_s()) + " a second, age p99 " +
         seconds_text(point.run.summary.age_p99) + ", delay p99 " + seconds_text(point.run.summary.delay_p99);
}

std::string findings_html(const std::vector<RunFinding>& findings, const char* tag, const char* kind) {
  std::string text;
  for (const RunFinding& one : findings)
    text += std::string("<") + tag + " class=\"" + kind + "\">" + escaped(describe(one)) + "</" + tag + ">\n";
  return text;
}

std::string frontier_html(const Tuner& tuner, const Recommendation& recommended) {
  PointChart chart{
      .id = "frontier",
      .title = "Cost against delay",
      .about =
          "Each point is one setting on the same arrivals. To the left costs less, below is faster; on the "
          "frontier nothing else is better both ways.",
      .x_name = "writes + NOTIFYs a second",
      .y_name = "delay, 99 of 100 within",
      .x_unit = Unit::per_second,
      .y_unit = Unit::seconds,
      .points = {},
      .y_limit = max_delay_seconds(tuner),
      .limit_name = "wanted: within " + format_duration(tuner.question().max_delay)};
  const auto points = tuner.points();
  for (std::size_t i = 0; i < points.size(); ++i)
    chart.points.push_back({points[i].cost_per_s(), points[i].judged_delay(), point_label(points[i]),
                            points[i].on_frontier, i == recommended.point});
  return chart_html(chart);
}

std::string points_html(const Tuner& tuner, const Recommendation& recommended) {
  std::vector<std::vector<std::string>> frontier, all;
  for (const std::size_t index : shown_points(tuner, recommended))
    frontier.push_back(row_of(tuner.points()[index], index == recommended.point));
  for (std::size_t i = 0; i < tuner.points().size(); ++i)
    all.push_back(row_of(tuner.points()[i], i == recommended.point));
  std::vector<std::string> head = columns();
  head.back() = "remarks";
  return table_html("The frontier, by delay", head, frontier) + "<details><summary>All " + std::to_string(all.size()) +
         " settings tried</summary>" + table_html("All settings tried, in the order of trying", head, all) +
         "</details>\n";
}

}  // namespace

std::string flags_text(const Config& config) {
  Scenario found;
  found.config = config;
  Config plain;
  plain.batch_size = config.batch_size;
  plain.interval = config.interval;
  plain.queue = config.queue;
  plain.schedule = config.schedule;
  Scenario standard;
  standard.config = validated(plain).value();
  std::string text;
  for (const ScenarioField& field : scenario_fields()) {
    const bool is_named =
        field.name == "batch-size" || field.name == "interval" || field.name == "queue" || field.name == "schedule";
    const std::string value = field_text(found, field.name);
    if (field.is_setting && (is_named || value != field_text(standard, field.name)))
      text += (text.empty() ? "--" : " --") + std::string(field.flag) + " " + value;
  }
  return text;
}

std::string tuning_text(const Tuner& tuner) {
  const std::optional<Recommendation> recommended = tuner.recommendation();
  if (!recommended) return "Nothing was tried.\n";
  const auto points = tuner.points();
  std::vector<std::vector<std::string>> rows = {columns()};
  for (const std::size_t index : shown_points(tuner, *recommended))
    rows.push_back(row_of(points[index], index == recommended->point));
  std::string text = table_text(rows) + "\n" + verdict_text(tuner, *recommended) + "\n\n  " +
                     flags_text(points[recommended->point].run.config) + "\n\nWhy:\n";
  for (const RunFinding& reason : recommended->reasons) text += "  " + describe(reason) + "\n";
  for (const RunFinding& warning : recommended->warnings) text += "Warning: " + describe(warning) + "\n";
  std::string today;
  for (const RunFinding& one : recommended->today)
    if (is_warning(one.kind)) today += "  " + describe(one) + "\n";
  if (!today.empty()) text += "About the settings asked about (" + flags_text(points[0].run.config) + "):\n" + today;
  return text;
}

std::string tuning_json(const Tuner& tuner) {
  Json points = Json::array();
  for (const TunePoint& point : tuner.points()) points.push_back(point_json(point));
  Json object = {{"max_delay_s", max_delay_seconds(tuner)}, {"points", points}, {"frontier", tuner.frontier()}};
  if (const auto recommended = tuner.recommendation())
    object["recommended"] = {{"point", recommended->point},
                             {"flags", flags_text(tuner.points()[recommended->point].run.config)},
                             {"meets", recommended->meets},
                             {"reasons", findings_json(recommended->reasons)},
                             {"warnings", findings_json(recommended->warnings)},
                             {"as_asked", findings_json(recommended->today)}};
  return object.dump() + "\n";
}

std::string tuning_html(const Tuner& tuner, std::string_view name, bool is_interrupted) {
  const std::optional<Recommendation> recommended = tuner.recommendation();
  const std::string title = "Settings for " + std::string(name);
  std::string lead =
      fleet_text(tuner.question().scenario) + "; " + counted(tuner.points().size(), "setting") + " tried by metabatch.";
  if (is_interrupted) lead += " Interrupted: others were not tried.";
  if (!recommended) return page_html(title, lead, "<p>Nothing was tried.</p>\n");
  const TunePoint& point = tuner.points()[recommended->point];
  const Summary& summary = point.run.summary;
  const std::string body = "<p>" + escaped(verdict_text(tuner, *recommended)) + "</p>\n<pre tabindex=\"0\"><code>" +
                           escaped(flags_text(point.run.config)) + "</code></pre>\n" +
                           figures_html({{"Writes a second", rate_text(summary.db_writes_per_s),
                                          "unbatched " + rate_text(summary.unbatched_db_writes_per_s)},
                                         {"NOTIFYs a second", rate_text(summary.notifies_per_s),
                                          "unbatched " + rate_text(summary.unbatched_notifies_per_s)},
                                         {"Delay, 99 of 100 within", seconds_text(summary.delay_p99),
                                          "half within " + seconds_text(summary.delay_p50)},
                                         {"Age, 99 % of the time within", seconds_text(summary.age_p99),
                                          "of what a watcher sees; oldest " + seconds_text(summary.age_max)},
                                         {"Saved", saved_text(point), "of all writes and NOTIFYs"}}) +
                           findings_html(recommended->warnings, "p", "warning") + "<h2>Why</h2>\n<ul>\n" +
                           findings_html(recommended->reasons, "li", "reason") + "</ul>\n<h2>Other settings</h2>\n" +
                           frontier_html(tuner, *recommended) + points_html(tuner, *recommended) +
                           "<h2>The settings asked about</h2>\n<ul>\n" +
                           findings_html(recommended->today, "li", "reason") + "</ul>\n" +
                           settings_html(tuner.question().scenario);
  return page_html(title, lead, body);
}

}  // namespace metabatch::cli
