// SPDX-License-Identifier: Apache-2.0
#include "sql/pg_schema.hpp"

#include <libpq-fe.h>

#include "sql/pg_connection.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kFindTable = {nullptr, statements::pg_find_table};
constexpr PgStatement kCreateTable = {nullptr, statements::pg_create_table};

}  // namespace

std::variant<bool, PgFailure> create_table(const PgAddress& address) {
  PgConnection connection(address, {});
  connection.arm(std::chrono::seconds(15));
  const PgStep steps[] = {{&kFindTable}, {&kCreateTable}};
  const PgAnswer answer = connection.run(steps);
  if (answer.failure) return *answer.failure;
  return *PQgetvalue(answer.results[0].get(), 0, 0) == 'f';
}

std::string_view grants_sql() { return statements::pg_grants; }

}  // namespace metabatch::sql
