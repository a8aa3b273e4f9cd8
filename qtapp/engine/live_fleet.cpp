// SPDX-License-Identifier: Apache-2.0
#include "engine/live_fleet.hpp"

namespace metabatch::engine {
namespace {

Fleet as_it_runs(Fleet fleet) {
  fleet.jitter = jitter_of(fleet);
  return fleet;
}

}  // namespace

bool has_lifelike_values(const Fleet& fleet) {
  const Fleet standard;
  return fleet.value_bytes_least == standard.value_bytes_least && fleet.value_bytes_most == standard.value_bytes_most;
}

LiveFleet::LiveFleet(const Fleet& fleet, std::uint64_t seed, WallTime began)
    : arrivals_(as_it_runs(fleet), 1, seed, has_lifelike_values(fleet) ? TextStyle::lifelike : TextStyle::random,
                began),
      agents_(arrivals_.ids(false)),
      registered_(arrivals_.ids(true)) {}

std::optional<Report> LiveFleet::take_next() {
  const std::optional<Arrival> arrival = arrivals_.pop();
  if (!arrival) return std::nullopt;
  return arrival->report;
}

}  // namespace metabatch::engine
