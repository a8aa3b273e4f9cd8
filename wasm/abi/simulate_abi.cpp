// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "abi/abi.hpp"
#include "abi/findings_text.hpp"
#include "abi/recording_abi.hpp"
#include "abi/run_text.hpp"
#include "abi/scenario_abi.hpp"
#include "abi/table_columns.hpp"
#include "abi/thresholds_abi.hpp"
#include "health/text.hpp"
#include "results/report_pace.hpp"
#include "simulation/run_health.hpp"
#include "simulation/scenario_fields.hpp"

/// The simulator for the page: one run a slot, in slices.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::size_t kLogLines = 2'000;          // shown; all are kept to be taken away
constexpr std::size_t kMostLogBytes = 64u << 20;  // of what is kept
constexpr std::int64_t kFinestColumns = 20'000;   // looked at for one chart

struct Run {
  Simulator simulator;
  RunHealth health;
  std::string log;  // up to kMostLogBytes
};
std::unique_ptr<Run> runs[kSlots];

Run* run_in(std::uint32_t slot) { return slot < kSlots ? runs[slot].get() : nullptr; }

Duration from_seconds(double seconds) {
  const double most = in_seconds(Duration::max()) / 2;
  if (!(seconds < most)) return Duration::max();
  return Duration(static_cast<std::int64_t>(std::max(seconds, 0.0) * 1e9));
}

constexpr std::array<RealColumn<Simulator>, 8> kStateColumns = {{
    {"now", [](const Simulator& s) { return in_seconds(s.now()); }},
    {"finished", [](const Simulator& s) { return s.finished() ? 1.0 : 0.0; }},
    {"events", [](const Simulator& s) { return static_cast<double>(s.events()); }},
    {"offered", [](const Simulator& s) { return static_cast<double>(s.counters().offered); }},
    {"agents", [](const Simulator& s) { return static_cast<double>(s.agents_present()); }},
    {"duration", [](const Simulator& s) { return in_seconds(s.scenario().duration); }},
    {"pace", [](const Simulator& s) { return in_seconds(s.scenario().sample_every); }},
    {"saved", [](const Simulator& s) { return s.saved().value_or(std::nan("")); }},
}};

/// A time that charts shade.
struct Shaded {
  Fault fault{};
  Window window;
};
constexpr std::array<RealColumn<Shaded>, 3> kWindowColumns = {{
    {"fault", [](const Shaded& s) { return static_cast<double>(s.fault); }},
    {"from", [](const Shaded& s) { return in_seconds(s.window.begin); }},
    {"to", [](const Shaded& s) { return in_seconds(s.window.end()); }},
}};

/// Columns of a chart: `samples` samples each.
struct Grid {
  Duration from{};
  Duration pace{};
  std::int64_t samples = 1;
  std::size_t columns = 0;
  [[nodiscard]] Duration width() const { return pace * samples; }
};

Grid grid_of(const Simulator& simulator, double from, double to, std::uint32_t columns) {
  Grid grid;
  const Duration range = std::max(from_seconds(to) - from_seconds(from), Duration(1));
  grid.pace = std::max(simulator.scenario().sample_every, range / kFinestColumns + Duration(1));
  const std::int64_t wanted = std::max<std::int64_t>(columns, 1);
  grid.samples = std::max<std::int64_t>((range / grid.pace + wanted - 1) / wanted, 1);
  grid.from = from_seconds(from) / grid.width() * grid.width();
  grid.columns = static_cast<std::size_t>((range + grid.width() - Duration(1)) / grid.width()) + 1;
  return grid;
}

/// The last sample covers only the rest of a pace, so its rates belong to a very short time. It
/// becomes part of the previous sample.
void fold_last(const Timeline& timeline, const Grid& grid, std::vector<Column>& fine) {
  const Duration end = timeline.end().time_since_epoch();
  const double share = static_cast<double>((end % grid.pace).count()) / static_cast<double>(grid.pace.count());
  const std::int64_t last = (end - grid.from - grid.pace / 2) / grid.pace;
  if (share == 0 || last < 1 || last >= static_cast<std::int64_t>(fine.size())) return;
  Column& rest = fine[static_cast<std::size_t>(last)];
  Column& before = fine[static_cast<std::size_t>(last - 1)];
  if (rest.measured && before.measured) {
    before.last = (before.last + share * rest.last) / (1 + share);
    before.max = std::max(before.max, rest.max);
  }
  rest.measured = rest.measured && !before.measured && share > 0.5;
}

/// The column in which the run ends, where less than half of it is of the run; else none. What is
/// measured there is of a short time only, such as that after the last arrivals, and belongs to the
/// column before: it would look like a dip or a peak.
std::size_t short_column(const Timeline& timeline, const Grid& grid) {
  const Duration covered = timeline.end().time_since_epoch() - grid.from;
  const std::int64_t column = (covered - Duration(1)) / grid.width();
  const bool is_short = column >= 1 && covered - grid.width() * column < grid.width() / 2;
  return is_short ? static_cast<std::size_t>(column) : grid.columns;
}

/// One value a column: the mean or the maximum of its measurements, NaN when there are none.
void add_series(const Timeline& timeline, std::size_t series, bool greatest, const Grid& grid) {
  std::vector<Column> fine(grid.columns * static_cast<std::size_t>(grid.samples));
  const Instant from = Instant{} + grid.from + grid.pace / 2;  // each sample in the middle
  timeline.decimate(series, from, from + grid.pace * static_cast<std::int64_t>(fine.size()), fine);
  fold_last(timeline, grid, fine);
  struct Measured {
    double sum = 0, most = -std::numeric_limits<double>::infinity();
    std::int64_t count = 0;
  };
  std::vector<Measured> columns(grid.columns);
  const std::size_t last = short_column(timeline, grid);
  for (std::size_t i = 0; i < fine.size(); ++i) {
    if (!fine[i].measured) continue;
    const std::size_t column = i / static_cast<std::size_t>(grid.samples);
    Measured& found = columns[column == last ? column - 1 : column];
    ++found.count;
    found.sum += fine[i].last;
    found.most = std::max(found.most, fine[i].max);
  }
  for (const Measured& found : columns) {
    const double mean = found.count > 0 ? found.sum / static_cast<double>(found.count) : std::nan("");
    reals().push_back(greatest && found.count > 0 ? found.most : mean);
  }
}

/// Of the scenario, with the arrivals of the recording if there is one.
Result<Simulator> simulator_of(const ValidScenario& scenario) {
  const std::shared_ptr<const Recording> arrivals = recorded();
  return arrivals ? Simulator::create(scenario, arrivals) : Simulator::create(scenario);
}

}  // namespace

std::string metabatch::wasm::simulate_layout() {
  return layout_line("run", kStateColumns) + layout_line("window", kWindowColumns);
}

/// Makes a run of the scenario in the slot, with the arrivals of the recording if there is one. 0:
/// mb_scenario() reports why it cannot be simulated.
METABATCH_EXPORT(mb_run_create)(std::uint32_t slot) {
  if (slot >= kSlots) return 0;
  runs[slot].reset();  // frees its memory first
  const ValidScenario* const scenario = valid_scenario(slot);
  if (scenario == nullptr) return 0;
  Result<Simulator> created = simulator_of(*scenario);
  if (!created) return 0;
  runs[slot] = std::make_unique<Run>(Run{std::move(created).value(), {}, {}});
  Run* run = runs[slot].get();
  run->simulator.set_sink([run](std::string_view line) {
    if (run->log.size() < kMostLogBytes) run->log.append(line).append("\n");
  });
  return 1;
}
METABATCH_EXPORT(mb_run_end)(std::uint32_t slot) {
  if (slot < kSlots) runs[slot].reset();
  return 0;
}

/// Advances the run to an instant (seconds), by at most that many reports. 1: it reached the
/// instant, or it is finished.
METABATCH_EXPORT(mb_run_advance)(std::uint32_t slot, double until, std::uint32_t reports) {
  Run* run = run_in(slot);
  if (run == nullptr) return 1;
  const Duration wanted = from_seconds(until);
  run->health.run_until(run->simulator, wanted, reports);
  return run->simulator.finished() || run->simulator.now() >= wanted ? 1 : 0;
}

/// One row of the table `run`.
METABATCH_EXPORT(mb_run_state)(std::uint32_t slot) {
  reals().clear();
  if (const Run* run = run_in(slot)) add_row(kStateColumns, run->simulator);
  return answer_reals();
}

METABATCH_EXPORT(mb_run_json)(std::uint32_t slot) {
  const Run* run = run_in(slot);
  return answer(run == nullptr ? std::string() : result_json(run->simulator, recorded_bad_lines()));
}
/// The samples of `--timeline`. Where the scenario does not say how often they are taken, the
/// charts have finer ones; then the run is simulated again.
METABATCH_EXPORT(mb_run_csv)(std::uint32_t slot) {
  const Run* run = run_in(slot);
  if (run == nullptr) return answer({});
  if (asked(slot).sample_every > Duration{}) return answer(run->simulator.timeline_csv());
  Scenario scenario = run->simulator.scenario();  // with what was injected
  scenario.sample_every = report_pace(scenario.duration);
  const Result<ValidScenario> paced = validated(std::move(scenario));
  if (!paced) return answer({});
  Result<Simulator> again = simulator_of(*paced);
  if (!again) return answer({});
  if (run->simulator.finished())
    again->run();
  else
    again->run_until(run->simulator.now());
  return answer(again->timeline_csv());
}

/// The findings as a table with a header line: what (`warning` or `reason`), kind, sentence.
/// Warnings come first.
METABATCH_EXPORT(mb_run_findings)(std::uint32_t slot) {
  std::string text = findings_header();
  if (const Run* run = run_in(slot)) {
    const RunFacts facts = run->simulator.facts();
    add_findings(text, "warning", warnings(facts));
    add_findings(text, "reason", reasons(facts));
  }
  return answer(std::move(text));
}

/// For each condition of mb_thresholds() a line: by how much the run misses it, or nothing.
METABATCH_EXPORT(mb_run_missed)(std::uint32_t slot) {
  std::string text;
  if (const Run* run = run_in(slot); run != nullptr && !thresholds().empty()) {
    const JudgedResult result{.summary = run->simulator.summary(), .rejected_lines = recorded_bad_lines()};
    for (const Threshold& threshold : thresholds()) text.append(threshold.missed(result).value_or("")).append("\n");
  }
  return answer(std::move(text));
}

/// The newest lines of the event log.
METABATCH_EXPORT(mb_run_log)(std::uint32_t slot) {
  const Run* run = run_in(slot);
  if (run == nullptr) return answer({});
  std::size_t from = run->log.size();
  for (std::size_t lines = 0; from > 0 && lines < kLogLines; ++lines) {
    const std::size_t before = from < 2 ? std::string::npos : run->log.rfind('\n', from - 2);
    from = before == std::string::npos ? 0 : before + 1;
  }
  return answer(run->log.substr(from));
}
/// All of it.
METABATCH_EXPORT(mb_run_whole_log)(std::uint32_t slot) {
  const Run* run = run_in(slot);
  return answer(run == nullptr ? std::string() : run->log);
}

/// The health of the last seconds, worst first, in the columns of the findings. The first line has
/// the state and the headline, the second one which seconds these are. The others have a finding
/// each: severity, code, sentence.
METABATCH_EXPORT(mb_run_health)(std::uint32_t slot) {
  std::string text = findings_header();
  if (const Run* run = run_in(slot)) {
    const health::Assessment assessment = run->health.assess();
    add_finding(text, "headline", name_of(assessment.state()), headline(assessment));
    add_finding(text, "span", {}, span_text(assessment));
    for (const health::Finding& finding : assessment.findings)
      add_finding(text, name_of(severity_of(finding.code)), name_of(finding.code), describe(finding));
  }
  return answer(std::move(text));
}

/// The faults in the order of their numbers, as a table with a header line: the field of the
/// scenario that has their times, words for people, whether the fault is there, and these times.
METABATCH_EXPORT(mb_run_faults)(std::uint32_t slot) {
  std::string text = "name\tlabel\ton\ttimes\n";
  const Run* run = run_in(slot);
  for (std::size_t i = 0; run != nullptr && i < kFaults; ++i) {
    const auto fault = static_cast<Fault>(i);
    const std::string_view name = name_of(fault);
    text.append(name).append("\t").append(label_of(fault)).append(run->simulator.has_fault(fault) ? "\t1\t" : "\t\t");
    text.append(field_text(run->simulator.scenario(), name)).append("\n");
  }
  return answer(std::move(text));
}

/// Begins or ends a fault, not before an instant (seconds). The answer is the instant; no answer:
/// the list of its times is full.
METABATCH_EXPORT(mb_run_set_fault)(std::uint32_t slot, std::uint32_t fault, std::uint32_t is_on, double not_before) {
  reals().clear();
  Run* run = run_in(slot);
  if (run != nullptr && fault < kFaults)
    if (const auto at = run->simulator.set_fault(static_cast<Fault>(fault), is_on != 0, from_seconds(not_before)))
      reals().push_back(in_seconds(*at));
  return answer_reals();
}

/// The times of all faults: rows of the table `window`.
METABATCH_EXPORT(mb_run_windows)(std::uint32_t slot) {
  reals().clear();
  const Run* run = run_in(slot);
  for (std::size_t i = 0; run != nullptr && i < kFaults; ++i) {
    const auto fault = static_cast<Fault>(i);
    for (const Window& window : windows_of(run->simulator.scenario().store, fault))
      add_row(kWindowColumns, Shaded{fault, window});
  }
  return answer_reals();
}

/// The series that the input names, in lines `NAME tab mean|max`, over [from, to] seconds in about
/// that many columns. The answer is the middle of the first column and the width of all, then one
/// value a column for each series.
METABATCH_EXPORT(mb_run_columns)(std::uint32_t slot, double from, double to, std::uint32_t columns) {
  reals().clear();
  if (const Run* run = run_in(slot)) {
    const Grid grid = grid_of(run->simulator, from, to, columns);
    reals().push_back(in_seconds(grid.from + grid.width() / 2));
    reals().push_back(in_seconds(grid.width()));
    for (std::string_view rest = input(); !rest.empty();) {
      const auto [name, how] = next_line(rest);
      if (const auto series = run->simulator.timeline().series(name))
        add_series(run->simulator.timeline(), *series, how == "max", grid);
    }
  }
  return answer_reals();
}

/// Names of all series, one a line; needs a run in slot 0.
METABATCH_EXPORT(mb_run_series)() {
  std::string text;
  if (const Run* run = run_in(0))
    for (const std::string& name : run->simulator.timeline().names()) text.append(name).append("\n");
  return answer(std::move(text));
}
