// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_on_demand.hpp"

#include <libpq-fe.h>

#include <utility>

namespace metabatch::sql {
namespace {

constexpr Duration kLimit = std::chrono::seconds(10);  // of one call, connecting included

}  // namespace

DatabaseResult<std::vector<PgResult>> PgOnDemand::run(std::span<const PgStep> steps) {
  connection_.arm(kLimit);
  const bool was_open = connection_.is_open();
  PgAnswer answer = connection_.run(steps);
  if (was_open && answer.failure && answer.failure->failure == FailureClass::connection)
    answer = connection_.run(steps);  // the connection died while it was idle
  if (answer.failure) return std::move(*answer.failure);
  return std::move(answer.results);
}

}  // namespace metabatch::sql
