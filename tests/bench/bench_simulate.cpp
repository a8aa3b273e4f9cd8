// SPDX-License-Identifier: Apache-2.0
// How many updates a second of processor time the simulator handles (it has one thread).
// METABATCH_BENCH_UPDATES asks for longer runs.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "metabatch/simulation/simulator.hpp"

namespace metabatch::bench {
namespace {

/// Enough virtual time for that many updates.
Scenario lasting(Scenario scenario) {
  const char* asked = std::getenv("METABATCH_BENCH_UPDATES");
  const std::int64_t updates = asked != nullptr ? std::stoll(asked) : 12'000'000;
  scenario.duration = scenario.fleet.every * (updates / (scenario.fleet.agents * scenario.fleet.keys) + 1);
  return scenario;
}

void simulate(benchmark::State& state, const Scenario& scenario) {
  std::uint64_t updates = 0;
  double virtual_seconds = 0;
  for (auto _ : state) {
    Simulator simulator = Simulator::create(validated(lasting(scenario)).value());
    simulator.run();
    if (!simulator.counters().balanced()) state.SkipWithError("the accounting identity is broken");
    updates += simulator.counters().offered;
    virtual_seconds += simulator.summary().seconds;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(updates));
  state.counters["virtual_s_per_s"] = benchmark::Counter(virtual_seconds, benchmark::Counter::kIsRate);
}

const bool registered = [] {
  Scenario headline;
  Scenario large;
  large.fleet.agents = 100'000;
  large.config.batch_size = 5000;
  large.config.queue_capacity = 2'000'000;
  Scenario herd;
  herd.fleet.start = StartPhase::together;
  Scenario single;
  single.fleet.keys = 1;
  for (const auto& [name, scenario] : {std::pair{"simulate/headline", headline},
                                       {"simulate/100k_agents", large},
                                       {"simulate/together", herd},
                                       {"simulate/single_key", single}}) {
    benchmark::RegisterBenchmark(name, [scenario = scenario](benchmark::State& state) {
      simulate(state, scenario);
    })->Unit(benchmark::kMillisecond);
  }
  return true;
}();

}  // namespace
}  // namespace metabatch::bench
