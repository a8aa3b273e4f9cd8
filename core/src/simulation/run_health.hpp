// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "health/collector.hpp"
#include "metabatch/simulation/simulator.hpp"

namespace metabatch {

/// The health of a simulation while it runs. Takes samples on the way; the event log is the same
/// without them.
class RunHealth {
 public:
  /// Simulator::run_until() with samples.
  void run_until(Simulator& simulator, Duration until, std::uint64_t most_reports) {
    while (!simulator.finished()) {
      const Duration step = std::min(until, next_);
      const std::uint64_t before = simulator.reports();
      simulator.run_until(step, most_reports);
      most_reports -= simulator.reports() - before;
      if (simulator.now() >= next_ || simulator.finished()) {
        collector_.record(simulator.health_sample());
        next_ = simulator.now() + std::max(kPace, simulator.scenario().duration / kMostSamples);
      }
      if (step == until || most_reports == 0) return;
    }
  }
  [[nodiscard]] health::Assessment assess() const { return health::assess(collector_.facts()); }

 private:
  static constexpr Duration kPace = std::chrono::milliseconds(500);  // as Collector::record() asks for
  static constexpr std::int64_t kMostSamples = 20'000;               // of a run: one of a month takes them less often

  health::Collector collector_;
  Duration next_{};
};

}  // namespace metabatch
