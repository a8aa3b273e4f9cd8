// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metabatch/simulation/simulator.hpp"

namespace metabatch::cli {

/// The report: a page of its own.
///
/// @shape name: what the simulation is called
std::string simulation_html(const Simulator& simulator, std::string_view name, bool is_interrupted);

/// The fields of a scenario that are not at their defaults, and its settings, as a table.
std::string settings_html(const Scenario& scenario);

}  // namespace metabatch::cli
