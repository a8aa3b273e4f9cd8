// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <optional>

#include "abi/abi.hpp"
#include "abi/findings_text.hpp"
#include "abi/recording_abi.hpp"
#include "abi/scenario_abi.hpp"
#include "abi/table_columns.hpp"
#include "base/number.hpp"
#include "metabatch/simulation/tuner.hpp"

/// The tuner for the page: one sweep at a time, over the scenario in slot 0.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::string_view kTuned[] = {"batch-size", "interval", "schedule", "queue"};

std::optional<Tuner> tuner;

/// The settings of a point as texts of fields: the tuned ones, and those that had to follow them.
std::vector<FieldText> settings_of(const TunePoint& point) {
  Scenario found = asked(0), tried = asked(0);
  found.config = point.run.config;
  std::vector<FieldText> texts;
  for (const std::string_view name : kTuned) {
    texts.push_back({name, field_text(found, name)});
    set_field(tried, name, texts.back().text);
  }
  const Result<ValidConfig> valid = validated(tried.config);
  tried.config = valid ? Config(*valid) : found.config;
  for (const ScenarioField& field : scenario_fields()) {
    std::string text = field.is_setting ? field_text(found, field.name) : std::string();
    if (text != (field.is_setting ? field_text(tried, field.name) : std::string()))
      texts.push_back({field.name, std::move(text)});
  }
  return texts;
}

std::string settings_text(const TunePoint& point) {
  std::string text;
  for (const FieldText& field : settings_of(point))
    text.append(text.empty() ? "" : ",").append(field.name).append("=").append(field.text);
  return text;
}

std::string number_text(double number) {
  std::string text;
  append_number(text, number);
  return text;
}
double coalesced_share(const Counters& counters) {
  return counters.offered == 0 ? 0 : static_cast<double>(counters.coalesced) / static_cast<double>(counters.offered);
}
std::string flag_text(bool flag) { return flag ? "1" : "0"; }

constexpr std::array<TextColumn<TunePoint>, 13> kPointColumns = {{
    {"settings", settings_text},
    {"writes", [](const TunePoint& p) { return number_text(p.run.summary.db_writes_per_s); }},
    {"notifies", [](const TunePoint& p) { return number_text(p.run.summary.notifies_per_s); }},
    {"saved", [](const TunePoint& p) { return number_text(p.run.saved.value_or(std::nan(""))); }},
    {"p50", [](const TunePoint& p) { return number_text(p.run.summary.delay_p50); }},
    {"p99", [](const TunePoint& p) { return number_text(p.run.summary.delay_p99); }},
    {"age", [](const TunePoint& p) { return number_text(p.run.summary.age_p99); }},
    {"coalesced", [](const TunePoint& p) { return number_text(coalesced_share(p.run.summary.counters)); }},
    {"dropped", [](const TunePoint& p) { return std::to_string(p.run.summary.counters.dropped()); }},
    {"busy", [](const TunePoint& p) { return number_text(p.run.busy_share); }},
    {"today", [](const TunePoint& p) { return flag_text(p.today); }},
    {"meets", [](const TunePoint& p) { return flag_text(p.meets); }},
    {"frontier", [](const TunePoint& p) { return flag_text(p.on_frontier); }},
}};
constexpr std::array<RealColumn<Tuner>, 3> kSweepColumns = {{
    {"done", [](const Tuner& t) { return static_cast<double>(t.done()); }},
    {"size", [](const Tuner& t) { return static_cast<double>(t.size()); }},
    {"max_delay", [](const Tuner& t) { return std::chrono::duration<double>(t.question().max_delay).count(); }},
}};

}  // namespace

/// Begins a sweep of the scenario in slot 0 for the delay in the input. The answer is the problem,
/// or nothing.
METABATCH_EXPORT(mb_tune_create)() {
  tuner.reset();
  TuneQuestion question;
  const ValidScenario* const scenario = valid_scenario(0);
  if (scenario == nullptr) return answer("The scenario cannot be simulated.");
  question.scenario = *scenario;
  question.recording = recorded();
  const Result<Duration> delay = parse_duration(input());
  if (!delay || *delay <= Duration{})
    return answer("The delay wanted cannot be \"" + input() + "\": it is a time above 0 such as 250ms, 5s or 2m.");
  question.max_delay = *delay;
  Result<Tuner> created = Tuner::create(std::move(question));
  if (!created) return answer("These settings cannot be tried: " + describe(created.error(), asked(0)));
  tuner.emplace(std::move(created).value());
  return answer({});
}

std::string metabatch::wasm::tune_layout() { return layout_line("sweep", kSweepColumns); }

/// Tries the next settings. The answer is one row of the table `sweep`.
METABATCH_EXPORT(mb_tune_step)() {
  reals().clear();
  if (tuner) {
    tuner->step();
    add_row(kSweepColumns, *tuner);
  }
  return answer_reals();
}

/// The tried points, from that one on, as a table with a header line. `settings` is
/// `NAME=TEXT,...`; delays are seconds.
METABATCH_EXPORT(mb_tune_points)(std::uint32_t from) {
  std::string text = header_line(kPointColumns);
  if (tuner)
    for (std::size_t i = from; i < tuner->points().size(); ++i) text += row_line(kPointColumns, tuner->points()[i]);
  return answer(std::move(text));
}

/// The recommended point: `INDEX tab 1` when it meets the question, `INDEX tab 0` when none does. A
/// table of findings with a header line follows; those of today's settings are named `today`.
/// Nothing while there is no recommendation.
METABATCH_EXPORT(mb_tune_recommendation)() {
  std::string text;
  const auto found = tuner ? tuner->recommendation() : std::nullopt;
  if (found) {
    text = std::to_string(found->point) + (found->meets ? "\t1\n" : "\t0\n") + findings_header();
    add_findings(text, "warning", found->warnings);
    add_findings(text, "reason", found->reasons);
    add_findings(text, "today", found->today);
  }
  return answer(std::move(text));
}
