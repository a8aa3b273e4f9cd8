// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "abi/abi.hpp"
#include "abi/findings_text.hpp"
#include "base/number.hpp"
#include "metabatch/simulation/tuner.hpp"
#include "abi/scenario_abi.hpp"

/// The tuner for the page: one sweep at a time, over the scenario in slot 0.
using namespace metabatch;
using namespace metabatch::wasm;

namespace {

constexpr std::string_view kTuned[] = {"batch-size", "interval", "schedule", "queue"};

std::optional<Tuner> tuner;

/// Settings of a point as texts of fields: those that are tuned, and what had to follow them.
std::vector<FieldText> settings_of(const TunePoint& point) {
  Scenario found = asked(0), tried = asked(0);
  found.config = point.run.config;
  std::vector<FieldText> texts;
  for (const std::string_view name : kTuned) {
    texts.push_back({name, field_text(found, name)});
    set_field(tried, name, texts.back().text);
  }
  tried.config = validated(tried.config).value_or(found.config);
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

void add_point(std::string& text, const TunePoint& point) {
  const Summary& s = point.run.summary;
  text += settings_text(point);
  for (const double number : {s.db_writes_per_s, s.notifies_per_s, s.saved, s.delay_p50, s.delay_p99,
                              static_cast<double>(s.counters.dropped()), point.run.busy_share, point.today ? 1.0 : 0.0,
                              point.meets ? 1.0 : 0.0, point.on_frontier ? 1.0 : 0.0}) {
    text += '\t';
    append_number(text, number);
  }
  text += '\n';
}

}  // namespace

/// Begins a sweep of the scenario in slot 0 for the delay that the input says; the answer is what is wrong, or nothing.
METABATCH_EXPORT(mb_tune_create)() {
  tuner.reset();
  TuneQuestion question;
  question.scenario = asked(0);
  const Result<Duration> delay = parse_duration(input());
  if (!delay || *delay <= Duration{})
    return answer("The delay wanted cannot be \"" + input() + "\": it is a time above 0 such as 250ms, 5s or 2m.");
  question.max_delay = *delay;
  Result<Tuner> created = Tuner::create(std::move(question));
  if (!created) return answer("These settings cannot be tried: " + describe(created.error(), asked(0)));
  tuner.emplace(std::move(created).value());
  return answer({});
}

/// Tries the next setting. How many were tried, how many there are to try, and the delay wanted in seconds.
METABATCH_EXPORT(mb_tune_step)() {
  reals().clear();
  if (tuner) {
    tuner->step();
    reals() = {static_cast<double>(tuner->done()), static_cast<double>(tuner->size()),
               std::chrono::duration<double>(tuner->question().max_delay).count()};
  }
  return answer_reals();
}

/// A line a point: its settings `NAME=TEXT,...`, writes a second, NOTIFYs a second, share saved, delay p50 and p99 in
/// seconds, updates dropped, share of the time busy, 1 for today's settings, for one that meets the question, for one on
/// the frontier; tabs between.
METABATCH_EXPORT(mb_tune_points)(std::uint32_t from) {
  std::string text;
  if (tuner)
    for (std::size_t i = from; i < tuner->points().size(); ++i) add_point(text, tuner->points()[i]);
  return answer(std::move(text));
}

/// `point INDEX MEETS`, then lines of findings as in mb_run_findings(), those of today as `today`.
METABATCH_EXPORT(mb_tune_recommendation)() {
  std::string text;
  const auto found = tuner ? tuner->recommendation() : std::nullopt;
  if (found) {
    text = "point\t" + std::to_string(found->point) + (found->meets ? "\t1\n" : "\t0\n");
    add_findings(text, "warning", found->warnings);
    add_findings(text, "reason", found->reasons);
    add_findings(text, "today", found->today);
  }
  return answer(std::move(text));
}
