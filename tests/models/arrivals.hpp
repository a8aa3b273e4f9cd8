// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/charts/arrival_ring.hpp"

/// Arrivals for the suites of replays and what-if runs.
namespace metabatch::models {

inline const Instant kBegan{std::chrono::hours(1)};

inline Uuid agent(unsigned number) {
  Uuid id;
  id.bytes[15] = static_cast<std::uint8_t>(number);
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  return id;
}

/// A report of so many keys of an agent.
inline void add(ArrivalRing& ring, Instant at, unsigned number, std::size_t keys, std::size_t value_bytes = 8) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < keys; ++i) names.push_back("key " + std::to_string(i));
  const std::string value(value_bytes, 'x');
  const std::vector<std::string_view> key(names.begin(), names.end()), values(keys, value), errors(keys, "");
  const std::vector<WallTime> stamps(keys,
                                     WallTime(at.time_since_epoch().count() / 1000 * std::chrono::microseconds(1)));
  ring.add({agent(number), key, values, errors, stamps}, at);
}

}  // namespace metabatch::models
