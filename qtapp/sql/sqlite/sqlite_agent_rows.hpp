// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/agent_rows.hpp"
#include "sql/sqlite/sqlite_on_demand.hpp"

namespace metabatch::sql {

/// The rows of agents in a file, read in one transaction.
class SqliteAgentRows final : public AgentRows {
 public:
  explicit SqliteAgentRows(const std::string& file) : connection_(file) {}

  DatabaseResult<std::vector<MetadataRow>> rows(std::span<const Uuid> agents) override;
  DatabaseResult<StaleRows> stale_rows(Duration unwritten) override;

 private:
  std::optional<DatabaseFailure> read(std::span<const Uuid> agents, std::vector<MetadataRow>& found);

  SqliteOnDemand connection_;
};

}  // namespace metabatch::sql
