// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "fleet/fleet_arrivals.hpp"
#include "metabatch/report.hpp"
#include "metabatch/simulation/fleet.hpp"

namespace metabatch::engine {

/// The fleet of a scenario in real time: the same arrivals as the simulator's, stamped by the wall
/// clock. The same fleet and seed give the same agents, instants and values. Values of the default
/// lengths look as they are met in practice; where other lengths are asked for, they are random
/// symbols.
class LiveFleet {
 public:
  /// `fleet` is validated, except that its jitter may be kUsualJitter. `began`: the wall clock at
  /// its start.
  LiveFleet(const Fleet& fleet, std::uint64_t seed, WallTime began);

  [[nodiscard]] std::span<const Uuid> agents() const { return agents_; }
  /// Those that are to have rows.
  [[nodiscard]] std::span<const Uuid> registered() const { return registered_; }
  [[nodiscard]] std::span<const std::string_view> keys() const { return arrivals_.keys(); }
  /// When take_next() is due, counted from the start of the fleet.
  [[nodiscard]] Duration next_due() const { return arrivals_.next(); }
  /// The report that arrives then, and on to the next one; its views are valid until the next call.
  /// None: something else happened at that instant (a report was sent and arrives later, an agent
  /// left).
  std::optional<Report> take_next();

 private:
  FleetArrivals arrivals_;
  std::vector<Uuid> agents_, registered_;
};

/// Whether the values of a fleet look as they are met in practice.
bool has_lifelike_values(const Fleet& fleet);

}  // namespace metabatch::engine
