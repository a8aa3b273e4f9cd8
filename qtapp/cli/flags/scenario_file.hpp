// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metabatch/simulation/scenario.hpp"

namespace metabatch::cli {

/// A scenario as text: one of those that the program carries with it, or a file.
struct ScenarioText {
  std::string shown;  ///< what messages call it: `headline.toml`, or the path as given
  std::string text;
};

/// @shape named: the name of a scenario of ours (it wins over a file of that name), else a path
/// @errors throws UsageError: neither; the message lists the names and, if one is near, guesses
ScenarioText find_scenario(const std::string& named);

/// Reads the format of docs/scenario-format.md: TOML, whose keys are the names of scenario_fields(), sections being their
/// prefixes. What is not set stays at its default.
///
/// @errors throws UsageError `SHOWN:LINE:COLUMN: NAME: what is wrong, and what is possible`: no TOML, an unknown key, a
///         value of the wrong type, one that cannot be, values that do not go together
Scenario read_scenario(const ScenarioText& source);

/// One that the program carries with it.
struct ListedScenario {
  std::string_view name;
  std::string_view about;  ///< its first comment: one line
};
std::vector<ListedScenario> listed_scenarios();

/// The one of `known` that was probably meant: `, did you mean X?`, or nothing.
std::string guess_text(std::string_view given, const std::vector<std::string_view>& known);

}  // namespace metabatch::cli
