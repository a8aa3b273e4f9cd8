// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <variant>

#include "engine/live_fleet.hpp"
#include "metabatch/time.hpp"
#include "sql/database_address.hpp"

namespace metabatch::gui {

/// How a registration ended.
struct Registered {
  WallTime at{};
  std::size_t rows = 0;  ///< created
  QString problem;       ///< why not all of them; empty: all are there
  bool isAsked = false;  ///< by begin()
};

/// Creates the rows of a fleet once more, after the database lost them: a part at each step, so
/// that a session goes on meanwhile. All calls come from one thread.
class FleetRegistration {
 public:
  /// @owns `database` outlives it
  explicit FleetRegistration(const sql::Database& database) : m_database(database) {}

  /// From the first row on.
  void begin(const Fleet& fleet);
  void stop() { m_fleet.reset(); }
  /// Deletes all rows of the agents of a fleet; waits for the database.
  [[nodiscard]] std::variant<std::size_t, sql::DatabaseFailure> remove(const Fleet& fleet) const;
  /// Begins, unless it has just been done: where rows stay missing that are not the fleet's, the
  /// pauses grow.
  void beginAgain(const Fleet& fleet, Instant now);
  [[nodiscard]] bool isRunning() const { return m_fleet.has_value(); }
  /// A part more; waits for the database.
  ///
  /// @return how it ended, once it has
  std::optional<Registered> step(Instant now);

 private:
  Registered end(Instant now, QString problem);

  const sql::Database& m_database;
  std::optional<engine::LiveFleet> m_fleet;
  std::size_t m_agents = 0;  // of it are done
  std::size_t m_rows = 0;    // were created
  bool m_isAsked = false;
  Duration m_pause{};
  Instant m_next{};  // not before
};

}  // namespace metabatch::gui
