// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_agent_credentials.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>

#include "engine/clock.hpp"
#include "sql/postgres/connection/pg_row.hpp"
#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/postgres/store/pg_registration.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kReadTokens = {nullptr, statements::pg_agents_read_tokens};
constexpr PgStatement kReadBuildTokens = {nullptr, statements::pg_agents_read_build_tokens};
constexpr PgStatement kFindBuilds = {nullptr, statements::pg_agents_find_builds};
constexpr PgStatement kFindSessions = {nullptr, statements::pg_agents_find_sessions};
constexpr PgStatement kDescribeRow = {nullptr, statements::pg_describe_row};
constexpr PgStatement kReadQueue = {nullptr, statements::pg_server_read_queue};
constexpr PgStatement kAddAgent = {nullptr, statements::pg_agents_add};
constexpr PgStatement kListAgents = {nullptr, statements::pg_agents_list};
constexpr PgStatement kRemoveAgent = {nullptr, statements::pg_agents_remove};
constexpr PgStatement kRemoveRows = {nullptr, statements::pg_remove_rows};

/// The remedies that a failure has by itself are those of the table of rows.
DatabaseFailure explained(DatabaseFailure failure, std::string_view what) {
  if (failure.sqlstate == "42501")
    failure.message = failure.message.substr(0, failure.message.find(';')) + "; " + std::string(what) +
                      " need the grants for the service that metabatch init-db prints";
  if (failure.sqlstate == "42703")
    failure.message = failure.message.substr(0, failure.message.find(';')) + "; " + std::string(what) +
                      " are read from tables as a current control plane has them";
  return failure;
}

std::optional<std::array<std::uint8_t, 32>> hash_of(const std::string& hex) {
  std::array<std::uint8_t, 32> hash{};
  if (hex.size() != hash.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < hash.size(); ++i)
    hash[i] = static_cast<std::uint8_t>(std::strtoul(hex.substr(i * 2, 2).c_str(), nullptr, 16));
  return hash;
}

template <class Number>
std::string text_or_empty(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : std::string();
}

}  // namespace

DatabaseResult<std::vector<AgentToken>> PgAgentCredentials::tokens() { return read({}, true); }

DatabaseResult<std::vector<AgentToken>> PgAgentCredentials::find(std::span<const Uuid> ids) {
  if (ids.empty()) return std::vector<AgentToken>{};
  return read(ids, false);
}

// The tables are looked for each time, because a control plane may be installed while a service
// runs.
DatabaseResult<std::vector<AgentToken>> PgAgentCredentials::read(std::span<const Uuid> ids, bool wants_all) {
  const PgStep find[] = {{&kFindBuilds}};
  const auto has_builds = connection_.run(find);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&has_builds)) return *failed;
  const bool is_by_build = PgRow(std::get<0>(has_builds)[0].get()).is_true(0);
  const PgUuidArray array(ids);
  const PgParameter parameters[] = {array.all()[0], {wants_all ? "true" : "false"}};
  const PgStep steps[] = {{is_by_build ? &kReadBuildTokens : &kReadTokens, parameters}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return explained(*failed, "tokens of agents");
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<AgentToken> found;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const PgRow row(result.get(), i);
    found.push_back({row.id(0), row.id(1), {}});
    if (!row.is_null(2)) found.back().owner = row.id(2);
  }
  return found;
}

DatabaseResult<std::vector<UserSession>> PgAgentCredentials::sessions(std::span<const std::string> ids) {
  std::string array = "{";
  for (const std::string& id : ids) array.append(array.size() > 1 ? "," : "").append(id);
  array += '}';
  const PgParameter parameters[] = {{array}};
  const PgStep steps[] = {{&kFindSessions, parameters}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return explained(*failed, "sessions of people");
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<UserSession> found;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const PgRow row(result.get(), i);
    const auto hash = hash_of(row.text(1));
    if (!hash) continue;
    found.push_back({row.text(0), *hash, row.id(2), std::chrono::milliseconds(row.number(3)), row.is_true(4)});
  }
  return found;
}

DatabaseResult<std::optional<NotificationQueue>> PgAgentCredentials::notification_queue() {
  const PgStep steps[] = {{&kReadQueue}};
  const WallTime asked = engine::system_clock().wall_now();
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const WallTime answered = engine::system_clock().wall_now();
  const PgRow row(std::get<0>(answer)[0].get());
  NotificationQueue queue{.usage = row.real(0), .pid = std::nullopt, .oldest = {}};
  if (!row.is_null(1)) queue.pid = row.number(1);
  if (!row.is_null(2)) queue.oldest = std::chrono::milliseconds(std::max(row.number(2), std::int64_t{0}));
  queue.clock_ahead = asked + (answered - asked) / 2 - WallTime(std::chrono::microseconds(row.number(3)));
  return queue;
}

// A role that may not create tables may still register agents in a table that exists.
std::optional<DatabaseFailure> PgAgentCredentials::create_table() {
  const PgStep find[] = {{&kFindAgents}};
  const auto found = connection_.run(find);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&found)) return *failed;
  if (*PQgetvalue(std::get<0>(found)[0].get(), 0, 0) == 't') return std::nullopt;
  const PgStep steps[] = {{&kCreateAgents}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  return std::nullopt;
}

std::optional<DatabaseFailure> PgAgentCredentials::add(const AgentToken& agent,
                                                       std::span<const std::string_view> keys) {
  const std::string id = format_uuid(agent.agent), token = format_uuid(agent.token);
  const PgParameter parameters[] = {{id}, {token}};
  const PgStep steps[] = {{&kAddAgent, parameters}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const auto registered = register_agents(address_, {&agent.agent, 1}, keys);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&registered)) return *failed;
  return std::nullopt;
}

std::optional<DatabaseFailure> PgAgentCredentials::describe(const Uuid& agent, std::span<const KeyDescription> keys) {
  const std::string id = format_uuid(agent);
  for (const KeyDescription& one : keys) {
    const std::string interval = text_or_empty(one.interval), timeout = text_or_empty(one.timeout),
                      order = text_or_empty(one.order);
    const PgParameter parameters[] = {{id},      {one.key}, {one.display_name}, {one.script}, {interval},
                                      {timeout}, {order}};
    const PgStep steps[] = {{&kDescribeRow, parameters}};
    const auto answer = connection_.run(steps);
    if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  }
  return std::nullopt;
}

DatabaseResult<std::vector<AgentSummary>> PgAgentCredentials::list() {
  const PgStep steps[] = {{&kListAgents}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  const PgResult& result = std::get<0>(answer)[0];
  std::vector<AgentSummary> found;
  for (int i = 0; i < PQntuples(result.get()); ++i) {
    const PgRow row(result.get(), i);
    if (found.empty() || !(found.back().agent == row.id(0))) found.push_back({row.id(0), {}});
    if (!row.is_null(1)) found.back().keys.push_back(row.text(1));
  }
  return found;
}

DatabaseResult<bool> PgAgentCredentials::remove(const Uuid& agent) {
  const std::string id = format_uuid(agent);
  const PgParameter parameters[] = {{id}};
  const PgStep steps[] = {{&kRemoveRows, parameters}, {&kRemoveAgent, parameters}};
  const auto answer = connection_.run(steps);
  if (const auto* const failed = std::get_if<DatabaseFailure>(&answer)) return *failed;
  return std::strtoull(PQcmdTuples(std::get<0>(answer)[1].get()), nullptr, 10) > 0;
}

}  // namespace metabatch::sql
