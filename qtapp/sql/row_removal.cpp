// SPDX-License-Identifier: Apache-2.0
#include "sql/row_removal.hpp"

#include <sqlite3.h>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/sqlite/sqlite_connection.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kRemove = {nullptr, statements::pg_remove_rows_of_agents};
constexpr Duration kRemovalLimit = std::chrono::seconds(30);
constexpr Duration kLockWait = std::chrono::seconds(5);

}  // namespace

DatabaseResult<std::size_t> remove_rows(const PgAddress& address, std::span<const Uuid> agents) {
  PgConnection connection(address, {.statement = kRemovalLimit, .lock = kLockWait});
  connection.arm(kRemovalLimit);
  const PgUuidArray array(agents);
  const PgStep steps[] = {{&kRemove, array.all()}};
  const PgAnswer answer = connection.run(steps);
  if (answer.failure) return *answer.failure;
  return answer.changed(0);
}

DatabaseResult<std::size_t> remove_rows(const std::string& sqlite_file, std::span<const Uuid> agents) {
  SqliteConnection connection(sqlite_file, kLockWait);
  if (auto failed = connection.open()) return *failed;
  if (auto failed = connection.execute("BEGIN IMMEDIATE")) return *failed;
  SqliteStatement remove;
  if (const int code = remove.prepare(connection.handle(), statements::sqlite_remove_rows); code != SQLITE_OK)
    return connection.failure(code);
  std::size_t removed = 0;
  for (const Uuid& agent : agents) {
    const std::string text = format_uuid(agent);
    remove.bind(1, text);
    if (const int code = remove.run(); code != SQLITE_DONE) return connection.failure(code);
    removed += static_cast<std::size_t>(sqlite3_changes(connection.handle()));
  }
  if (auto failed = connection.execute("COMMIT")) return *failed;
  return removed;
}

}  // namespace metabatch::sql
