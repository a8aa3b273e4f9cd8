// SPDX-License-Identifier: Apache-2.0
#include "models/report/simulation_columns.hpp"

#include <optional>

namespace metabatch::report {

std::vector<Column> columns_of(const Simulator& simulator, std::string_view series, std::size_t columns) {
  std::vector<Column> found(columns);
  const Timeline& timeline = simulator.timeline();
  const std::optional<std::size_t> index = timeline.series(series);
  // A sample at the very end belongs to the last column.
  if (index.has_value() && !timeline.empty())
    timeline.decimate(*index, Instant{}, Instant{} + shown_time(simulator) + Duration(1), found);
  return found;
}

Duration shown_time(const Simulator& simulator) {
  const Duration now = simulator.now(), step = simulator.scenario().sample_every;
  return step > Duration{} && now > step ? now - now % step : now;
}

}  // namespace metabatch::report
