// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "metabatch/config.hpp"
#include "metabatch/time.hpp"
#include "support/operations.hpp"

namespace metabatch::faults {

using oracle::Choices;

/// A span of virtual time during which something is wrong.
struct Window {
  Instant from{}, until{};
  [[nodiscard]] bool holds(Instant at) const { return from <= at && at < until; }
};

/// Another session holds the lock of one row.
struct RowLock {
  std::size_t row = 0;
  Window window;
};

/// A world, drawn from a seed: the settings of the batcher, the fleet, the database, and all
/// faults.
struct FaultPlan {
  Config config;
  std::size_t lanes = 1;
  std::size_t agents = 0, keys = 0;  ///< rows = agents x keys
  Duration report_every{};           ///< of one agent
  Duration length{};                 ///< of the run, faults included; its end is quiet

  Duration round_trip{};  ///< to the database
  Duration row_time{};    ///< the cost of one row there
  Duration time_limit{};  ///< of one statement
  Duration lock_timeout{};
  std::int64_t slow_factor = 1;
  Duration registers_again{};  ///< after a restart emptied the table
  bool refuses_with_other =
      false;  ///< refused values get a SQLSTATE that does not blame values (P0001), else one of class 22

  std::vector<Window> outages;      ///< no connection; a running flush loses it, whether or not it had committed
  std::vector<Window> permission;   ///< a privilege or the table is missing
  std::vector<Window> table_locks;  ///< another session holds the lock of the whole table
  std::vector<Window> maintenance;  ///< every row is refused for the same reason
  std::vector<Window> slow;         ///< everything takes slow_factor times as long
  std::vector<Instant> kills;       ///< a running flush loses its connection
  std::vector<Instant> restarts;    ///< empties the table
  std::vector<RowLock> row_locks;
  std::vector<std::size_t> poison;  ///< rows that exceed the time limit by themselves
  Instant poison_until{};
  std::vector<std::size_t> missing;  ///< rows that do not exist
};

FaultPlan draw_plan(Choices& choices, Instant start);

[[nodiscard]] bool holds(const std::vector<Window>& windows, Instant at);
/// The window that holds at `at`.
[[nodiscard]] std::optional<Window> window_at(const std::vector<Window>& windows, Instant at);

}  // namespace metabatch::faults
