// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_agent_rows.hpp"

#include <sqlite3.h>

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

DatabaseResult<StaleRows> SqliteAgentRows::stale_rows(Duration unwritten) {
  if (auto failed = connection_.ready()) return *failed;
  StaleRows found;
  const std::string limit = std::to_string(std::chrono::floor<std::chrono::milliseconds>(unwritten).count());
  if (auto failed = connection_.run(statements::sqlite_count_stale_rows, {limit}, [&](sqlite3_stmt* row) {
        found = {static_cast<std::size_t>(sqlite3_column_int64(row, 0)),
                 static_cast<std::size_t>(sqlite3_column_int64(row, 1)),
                 std::chrono::milliseconds(sqlite3_column_int64(row, 2))};
      }))
    return *failed;
  return found;
}

}  // namespace metabatch::sql
