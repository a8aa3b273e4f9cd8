// SPDX-License-Identifier: Apache-2.0
// Lines `field=text`: a field that was set prints a text that sets the same value; an error points
// into the text; a valid scenario can be simulated, and every update is accounted for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "metabatch/simulation/simulator.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kRowsSimulated = 5000;  // a large fleet is checked, not simulated
constexpr std::uint64_t kReportsSimulated = 40;

void require(bool holds) {
  if (!holds) std::abort();
}

void set_line(Scenario& scenario, std::string_view line) {
  const std::size_t equals = std::min(line.find('='), line.size());
  const std::string_view name = line.substr(0, equals);
  const std::string_view text = line.substr(std::min(equals + 1, line.size()));
  const Scenario before = scenario;
  const auto set = set_field(scenario, name, text);
  if (!set) {
    require(scenario == before && set.error().at <= text.size());
    require(!describe(set.error(), name, text).empty());
    return;
  }
  Scenario again = before;
  require(set_field(again, name, field_text(scenario, name)).has_value());
  require(again == scenario);
}

void simulate(const ValidScenario& scenario) {
  Simulator simulator = Simulator::create(scenario);
  for (int step = 0; step < 3; ++step) {
    simulator.run_until(simulator.now() + 10s, kReportsSimulated);
    for (std::size_t i = 0; i < simulator.replicas(); ++i) require(simulator.replica(i).counters.balanced());
  }
  require(simulator.digest().size() == 64);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Scenario scenario;
  scenario.fleet.agents = 20;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    set_line(scenario, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Scenario rebuilt;
  for (const FieldText& field : changed_fields(scenario))
    require(set_field(rebuilt, field.name, field.text).has_value());
  require(rebuilt == scenario);
  const auto valid = validated(scenario);
  if (!valid) {
    require(!describe(valid.error(), scenario).empty());
    return 0;
  }
  const auto twice = validated(*valid);
  require(twice && *twice == *valid);
  if (most_agents(valid.value()->fleet) * valid.value()->fleet.keys <= kRowsSimulated) simulate(*valid);
  return 0;
}
