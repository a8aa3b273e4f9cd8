// SPDX-License-Identifier: Apache-2.0
// Scenarios that together use everything in the simulator. Their event logs must be the same in
// both builds.
#include "metabatch/simulation/tuner.hpp"
#include "selfcheck.hpp"
#include "support/scenarios.hpp"

namespace metabatch::selfcheck {

bool check_simulator(const std::string&, Digest& digest) {
  for (const tests::NamedScenario& one : tests::varied_scenarios()) {
    Simulator simulator = Simulator::create(validated(one.scenario).value());
    simulator.run();
    const Counters counters = simulator.counters();
    if (!counters.balanced() || counters.written == 0) return differs(one.name, 0, "the accounting identity is broken");
    digest.add(simulator.digest());
    digest.add(static_cast<std::uint64_t>(simulator.now().count()));
    for (const std::uint32_t quantile : {5000U, 9900U})
      digest.add(static_cast<std::uint64_t>(simulator.replica(0).metrics.delay.quantile(quantile).count()));
  }
  return true;
}

bool check_tuner(const std::string&, Digest& digest) {
  Scenario scenario;
  scenario.fleet.agents = 60;
  TuneQuestion question;
  question.scenario = validated(scenario).value();
  question.batch_sizes = {50, 500};
  question.time_a_point = std::chrono::seconds(40);
  Tuner tuner = Tuner::create(question).value();
  while (tuner.step()) continue;
  const auto found = tuner.recommendation();
  if (!found || !found->meets) return differs("simulation.cpp", __LINE__, "nothing meets an easy question");
  for (const std::size_t point : tuner.frontier()) digest.add(std::uint64_t{point});
  for (const RunFinding& reason : found->reasons) digest.add(describe(reason));
  return true;
}

}  // namespace metabatch::selfcheck
