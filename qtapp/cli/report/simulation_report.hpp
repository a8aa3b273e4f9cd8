// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/results.hpp"
#include "metabatch/simulation/findings.hpp"
#include "metabatch/simulation/simulator.hpp"

namespace metabatch::cli {

inline constexpr std::int64_t kChartColumns = 240;  // two pixels each where a page is narrow

/// The result of a simulation as numbers, text and HTML.

RunResult result_of(const Simulator& simulator);
/// How much of the timeline is shown. The last, shorter step is left out: its rate would come from a few milliseconds.
Duration shown_time(const Simulator& simulator);
/// One series of the timeline in `columns` columns of equal width, from the start to shown_time().
std::vector<Column> columns_of(const Simulator& simulator, std::string_view series, std::size_t columns);

/// For people: result_text(), warnings, the timeline in a few lines, the digest.
std::string simulation_text(const Simulator& simulator);

}  // namespace metabatch::cli
