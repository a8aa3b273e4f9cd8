// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/agent_table.hpp"
#include "sql/postgres/pg_connection.hpp"

namespace metabatch::sql {

/// Agents in PostgreSQL. Each call is one round trip and one transaction, and is over within its limit however dead the
/// server is.
class PgAgents final : public Agents {
 public:
  explicit PgAgents(const PgAddress& address) : address_(address), connection_(address, {}) {}

  DatabaseResult<std::vector<AgentToken>> tokens() override;
  DatabaseResult<std::vector<MetadataRow>> rows(std::span<const Uuid> agents) override;
  DatabaseResult<std::optional<NotificationQueue>> notification_queue() override;
  std::optional<DatabaseFailure> create_table() override;
  std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) override;
  DatabaseResult<std::vector<AgentSummary>> list() override;
  DatabaseResult<bool> remove(const Uuid& agent) override;

 private:
  DatabaseResult<std::vector<PgResult>> run(std::span<const PgStep> steps);

  const PgAddress address_;
  PgConnection connection_;
};

}  // namespace metabatch::sql
