// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "sql/agent_table.hpp"
#include "sql/sqlite/sqlite_connection.hpp"

namespace metabatch::sql {

/// Agents in a file. A file without the table of agents has none.
class SqliteAgents final : public Agents {
 public:
  explicit SqliteAgents(const std::string& file) : file_(file), connection_(file, std::chrono::seconds(5)) {}

  DatabaseResult<std::vector<AgentToken>> tokens() override;
  DatabaseResult<std::vector<MetadataRow>> rows(std::span<const Uuid> agents) override;
  DatabaseResult<std::optional<NotificationQueue>> notification_queue() override { return std::nullopt; }
  std::optional<DatabaseFailure> create_table() override;
  std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) override;
  DatabaseResult<std::vector<AgentSummary>> list() override;
  DatabaseResult<bool> remove(const Uuid& agent) override;

 private:
  std::optional<DatabaseFailure> ready();
  std::optional<DatabaseFailure> execute(const char* text);
  /// Runs a statement with texts for its parameters; `each` for every row.
  std::optional<DatabaseFailure> run(const char* text, std::initializer_list<std::string_view> parameters,
                                     const std::function<void(sqlite3_stmt*)>& each = {});

  const std::string file_;
  SqliteConnection connection_;
};

}  // namespace metabatch::sql
