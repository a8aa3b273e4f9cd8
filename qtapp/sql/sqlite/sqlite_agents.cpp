// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_agents.hpp"

#include <sqlite3.h>

#include "sql/postgres/pg_agents.hpp"
#include "sql/sqlite/sqlite_store.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

Uuid id_of(sqlite3_stmt* row, int column) { return parse_uuid(text_of(row, column)).value_or({}); }

DatabaseFailure told(const SqliteFailure& failure) { return {failure.failure, failure.message}; }

void bind_text(sqlite3_stmt* statement, int parameter, std::string_view text) {
  sqlite3_bind_text(statement, parameter, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

MetadataRow row_of(sqlite3_stmt* row, const Uuid& agent) {
  return {.agent = agent,
          .key = text_of(row, 0),
          .display_name = text_of(row, 1),
          .script = text_of(row, 2),
          .interval = sqlite3_column_int64(row, 3),
          .timeout = sqlite3_column_int64(row, 4),
          .value = text_of(row, 5),
          .error = text_of(row, 6),
          .collected_at = WallTime(std::chrono::microseconds(sqlite3_column_int64(row, 7)))};
}

}  // namespace

std::unique_ptr<Agents> Agents::of(const Database& database) {
  if (database.postgres() != nullptr) return std::make_unique<PgAgents>(*database.postgres());
  return std::make_unique<SqliteAgents>(database.shown());
}

std::optional<DatabaseFailure> SqliteAgents::ready() {
  connection_.arm();
  if (connection_.is_open() && !connection_.is_stale()) return std::nullopt;
  if (const auto failed = connection_.open()) return told(*failed);
  return std::nullopt;
}

std::optional<DatabaseFailure> SqliteAgents::execute(const char* text) {
  if (const auto failed = connection_.execute(text)) return told(*failed);
  return std::nullopt;
}

std::optional<DatabaseFailure> SqliteAgents::run(const char* text, std::initializer_list<std::string_view> parameters,
                                                 const std::function<void(sqlite3_stmt*)>& each) {
  sqlite3_stmt* prepared = nullptr;
  if (const int code = sqlite3_prepare_v2(connection_.handle(), text, -1, &prepared, nullptr); code != SQLITE_OK)
    return told(connection_.failure(code));
  const Statement statement(prepared);
  int number = 0;
  for (const std::string_view parameter : parameters) bind_text(prepared, ++number, parameter);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(prepared)) == SQLITE_ROW)
    if (each) each(prepared);
  if (code != SQLITE_DONE) return told(connection_.failure(code));
  return std::nullopt;
}

DatabaseResult<std::vector<AgentToken>> SqliteAgents::tokens() {
  if (auto failed = ready()) return *failed;
  if (auto failed = execute(statements::sqlite_create_agents)) return *failed;
  std::vector<AgentToken> found;
  if (auto failed = run(statements::sqlite_read_tokens, {}, [&](sqlite3_stmt* row) {
        found.push_back({id_of(row, 0), id_of(row, 1)});
      }))
    return *failed;
  return found;
}

DatabaseResult<std::vector<MetadataRow>> SqliteAgents::rows(std::span<const Uuid> agents) {
  if (auto failed = ready()) return *failed;
  if (auto failed = execute("BEGIN")) return *failed;
  std::vector<MetadataRow> found;
  sqlite3_stmt* prepared = nullptr;
  int code = sqlite3_prepare_v2(connection_.handle(), statements::sqlite_read_rows, -1, &prepared, nullptr);
  Statement statement(prepared);
  for (const Uuid& agent : agents) {
    if (code != SQLITE_OK) break;
    const std::string id = format_uuid(agent);
    bind_text(prepared, 1, id);
    while ((code = sqlite3_step(prepared)) == SQLITE_ROW) found.push_back(row_of(prepared, agent));
    code = sqlite3_reset(prepared);
  }
  statement.reset();
  if (code != SQLITE_OK) {
    const DatabaseFailure failed = told(connection_.failure(code));
    (void)connection_.execute("ROLLBACK");
    return failed;
  }
  if (auto failed = execute("COMMIT")) return *failed;
  return found;
}

std::optional<DatabaseFailure> SqliteAgents::create_table() {
  if (auto failed = ready()) return failed;
  return execute(statements::sqlite_create_agents);
}

std::optional<DatabaseFailure> SqliteAgents::add(const AgentToken& agent, std::span<const std::string_view> keys) {
  if (auto failed = ready()) return failed;
  const std::string id = format_uuid(agent.agent), token = format_uuid(agent.token);
  if (auto failed = run(statements::sqlite_add_agent, {id, token})) return failed;
  const auto registered = register_agents(file_, {&agent.agent, 1}, keys);
  if (const auto* const failed = std::get_if<SqliteFailure>(&registered)) return told(*failed);
  return std::nullopt;
}

DatabaseResult<std::vector<AgentSummary>> SqliteAgents::list() {
  if (auto failed = create_table()) return *failed;
  std::vector<AgentSummary> found;
  if (auto failed = run(statements::sqlite_list_agents, {}, [&](sqlite3_stmt* row) {
        if (found.empty() || !(found.back().agent == id_of(row, 0))) found.push_back({id_of(row, 0), {}});
        if (sqlite3_column_type(row, 1) != SQLITE_NULL) found.back().keys.push_back(text_of(row, 1));
      }))
    return *failed;
  return found;
}

DatabaseResult<bool> SqliteAgents::remove(const Uuid& agent) {
  if (auto failed = create_table()) return *failed;
  const std::string id = format_uuid(agent);
  if (auto failed = run(statements::sqlite_remove_rows, {id})) return *failed;
  if (auto failed = run(statements::sqlite_remove_agent, {id})) return *failed;
  return sqlite3_changes(connection_.handle()) > 0;
}

}  // namespace metabatch::sql
