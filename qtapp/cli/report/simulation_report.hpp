// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/report/results.hpp"
#include "metabatch/simulation/findings.hpp"
#include "metabatch/simulation/simulator.hpp"
#include "models/report/simulation_columns.hpp"

namespace metabatch::cli {

/// The result of a simulation as numbers, text and HTML.

using report::columns_of;
using report::shown_time;

RunResult result_of(const Simulator& simulator);
/// For people: result_text(), warnings, the timeline in a few lines, the digest.
std::string simulation_text(const Simulator& simulator);

}  // namespace metabatch::cli
