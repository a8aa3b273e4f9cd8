// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metabatch/simulation/scenario.hpp"

namespace metabatch::cli {

/// A scenario as text: a built-in one, or a file.
struct ScenarioText {
  std::string shown;  ///< its name in messages: `headline.toml`, or the path as given
  std::string text;
};

/// @shape named: the name of a built-in scenario (it wins over a file of that name), else a path
/// @errors throws UsageError: neither; the message lists the names and suggests a similar one
ScenarioText find_scenario(const std::string& named);

/// Reads the format of docs/scenario-format.md: TOML, whose keys are the names of scenario_fields()
/// and whose sections are their prefixes. A field that is not set keeps its default.
///
/// @errors throws UsageError `SHOWN:LINE:COLUMN: NAME: what is wrong, and what is possible`: no
///         TOML, an unknown key, a
///         value of the wrong type, an impossible value, values that contradict one another
Scenario read_scenario(const ScenarioText& source);

/// A built-in scenario.
struct ListedScenario {
  std::string_view name;
  std::string_view about;  ///< its first comment: one line
};
std::vector<ListedScenario> listed_scenarios();

}  // namespace metabatch::cli
