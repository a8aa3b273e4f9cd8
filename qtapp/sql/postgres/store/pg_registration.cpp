// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_registration.hpp"

#include <string>
#include <vector>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/postgres/store/pg_transaction.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kCheckWrite = {nullptr, statements::pg_check_write};
constexpr std::size_t kRegisteredAtOnce = 5000;  // rows a statement

}  // namespace

DatabaseResult<std::size_t> register_agents(const PgAddress& address, std::span<const Uuid> agents,
                                            std::span<const std::string_view> keys) {
  PgConnection connection(address, {});
  PgArrays arrays;
  std::vector<Update> rows;
  std::size_t created = 0;
  const auto insert = [&]() -> std::optional<DatabaseFailure> {
    if (rows.empty()) return std::nullopt;
    arrays.build(rows);
    rows.clear();
    connection.arm(std::chrono::seconds(30));
    const PgStep steps[] = {{&kRegisterRows, arrays.agents_and_keys()}};
    const PgAnswer answer = connection.run(steps);
    if (!answer.failure) created += answer.changed(0);
    return answer.failure;
  };
  for (const Uuid& agent : agents)
    for (const std::string_view key : keys) {
      if (!fits_key_column(key)) continue;
      rows.push_back({agent, key, {}, {}, {}});
      if (rows.size() < kRegisteredAtOnce) continue;
      if (auto failed = insert()) return *failed;
    }
  if (auto failed = insert()) return *failed;
  return created;
}

std::optional<DatabaseFailure> check_postgres(const PgAddress& address) {
  PgConnection connection(address, {});
  connection.arm(std::chrono::seconds(12));
  const PgStep steps[] = {{&kCheckWrite}};
  return connection.run(steps).failure;
}

}  // namespace metabatch::sql
