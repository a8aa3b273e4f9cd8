// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_agent_credentials.hpp"

#include <sqlite3.h>

#include "sql/postgres/pg_agent_credentials.hpp"
#include "sql/sqlite/sqlite_store.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

Uuid id_of(sqlite3_stmt* row, int column) { return parse_uuid(sqlite_text(row, column)).value_or({}); }

}  // namespace

std::unique_ptr<AgentCredentials> AgentCredentials::of(const Database& database) {
  if (database.postgres() != nullptr) return std::make_unique<PgAgentCredentials>(*database.postgres());
  return std::make_unique<SqliteAgentCredentials>(*database.sqlite_file());
}

DatabaseResult<std::vector<AgentToken>> SqliteAgentCredentials::tokens() {
  if (auto failed = connection_.ready()) return *failed;
  if (auto failed = connection_.execute(statements::sqlite_create_agents)) return *failed;
  std::vector<AgentToken> found;
  if (auto failed = connection_.run(statements::sqlite_read_tokens, {}, [&](sqlite3_stmt* row) {
        found.push_back({id_of(row, 0), id_of(row, 1), {}});
      }))
    return *failed;
  return found;
}

DatabaseResult<std::vector<AgentToken>> SqliteAgentCredentials::find(std::span<const Uuid> ids) {
  if (auto failed = create_table()) return *failed;
  std::vector<AgentToken> found;
  for (const Uuid& id : ids) {
    const std::string text = format_uuid(id);
    if (auto failed = connection_.run(statements::sqlite_find_token, {text}, [&](sqlite3_stmt* row) {
          found.push_back({id_of(row, 0), id_of(row, 1), {}});
        }))
      return *failed;
  }
  return found;
}

std::optional<DatabaseFailure> SqliteAgentCredentials::create_table() {
  if (auto failed = connection_.ready()) return failed;
  return connection_.execute(statements::sqlite_create_agents);
}

std::optional<DatabaseFailure> SqliteAgentCredentials::add(const AgentToken& agent,
                                                           std::span<const std::string_view> keys) {
  if (auto failed = connection_.ready()) return failed;
  const std::string id = format_uuid(agent.agent), token = format_uuid(agent.token);
  if (auto failed = connection_.run(statements::sqlite_add_agent, {id, token})) return failed;
  const auto registered = register_agents(file_, {&agent.agent, 1}, keys);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&registered)) return *failed;
  return std::nullopt;
}

std::optional<DatabaseFailure> SqliteAgentCredentials::describe(const Uuid& agent,
                                                                std::span<const KeyDescription> keys) {
  if (auto failed = connection_.ready()) return failed;
  const std::string id = format_uuid(agent);
  const auto text = [](const auto& number) { return number ? std::to_string(*number) : std::string(); };
  for (const KeyDescription& one : keys) {
    if (auto wrong = connection_.run(
            statements::sqlite_describe_row,
            {id, one.key, one.display_name, one.script, text(one.interval), text(one.timeout), text(one.order)}))
      return wrong;
  }
  return std::nullopt;
}

DatabaseResult<std::vector<AgentSummary>> SqliteAgentCredentials::list() {
  if (auto failed = create_table()) return *failed;
  std::vector<AgentSummary> found;
  if (auto failed = connection_.run(statements::sqlite_list_agents, {}, [&](sqlite3_stmt* row) {
        if (found.empty() || !(found.back().agent == id_of(row, 0))) found.push_back({id_of(row, 0), {}});
        if (sqlite3_column_type(row, 1) != SQLITE_NULL) found.back().keys.push_back(sqlite_text(row, 1));
      }))
    return *failed;
  return found;
}

DatabaseResult<bool> SqliteAgentCredentials::remove(const Uuid& agent) {
  if (auto failed = create_table()) return *failed;
  const std::string id = format_uuid(agent);
  if (auto failed = connection_.run(statements::sqlite_remove_rows, {id})) return *failed;
  if (auto failed = connection_.run(statements::sqlite_remove_agent, {id})) return *failed;
  return sqlite3_changes(connection_.handle()) > 0;
}

}  // namespace metabatch::sql
