// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_schema.hpp"

#include <libpq-fe.h>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kFindTable = {nullptr, statements::pg_find_table};
constexpr PgStatement kCreateTable = {nullptr, statements::pg_create_table};

DatabaseResult<bool> create(const PgAddress& address, const PgStatement& find, const PgStatement& make) {
  PgConnection connection(address, {});
  connection.arm(std::chrono::seconds(15));
  const PgStep steps[] = {{&find}, {&make}};
  const PgAnswer answer = connection.run(steps);
  if (answer.failure) return *answer.failure;
  return *PQgetvalue(answer.results[0].get(), 0, 0) == 'f';
}

}  // namespace

DatabaseResult<bool> create_table(const PgAddress& address) { return create(address, kFindTable, kCreateTable); }

DatabaseResult<bool> create_agents_table(const PgAddress& address) {
  return create(address, kFindAgents, kCreateAgents);
}

std::string_view grants_sql() { return statements::pg_grants; }
std::string_view agents_grants_sql() { return statements::pg_agents_grants; }

}  // namespace metabatch::sql
