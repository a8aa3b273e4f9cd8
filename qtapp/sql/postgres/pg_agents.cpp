// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_agents.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>

#include "sql/postgres/pg_store.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kReadTokens = {nullptr, statements::pg_read_tokens};
constexpr PgStatement kReadRows = {"metabatch_rows", statements::pg_read_rows};
constexpr PgStatement kLookAtQueue = {nullptr, statements::pg_look_at_queue};
constexpr PgStatement kFindAgents = {nullptr, statements::pg_find_agents};
constexpr PgStatement kCreateAgents = {nullptr, statements::pg_create_agents};
constexpr PgStatement kAddAgent = {nullptr, statements::pg_add_agent};
constexpr PgStatement kListAgents = {nullptr, statements::pg_list_agents};
constexpr PgStatement kRemoveAgent = {nullptr, statements::pg_remove_agent};
constexpr PgStatement kRemoveRows = {nullptr, statements::pg_remove_rows};

constexpr Duration kLimit = std::chrono::seconds(10);  // of one call, connecting included

/// The rows of a result, read field by field.
class Row {
 public:
  Row(const PgResult& result, int number) : result_(result.get()), number_(number) {}
  [[nodiscard]] std::string text(int column) const {
    return {PQgetvalue(result_, number_, column), static_cast<std::size_t>(PQgetlength(result_, number_, column))};
  }
  [[nodiscard]] std::int64_t number(int column) const {
    return std::strtoll(PQgetvalue(result_, number_, column), nullptr, 10);
  }
  [[nodiscard]] double real(int column) const { return std::strtod(PQgetvalue(result_, number_, column), nullptr); }
  [[nodiscard]] Uuid id(int column) const { return parse_uuid(PQgetvalue(result_, number_, column)).value_or({}); }
  [[nodiscard]] bool is_null(int column) const { return PQgetisnull(result_, number_, column) == 1; }

 private:
  const pg_result* result_;
  int number_;
};

std::string array_of(std::span<const Uuid> agents) {
  std::string text = "{";
  text.reserve(agents.size() * (kUuidChars + 1) + 2);
  for (const Uuid& agent : agents) {
    if (text.size() > 1) text += ',';
    char id[kUuidChars];
    format_uuid_to(agent, id);
    text.append(id, sizeof id);
  }
  return text += '}';
}

DatabaseFailure told(const PgFailure& failure) { return {failure.failure, failure.message}; }

}  // namespace

DatabaseResult<std::vector<PgResult>> PgAgents::run(std::span<const PgStep> steps) {
  connection_.arm(kLimit);
  const bool was_open = connection_.is_open();
  PgAnswer answer = connection_.run(steps);
  if (was_open && answer.failure && answer.failure->failure == FailureClass::connection)
    answer = connection_.run(steps);  // it had died while nobody used it; to do all of this twice is harmless
  if (answer.failure) return told(*answer.failure);
  return std::move(answer.results);
}

DatabaseResult<std::vector<AgentToken>> PgAgents::tokens() {
  const PgStep steps[] = {{&kReadTokens}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<AgentToken> found;
  for (int i = 0; i < PQntuples(result.get()); ++i) found.push_back({Row(result, i).id(0), Row(result, i).id(1)});
  return found;
}

DatabaseResult<std::vector<MetadataRow>> PgAgents::rows(std::span<const Uuid> agents) {
  const std::string array = array_of(agents);
  const PgParameter parameters[] = {{array}};
  const PgStep steps[] = {{&kReadRows, parameters}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<MetadataRow> found;
  found.reserve(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const Row row(result, i);
    found.push_back({.agent = row.id(0),
                     .key = row.text(1),
                     .display_name = row.text(2),
                     .script = row.text(3),
                     .interval = row.number(4),
                     .timeout = row.number(5),
                     .value = row.text(6),
                     .error = row.text(7),
                     .collected_at = WallTime(std::chrono::microseconds(row.number(8)))});
  }
  return found;
}

DatabaseResult<std::optional<NotificationQueue>> PgAgents::notification_queue() {
  const PgStep steps[] = {{&kLookAtQueue}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const Row row(std::get<0>(answer)[0], 0);
  NotificationQueue queue{.usage = row.real(0), .pid = std::nullopt, .oldest = {}};
  if (!row.is_null(1)) queue.pid = row.number(1);
  if (!row.is_null(2)) queue.oldest = std::chrono::milliseconds(std::max(row.number(2), std::int64_t{0}));
  return queue;
}

// Who may not create anything may still register agents in a table that is there.
std::optional<DatabaseFailure> PgAgents::create_table() {
  const PgStep look[] = {{&kFindAgents}};
  const auto found = run(look);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&found)) return *failed;
  if (*PQgetvalue(std::get<0>(found)[0].get(), 0, 0) == 't') return std::nullopt;
  const PgStep steps[] = {{&kCreateAgents}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  return std::nullopt;
}

std::optional<DatabaseFailure> PgAgents::add(const AgentToken& agent, std::span<const std::string_view> keys) {
  const std::string id = format_uuid(agent.agent), token = format_uuid(agent.token);
  const PgParameter parameters[] = {{id}, {token}};
  const PgStep steps[] = {{&kAddAgent, parameters}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const auto registered = register_agents(address_, {&agent.agent, 1}, keys);
  if (const auto* const failed = std::get_if<PgFailure>(&registered)) return told(*failed);
  return std::nullopt;
}

DatabaseResult<std::vector<AgentSummary>> PgAgents::list() {
  const PgStep steps[] = {{&kListAgents}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<AgentSummary> found;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const Row row(result, i);
    if (found.empty() || !(found.back().agent == row.id(0))) found.push_back({row.id(0), {}});
    if (!row.is_null(1)) found.back().keys.push_back(row.text(1));
  }
  return found;
}

DatabaseResult<bool> PgAgents::remove(const Uuid& agent) {
  const std::string id = format_uuid(agent);
  const PgParameter parameters[] = {{id}};
  const PgStep steps[] = {{&kRemoveRows, parameters}, {&kRemoveAgent, parameters}};
  const auto answer = run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  return std::strtoull(PQcmdTuples(std::get<0>(answer)[1].get()), nullptr, 10) > 0;
}

}  // namespace metabatch::sql
