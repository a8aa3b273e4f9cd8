// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_agent_rows.hpp"

#include <sqlite3.h>

#include "sql/postgres/pg_agent_rows.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

MetadataRow row_of(sqlite3_stmt* row, const Uuid& agent) {
  return {.agent = agent,
          .key = sqlite_text(row, 0),
          .display_name = sqlite_text(row, 1),
          .script = sqlite_text(row, 2),
          .interval = sqlite3_column_int64(row, 3),
          .timeout = sqlite3_column_int64(row, 4),
          .value = sqlite_text(row, 5),
          .error = sqlite_text(row, 6),
          .collected_at = WallTime(std::chrono::microseconds(sqlite3_column_int64(row, 7)))};
}

}  // namespace

std::unique_ptr<AgentRows> AgentRows::of(const Database& database) {
  if (database.postgres() != nullptr) return std::make_unique<PgAgentRows>(*database.postgres());
  return std::make_unique<SqliteAgentRows>(*database.sqlite_file());
}

DatabaseResult<std::vector<MetadataRow>> SqliteAgentRows::rows(std::span<const Uuid> agents) {
  if (auto failed = connection_.ready()) return *failed;
  if (auto failed = connection_.execute("BEGIN")) return *failed;
  std::vector<MetadataRow> found;
  if (auto failed = read(agents, found)) {
    (void)connection_.execute("ROLLBACK");
    return *failed;
  }
  if (auto failed = connection_.execute("COMMIT")) return *failed;
  return found;
}

std::optional<DatabaseFailure> SqliteAgentRows::read(std::span<const Uuid> agents, std::vector<MetadataRow>& found) {
  for (const Uuid& agent : agents)
    if (auto failed = connection_.run(statements::sqlite_read_rows, {format_uuid(agent)},
                                      [&](sqlite3_stmt* row) { found.push_back(row_of(row, agent)); }))
      return failed;
  return std::nullopt;
}

}  // namespace metabatch::sql
