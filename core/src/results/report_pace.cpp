// SPDX-License-Identifier: Apache-2.0
#include "results/report_pace.hpp"

#include <initializer_list>

namespace metabatch {

Duration report_pace(Duration duration) {
  using namespace std::chrono_literals;
  for (const Duration pace : std::initializer_list<Duration>{100ms, 200ms, 500ms, 1s, 2s, 5s, 10s, 15s, 30s, 1min, 2min,
                                                             5min, 10min, 15min, 30min, 1h, 2h, 6h, 12h})
    if (duration / pace <= kReportSamples) return pace;
  return 24h;
}

}  // namespace metabatch
