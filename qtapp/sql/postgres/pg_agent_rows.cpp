// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_agent_rows.hpp"

#include <libpq-fe.h>

#include "sql/postgres/connection/pg_row.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kReadRows = {"metabatch_rows", statements::pg_read_rows};
constexpr PgStatement kCountStaleRows = {nullptr, statements::pg_rows_count_stale};

}  // namespace

DatabaseResult<std::vector<MetadataRow>> PgAgentRows::rows(std::span<const Uuid> agents) {
  const PgUuidArray array(agents);
  const PgStep steps[] = {{&kReadRows, array.all()}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<MetadataRow> found;
  found.reserve(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const PgRow row(result.get(), i);
    found.push_back({.agent = row.id(0),
                     .key = row.text(1),
                     .display_name = row.text(2),
                     .script = row.text(3),
                     .interval = row.number(4),
                     .timeout = row.number(5),
                     .value = row.text(6),
                     .error = row.text(7),
                     .collected_at = WallTime(std::chrono::microseconds(row.number(8)))});
  }
  return found;
}

DatabaseResult<StaleRows> PgAgentRows::stale_rows(Duration unwritten) {
  const std::string limit = std::to_string(std::chrono::floor<std::chrono::milliseconds>(unwritten).count());
  const PgParameter parameters[] = {{limit}};
  const PgStep steps[] = {{&kCountStaleRows, parameters}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const PgRow row(std::get<0>(answer)[0].get(), 0);
  return StaleRows{static_cast<std::size_t>(row.number(0)), static_cast<std::size_t>(row.number(1)),
                   std::chrono::milliseconds(row.number(2))};
}

}  // namespace metabatch::sql
