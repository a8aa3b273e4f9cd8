// SPDX-License-Identifier: Apache-2.0
#include "cli/report/simulation_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/number.hpp"
#include "cli/terminal/console.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kSparks = 60;  // of a line of the timeline: with a name and a number it fits 80 columns

double highest(const std::vector<Column>& columns) {
  double most = 0;
  for (const Column& column : columns)
    if (column.measured) most = std::max(most, column.max);
  return most;
}

/// The text gives the deciding trigger before the warnings.
bool is_in_text_already(FindingKind kind) {
  return kind == FindingKind::interval_cannot_matter || kind == FindingKind::batch_never_fills;
}

/// One bar a column, as high as its maximum; a blank where nothing was measured.
std::string sparks(const std::vector<Column>& columns, double most) {
  constexpr std::array<std::string_view, 8> kBars = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (const Column& column : columns) {
    const double share = column.measured && most > 0 ? column.max / most : 0;
    const auto bar = static_cast<std::size_t>(std::clamp(share * 8, 0.0, 7.0));
    text += column.measured ? kBars[bar] : std::string_view(" ");
  }
  return text;
}

std::string timeline_text(const Simulator& simulator) {
  const struct {
    const char* series;
    const char* name;
    bool is_time;
    bool is_always_shown;
  } kLines[] = {{"delay_p99", "delay p99", true, true},     {"batch_size", "batch size", false, true},
                {"writes", "writes/s", false, true},        {"held", "buffered", false, true},
                {"coalesced", "coalesced/s", false, false}, {"flush_failures", "failures/s", false, false},
                {"dropped", "dropped/s", false, false}};
  std::string text =
      "Timeline of " + seconds_text(in_seconds(shown_time(simulator))) + ", each line scaled to its highest value:\n";
  for (const auto& line : kLines) {
    const std::vector<Column> columns = columns_of(simulator, line.series, kSparks);
    const double most = highest(columns);
    if (most == 0 && !line.is_always_shown) continue;
    std::string name = line.name;
    name.resize(12, ' ');
    text += "  " + name + sparks(columns, most) + " " + (line.is_time ? seconds_text(most) : rate_text(most)) + "\n";
  }
  return text;
}

}  // namespace

RunResult result_of(const Simulator& simulator) {
  RunResult result;
  result.summary = simulator.summary();
  result.digest = simulator.digest();
  return result;
}

std::string simulation_text(const Simulator& simulator) {
  const RunFacts facts = simulator.facts();
  RunResult result = result_of(simulator);
  result.is_saved_known = facts.saved.has_value();
  // One batch is filled by the arrivals of one replica.
  result.summary.entries_per_s /= static_cast<double>(std::max<std::int64_t>(facts.replicas, 1));
  std::string text = result_text(result, facts.config);
  for (const RunFinding& warning : warnings(facts))
    if (!is_in_text_already(warning.kind)) text += "Warning: " + describe(warning) + "\n";
  text += timeline_text(simulator);
  return text + "Event log: " + counted(simulator.events(), "line") + ", digest " + result.digest + "\n";
}

}  // namespace metabatch::cli
