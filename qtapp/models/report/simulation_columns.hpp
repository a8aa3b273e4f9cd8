// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metabatch/simulation/simulator.hpp"
#include "results/report_pace.hpp"

/// What reports show of a simulation's timeline.
namespace metabatch::report {

inline constexpr std::int64_t kChartColumns = kReportSamples;

/// How much of the timeline is shown. The last, shorter step is left out: its rate would come from
/// a few milliseconds.
Duration shown_time(const Simulator& simulator);
/// One series of the timeline in `columns` columns of equal width, from the start to shown_time().
std::vector<Column> columns_of(const Simulator& simulator, std::string_view series, std::size_t columns);

}  // namespace metabatch::report
