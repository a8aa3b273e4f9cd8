// SPDX-License-Identifier: Apache-2.0
#include "models/report/simulation_columns.hpp"

#include <initializer_list>
#include <optional>

namespace metabatch::report {

Duration pace_of(Duration duration) {
  using namespace std::chrono_literals;
  for (const Duration pace : std::initializer_list<Duration>{100ms, 200ms, 500ms, 1s, 2s, 5s, 10s, 15s, 30s, 1min, 2min,
                                                             5min, 10min, 15min, 30min, 1h, 2h, 6h, 12h})
    if (duration / pace <= kChartColumns) return pace;
  return 24h;
}

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
