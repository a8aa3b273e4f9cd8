// SPDX-License-Identifier: Apache-2.0
#include "sql/agent_rows.hpp"

#include "metabatch/time.hpp"
#include "sql/postgres/pg_agent_rows.hpp"
#include "sql/sqlite/sqlite_agent_rows.hpp"

namespace metabatch::sql {

std::unique_ptr<AgentRows> AgentRows::of(const Database& database) {
  if (database.postgres() != nullptr) return std::make_unique<PgAgentRows>(*database.postgres());
  return std::make_unique<SqliteAgentRows>(*database.sqlite_file());
}

std::string describe(const StaleRows& found, Duration unwritten) {
  const std::string of_all = std::to_string(found.rows) + " of " + std::to_string(found.may_be) + " rows";
  if (found.rows == 0) return "no row is shown as stale because values are left out for " + format_duration(unwritten);
  return of_all + " are shown as stale before they are written again: values are left out for " +
         format_duration(unwritten) + ", and the first row is stale after " + format_duration(found.shortest);
}

}  // namespace metabatch::sql
