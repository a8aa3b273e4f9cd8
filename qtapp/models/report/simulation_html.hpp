// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "metabatch/simulation/simulator.hpp"

namespace metabatch::report {

/// What was simulated.
struct Subject {
  std::string name;   ///< of the scenario or the recording
  std::string about;  ///< who reported: fleet_text() or arrivals_text()
};

/// The report: a page of its own.
std::string simulation_html(const Simulator& simulator, const Subject& subject, bool is_interrupted);

/// The fields of a scenario that are not at their defaults, and its settings, as a table.
std::string settings_html(const Scenario& scenario);

/// `600 agents with 15 keys, a report each every 10s, for 10m`
std::string fleet_text(const Scenario& scenario);
/// `1,234 updates in 100 reports, for 14s`
std::string arrivals_text(std::uint64_t updates, std::uint64_t reports, Duration duration);

}  // namespace metabatch::report
