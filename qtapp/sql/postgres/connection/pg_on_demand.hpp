// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "sql/database_failure.hpp"
#include "sql/postgres/connection/pg_connection.hpp"

namespace metabatch::sql {

/// A connection for occasional calls. The first call opens it; a later call opens it again if it
/// died while idle. Belongs to one thread.
class PgOnDemand {
 public:
  explicit PgOnDemand(const PgAddress& address) : connection_(address, {}) {}

  /// Runs the steps in one transaction, within a limit of ten seconds. The steps may run twice, so
  /// they must be idempotent.
  DatabaseResult<std::vector<PgResult>> run(std::span<const PgStep> steps);

 private:
  PgConnection connection_;
};

}  // namespace metabatch::sql
