// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/agent_rows.hpp"
#include "sql/postgres/connection/pg_on_demand.hpp"

namespace metabatch::sql {

/// The rows of agents in PostgreSQL: one round trip a call.
class PgAgentRows final : public AgentRows {
 public:
  explicit PgAgentRows(const PgAddress& address) : connection_(address) {}

  DatabaseResult<std::vector<MetadataRow>> rows(std::span<const Uuid> agents) override;
  DatabaseResult<StaleRows> stale_rows(Duration unwritten) override;

 private:
  PgOnDemand connection_;
};

}  // namespace metabatch::sql
