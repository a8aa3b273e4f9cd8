// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/simulation/scenario.hpp"
#include "models/report/simulation_html.hpp"

namespace CLI {
class App;
}

namespace metabatch::cli {

/// The scenario of simulate and tune: a named one, and a flag for each of its fields that takes
/// precedence.
///
/// A flag wins over the environment, the environment over the config file, and the config file over
/// the default, as everywhere. The default is the scenario here. So the settings of a config file
/// can be tried in any scenario.
class ScenarioFlags {
 public:
  void add_to(CLI::App& command);

  /// @errors throws UsageError: no such scenario, a value that cannot be read or is impossible
  [[nodiscard]] ValidScenario scenario() const;
  /// The same for a recording in place of a fleet. The duration is that of the recording unless a
  /// flag sets it.
  ///
  /// @errors throws UsageError also when a flag describes the fleet
  [[nodiscard]] ValidScenario scenario_of(Duration recording) const;
  /// `headline`, a path, or, without any, `the default fleet`.
  [[nodiscard]] std::string name() const;

 private:
  [[nodiscard]] Scenario given() const;
  void set(Scenario& scenario, std::string_view shown, std::string_view name, const std::string& text) const;

  std::string named_;
  std::map<std::string_view, std::optional<std::string>> given_;  // by the name of the field
  std::optional<std::string> channel_;
  std::vector<std::string> assignments_;  // of --set, NAME=VALUE
  std::string config_file_, store_from_;
};

using report::fleet_text;

}  // namespace metabatch::cli
