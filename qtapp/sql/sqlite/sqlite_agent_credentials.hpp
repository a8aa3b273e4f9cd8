// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/agent_credentials.hpp"
#include "sql/sqlite/sqlite_on_demand.hpp"

namespace metabatch::sql {

/// Agents and tokens in a SQLite file. A file without the table of agents has none.
class SqliteAgentCredentials final : public AgentCredentials {
 public:
  explicit SqliteAgentCredentials(const std::string& file) : file_(file), connection_(file) {}

  DatabaseResult<std::vector<AgentToken>> tokens() override;
  DatabaseResult<std::vector<AgentToken>> find(std::span<const Uuid> ids) override;
  DatabaseResult<std::vector<UserSession>> sessions(std::span<const std::string>) override {
    return std::vector<UserSession>{};
  }
  DatabaseResult<std::optional<NotificationQueue>> notification_queue() override { return std::nullopt; }
  std::optional<DatabaseFailure> create_table() override;
  std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) override;
  std::optional<DatabaseFailure> describe(const Uuid& agent, std::span<const KeyDescription> keys) override;
  DatabaseResult<std::vector<AgentSummary>> list() override;
  DatabaseResult<bool> remove(const Uuid& agent) override;

 private:
  const std::string file_;
  SqliteOnDemand connection_;
};

}  // namespace metabatch::sql
