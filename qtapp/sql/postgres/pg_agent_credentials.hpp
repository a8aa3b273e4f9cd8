// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/agent_credentials.hpp"
#include "sql/postgres/connection/pg_on_demand.hpp"

namespace metabatch::sql {

/// Agents and tokens in PostgreSQL. Each call is one or two round trips, and ends within its limit
/// even when the server does not answer.
class PgAgentCredentials final : public AgentCredentials {
 public:
  explicit PgAgentCredentials(const PgAddress& address) : address_(address), connection_(address) {}

  DatabaseResult<std::vector<AgentToken>> tokens() override;
  DatabaseResult<std::vector<AgentToken>> find(std::span<const Uuid> ids) override;
  DatabaseResult<std::vector<UserSession>> sessions(std::span<const std::string> ids) override;
  DatabaseResult<std::optional<NotificationQueue>> notification_queue() override;
  std::optional<DatabaseFailure> create_table() override;
  std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) override;
  std::optional<DatabaseFailure> describe(const Uuid& agent, std::span<const KeyDescription> keys) override;
  DatabaseResult<std::vector<AgentSummary>> list() override;
  DatabaseResult<bool> remove(const Uuid& agent) override;

 private:
  /// The agents that are accepted; with `wants_all` not only those with these tokens or ids.
  DatabaseResult<std::vector<AgentToken>> read(std::span<const Uuid> ids, bool wants_all);

  const PgAddress address_;
  PgOnDemand connection_;
};

}  // namespace metabatch::sql
