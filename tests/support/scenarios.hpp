// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "metabatch/simulation/simulator.hpp"

namespace metabatch::tests {

/// A scenario from its fields. Agents start evenly spread and keep exact time, and the store
/// answers after exactly 10 ms unless a field changes that.
inline Scenario scenario_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  Scenario scenario;
  scenario.fleet.start = StartPhase::spread;
  scenario.fleet.jitter = {};
  scenario.store.latency = {LatencyShape::fixed, std::chrono::milliseconds(10), {}};
  scenario.store.row_cost = {};
  for (const auto& [name, text] : fields)
    if (!set_field(scenario, name, text)) std::abort();  // a typing error in a test
  return scenario;
}

/// A few scenarios that together use everything in the simulator, for digests.
struct NamedScenario {
  const char* name;
  Scenario scenario;
};

inline std::vector<NamedScenario> varied_scenarios() {
  const auto usual = [](Scenario scenario) {
    scenario.store = StoreModel{};  // lognormal
    return scenario;
  };
  Scenario rough = scenario_of({{"fleet.late", "5%"},
                                {"fleet.duplicates", "5%"},
                                {"fleet.late-by", "20s"},
                                {"replicas", "3"},
                                {"fleet.jitter", "3s"},
                                {"fleet.unregistered", "2%"},
                                {"fleet.unchanged", "30%"},
                                {"for", "2m"},
                                {"seed", "7"}});
  rough.store.latency = {LatencyShape::exponential, std::chrono::milliseconds(8), std::chrono::milliseconds(90)};
  Scenario faults = scenario_of({{"failures", "20%"},
                                 {"failure-class", "deadlock"},
                                 {"publish-failures", "10%"},
                                 {"outage", "20s+15s"},
                                 {"slow", "50s+20s"},
                                 {"for", "90s"},
                                 {"start", "random"}});
  faults.store.latency = {LatencyShape::uniform, std::chrono::milliseconds(20), std::chrono::milliseconds(35)};
  return {{"headline", usual(scenario_of({{"for", "2m"}}))},
          {"herd", usual(scenario_of({{"start", "together"},
                                      {"burst-every", "30s"},
                                      {"burst-share", "40%"},
                                      {"burst-reports", "2"},
                                      {"schedule", "linger"},
                                      {"for", "2m"}}))},
          {"saturated",
           scenario_of({{"queue", "fifo"}, {"agents", "400"}, {"keys", "2"}, {"latency-p50", "40s"}, {"for", "5m"}})},
          {"moving", usual(scenario_of({{"stay", "1m"},
                                        {"away", "30s"},
                                        {"fleet-change", "30s+100,60s-300"},
                                        {"change", "40s:batch-size=5000,80s:queue=fifo,90s:schedule=after-flush"},
                                        {"for", "2m"}}))},
          {"rough", rough},
          {"faults", faults}};
}

}  // namespace metabatch::tests
