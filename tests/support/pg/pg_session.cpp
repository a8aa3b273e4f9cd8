// SPDX-License-Identifier: Apache-2.0
#include "support/pg/pg_session.hpp"

#include <libpq-fe.h>

#include <QtGlobal>
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <thread>

#include "metabatch/chunks.hpp"

namespace metabatch::test {
namespace {

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

}  // namespace

PgSession::PgSession(const std::string& address) : connection_(PQconnectdb(address.c_str())) {
  if (PQstatus(connection_) != CONNECTION_OK) qFatal("%s", PQerrorMessage(connection_));
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  run("SET TimeZone = 'UTC'");
}

PgSession::~PgSession() { PQfinish(connection_); }

PgSession::Rows PgSession::run(const std::string& text) {
  const Result result(PQexec(connection_, text.c_str()), PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    qFatal("%s: %s", text.c_str(), PQerrorMessage(connection_));
  Rows rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    rows.emplace_back();
    for (int column = 0; column < PQnfields(result.get()); ++column)
      rows.back().emplace_back(PQgetvalue(result.get(), row, column),
                               static_cast<std::size_t>(PQgetlength(result.get(), row, column)));
  }
  return rows;
}

std::string PgSession::value(const std::string& text) {
  const Rows rows = run(text);
  if (rows.size() != 1 || rows[0].size() != 1) qFatal("%s: not one value", text.c_str());
  return rows[0][0];
}

std::string PgSession::refusal(const std::string& text) {
  const Result result(PQexec(connection_, text.c_str()), PQclear);
  const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  return state != nullptr ? state : "";
}

void PgSession::send(const std::string& text) {
  if (PQsendQuery(connection_, text.c_str()) != 1) qFatal("%s", PQerrorMessage(connection_));
}

int PgSession::pid() const { return PQbackendPID(connection_); }

std::vector<std::string> PgSession::notifications() {
  run("SELECT 1");
  std::vector<std::string> payloads;
  while (PGnotify* one = PQnotifies(connection_)) {
    payloads.emplace_back(one->extra);
    PQfreemem(one);
  }
  return payloads;
}

bool becomes(PgSession& session, const std::string& question, const std::string& wanted) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (session.value(question) != wanted) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::string create_table_sql(const std::string& with) {
  return "CREATE UNLOGGED TABLE workspace_agent_metadata ("
         "workspace_agent_id uuid NOT NULL, display_name varchar(127) NOT NULL, key varchar(127) NOT NULL,"
         "script varchar(65535) NOT NULL, value varchar(65535) NOT NULL DEFAULT '', error varchar(65535) NOT NULL "
         "DEFAULT '',"
         "timeout bigint NOT NULL, interval bigint NOT NULL,"
         "collected_at timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00+00', display_order integer NOT NULL DEFAULT 0,"
         "PRIMARY KEY (workspace_agent_id, key)) " +
         with;
}

void register_rows(PgSession& session, std::size_t agents, std::size_t keys) {
  session.run(
      "INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval) "
      "SELECT lpad(to_hex(a), 32, '0')::uuid, 'name', 'k' || k, 'script', 0, 0 "
      "FROM generate_series(1, " +
      std::to_string(agents) + ") a, generate_series(0, " + std::to_string(keys) + " - 1) k");
}

Uuid agent_number(std::uint64_t number) {
  Uuid id;
  for (std::size_t i = 0; i < 8; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return id;
}

std::string key_number(std::size_t number) { return "k" + std::to_string(number); }

WallTime at_us(std::int64_t microseconds) { return WallTime(std::chrono::microseconds(microseconds)); }

Entries& Entries::add(Uuid agent, std::string key, std::string value, std::string error, WallTime time) {
  owned_.push_back({agent, std::move(key), std::move(value), std::move(error), time});
  return *this;
}

std::vector<Update> Entries::sorted() const {
  std::vector<Update> all;
  for (const Owned& one : owned_) all.push_back({one.agent, one.key, one.value, one.error, one.time});
  std::sort(all.begin(), all.end(),
            [](const Update& a, const Update& b) { return a.agent == b.agent ? a.key < b.key : a.agent < b.agent; });
  return all;
}

std::vector<std::string> Entries::chunks() const {
  std::vector<Uuid> agents;
  const std::vector<Update> all = sorted();
  for (const Update& one : all)
    if (agents.empty() || !(agents.back() == one.agent)) agents.push_back(one.agent);
  auto encoded = encode_chunks(agents);
  return *encoded;
}

void Model::insert_rows(std::size_t agents, std::size_t keys) {
  for (std::size_t agent = 1; agent <= agents; ++agent)
    for (std::size_t key = 0; key < keys; ++key) insert(agent_number(agent), key_number(key));
}

void Model::offer(const Update& update) {
  const auto row = rows_.find({update.agent, std::string(update.key)});
  if (row == rows_.end() || row->second.time > update.collected_at.time_since_epoch().count()) return;
  row->second = {std::string(update.value), std::string(update.error), update.collected_at.time_since_epoch().count()};
}

std::string Model::difference(PgSession& session) const {
  std::size_t seen = 0;
  for (const auto& row : session.run("SELECT workspace_agent_id, key, value, error, (extract(epoch FROM collected_at - "
                                     "'2000-01-01 00:00:00+00') * 1000000 + 946684800000000)::bigint "
                                     "FROM workspace_agent_metadata")) {
    const auto found = rows_.find({parse_uuid(row[0]).value(), row[1]});
    if (found == rows_.end()) return "a row that nobody made: " + row[0] + " " + row[1];
    ++seen;
    const Row& wanted = found->second;
    if (row[2] == wanted.value && row[3] == wanted.error && row[4] == std::to_string(wanted.time)) continue;
    return row[0] + " " + row[1] + " holds " + row[2] + " | " + row[3] + " | " + row[4] + ", wanted " + wanted.value +
           " | " + wanted.error + " | " + std::to_string(wanted.time);
  }
  return seen == rows_.size() ? "" : std::to_string(rows_.size() - seen) + " rows are missing";
}

std::vector<Uuid> named(const std::vector<std::string>& payloads) {
  std::set<Uuid> agents;
  for (const std::string& payload : payloads) {
    const auto ids = decode_chunk(payload);
    if (!ids) qFatal("not a chunk: %s", payload.c_str());
    agents.insert(ids->begin(), ids->end());
  }
  return {agents.begin(), agents.end()};
}

std::vector<Uuid> agents_of(const std::vector<Update>& entries) {
  std::set<Uuid> agents;
  for (const Update& one : entries) agents.insert(one.agent);
  return {agents.begin(), agents.end()};
}

sql::PgOptions options_at(const std::string& address) {
  sql::PgOptions options;
  options.address = std::get<sql::PgAddress>(sql::PgAddress::parse(address));
  return options;
}

std::map<Fate, std::size_t> counts(const FlushOutcome& outcome, std::size_t entries) {
  if (outcome.fates.empty())
    return {{outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten, entries}};
  std::map<Fate, std::size_t> counted;
  for (const Fate fate : outcome.fates) ++counted[fate];
  return counted;
}

}  // namespace metabatch::test
