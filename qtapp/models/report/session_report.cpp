// SPDX-License-Identifier: Apache-2.0
#include "models/report/session_report.hpp"

#include <algorithm>
#include <utility>

#include "metabatch/simulation/simulator.hpp"
#include "models/report/simulation_columns.hpp"
#include "models/report/simulation_html.hpp"
#include "recording/recording_reader.hpp"
#include "results/report_pace.hpp"

namespace metabatch::models {

WhatIfQuestion beginningAt(Instant begin, WhatIfQuestion question) {
  const Duration earlier = question.from - begin;
  question.from = begin;
  for (SettingChange& change : question.changes) change.at += earlier;
  for (Window& outage : question.store.model.outages) outage.begin += earlier;
  return question;
}

std::optional<std::string> sessionReport(const WhatIfQuestion& question, const std::string& name,
                                         const IsCancelled& isCancelled) {
  const std::shared_ptr<const Recording> recording = question.arrivals.recording(question.from);
  Scenario scenario = scenarioOf(question, question.running, question.changes);
  scenario.duration = std::max(scenario.duration, duration_of(*recording));
  scenario.sample_every = report_pace(scenario.duration);
  const Result<ValidScenario> valid = validated(scenario);
  if (!valid) return std::nullopt;
  Result<Simulator> simulator = Simulator::create(*valid, recording);
  while (!simulator->finished()) {
    if (isCancelled && isCancelled()) return std::nullopt;
    simulator->run_until(Duration::max(), kReportsAStep);
  }
  std::uint64_t updates = 0;
  for (const RecordedReport& one : *recording) updates += one.keys.size();
  return report::simulation_html(
      *simulator, {.name = name, .about = report::arrivals_text(updates, recording->size(), scenario.duration)}, false);
}

}  // namespace metabatch::models
