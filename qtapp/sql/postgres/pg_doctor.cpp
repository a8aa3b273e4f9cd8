// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kReadServer = {nullptr, statements::pg_read_server};
constexpr PgStatement kReadTable = {nullptr, statements::pg_read_table};
constexpr PgStatement kCountFutureStamps = {nullptr, statements::pg_count_future_stamps};

constexpr double kSkewWorthAWord = 1.0;  // seconds
constexpr double kQueueWorthAWord =
    0.01;  // of the notification queue: somebody who listens stands still; PostgreSQL itself warns from 0.5 on
constexpr double kSlowAnswer = 0.05;  // seconds a round trip
constexpr int kOldestVersion = 130000;
constexpr int kRoomyFillfactor = 70;

using Verdict = PgFinding::Verdict;
using Clock = std::chrono::system_clock;

/// One row by the names of its columns.
class Row {
 public:
  explicit Row(const PGresult* result) : result_(result) {}
  [[nodiscard]] std::string text(const char* column) const {
    return PQgetvalue(result_, 0, PQfnumber(result_, column));
  }
  [[nodiscard]] bool is(const char* column) const { return text(column) == "t"; }
  [[nodiscard]] double number(const char* column) const { return std::strtod(text(column).c_str(), nullptr); }

 private:
  const PGresult* result_;
};

std::string with_unit(double number, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%.3g %s", number, unit);
  return text;
}

}  // namespace

class PgExamination::Looks {
 public:
  explicit Looks(const PgAddress& address) : connection_(address, {}) {}

  std::vector<PgFinding> run() {
    connection_.arm(std::chrono::seconds(20));
    if (is_cancelled_) return {};  // before arm(), which forgets it
    if (look_at_server() && look_at_table()) look_at_rows();
    return std::move(findings_);
  }

  void cancel() noexcept {
    is_cancelled_ = true;
    connection_.cancel();
  }

 private:
  void tell(bool is_good, Verdict otherwise, const char* subject, const std::string& text, const std::string& cure) {
    findings_.push_back({is_good ? Verdict::good : otherwise, subject, text, is_good ? "" : cure});
  }

  PgAnswer ask(const PgStatement& statement) {
    const PgStep steps[] = {{&statement}};
    return connection_.run(steps);
  }

  bool look_at_server() {
    if (auto failed = connection_.open()) {
      tell(false, Verdict::loses_data, "connection", failed->message,
           "start the server, or correct address, login or pg_hba.conf");
      return false;
    }
    const auto began = std::chrono::steady_clock::now();
    const PgAnswer answer = ask(kReadServer);
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double here = std::chrono::duration<double>(Clock::now().time_since_epoch()).count() - took / 2;
    if (answer.failure) {
      tell(false, Verdict::loses_data, "connection", answer.failure->message, "");
      return false;
    }
    const Row row(answer.results[0].get());
    tell(true, {}, "connection", connection_.address().shown() + " as " + row.text("role"), "");
    tell(row.number("version_number") >= kOldestVersion, Verdict::notice, "version",
         "PostgreSQL " + row.text("version"), "metabatch is tested with 15");
    tell(took < kSlowAnswer, Verdict::notice, "latency", with_unit(took * 1000, "ms a round trip"),
         "run metabatch nearer to the server");
    tell(!connection_.is_pooled(), Verdict::notice, "pooler",
         connection_.is_pooled() ? "a pooler is in the way" : "a direct connection",
         "writing works (statements go unnamed), but in transaction mode nobody hears notifications through it: listen "
         "on a direct connection");
    tell(!row.is("is_standby"), Verdict::loses_data, "standby",
         row.is("is_standby") ? "this server is a standby" : "a primary",
         "name the primary, or several hosts with target_session_attrs=read-write");
    tell(row.text("read_only") == "off", Verdict::loses_data, "read-only",
         "default_transaction_read_only is " + row.text("read_only"),
         "ALTER DATABASE ... SET default_transaction_read_only = off");
    tell_of_surroundings(row, std::abs(here - row.number("now")));
    return true;
  }

  void tell_of_surroundings(const Row& row, double skew) {
    tell(row.text("encoding") == "UTF8", Verdict::loses_data, "encoding",
         "the database is encoded as " + row.text("encoding"),
         "values that it cannot hold are set aside; use a database with ENCODING 'UTF8'");
    tell_of_queue(row);
    tell(skew < kSkewWorthAWord, Verdict::notice, "clock", with_unit(skew, "s between this clock and the server's"),
         "synchronise both clocks: the newer stamp wins, whoever made it");
    const std::string host = connection_.address().value("host");
    const bool is_local = host.empty() || host[0] == '/' || host == "localhost" || host.starts_with("127.");
    tell(row.is("tls") || is_local, Verdict::notice, "tls", row.is("tls") ? "encrypted" : "not encrypted",
         "add sslmode=verify-full and sslrootcert=...");
  }

  // Who holds the queue the server tells nobody but its log, and that only from half full on: the oldest transaction is the suspect.
  void tell_of_queue(const Row& row) {
    const bool is_good = row.number("queue_usage") < kQueueWorthAWord;
    const std::string suspect = row.text("oldest_transaction");
    std::string text = with_unit(row.number("queue_usage") * 100, "% of the notification queue is used");
    std::string cure = "a session that listens sits in a long transaction";
    if (!is_good && !suspect.empty()) text += "; the oldest transaction is that of pid " + suspect;
    if (!suspect.empty()) cure += ", which has to end: SELECT pg_terminate_backend(" + suspect + ")";
    tell(is_good, Verdict::notice, "queue", text,
         cure + "; rows are written until it is full, and then too, but nobody is told");
  }

  bool look_at_table() {
    const PgAnswer answer = ask(kReadTable);
    if (answer.failure) {
      tell(false, Verdict::loses_data, "table", answer.failure->message, "");
      return false;
    }
    const bool is_there = PQntuples(answer.results[0].get()) == 1;
    tell(is_there, Verdict::loses_data, "table",
         is_there ? "workspace_agent_metadata is there" : "workspace_agent_metadata is missing",
         "metabatch init-db creates it; or name the database and search_path where it is");
    if (!is_there) return false;
    const Row row(answer.results[0].get());
    const std::string missing = row.text("missing");
    tell(missing.empty(), Verdict::loses_data, "columns",
         missing.empty() ? "all columns are there" : "columns are missing: " + missing,
         "this is not the table that Coder makes");
    tell(row.is("has_key"), Verdict::loses_data, "key",
         row.is("has_key") ? "unique by (workspace_agent_id, key)" : "no unique index on (workspace_agent_id, key)",
         "ALTER TABLE workspace_agent_metadata ADD PRIMARY KEY (workspace_agent_id, key)");
    tell(row.is("may_read") && row.is("may_write"), Verdict::loses_data, "privileges",
         row.is("may_read") && row.is("may_write") ? "may read and update" : "may not read and update",
         "GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO this role");
    tell(row.is("may_register"), Verdict::notice, "registering",
         row.is("may_register") ? "may insert agents" : "may not insert agents",
         "only run and ingest --register need it: GRANT INSERT ON workspace_agent_metadata TO this role");
    const bool is_unlogged = row.text("persistence") == "u";
    tell(!is_unlogged, Verdict::notice, "durability",
         is_unlogged ? "UNLOGGED, as Coder has it: crash recovery empties it" : "logged",
         "agents have to be registered again after a crash of the server; metabatch raises an alarm then");
    tell(row.number("fillfactor") <= kRoomyFillfactor, Verdict::notice, "fillfactor",
         "fillfactor is " + row.text("fillfactor"),
         "ALTER TABLE workspace_agent_metadata SET (fillfactor = 60), then VACUUM FULL at a quiet time: updates stay "
         "on their page and the table does not grow");
    return row.is("may_read") && missing.empty();
  }

  void look_at_rows() {
    const PgAnswer answer = ask(kCountFutureStamps);
    if (answer.failure) return;
    const std::string count = PQgetvalue(answer.results[0].get(), 0, 0);
    tell(count == "0", Verdict::notice, "stamps", count + " rows are dated ahead of the server",
         "they keep their values until that time has come; correct the clock of who wrote them");
  }

  PgConnection connection_;
  std::vector<PgFinding> findings_;
  std::atomic<bool> is_cancelled_ = false;
};

PgExamination::PgExamination(const PgAddress& address) : looks_(std::make_unique<Looks>(address)) {}
PgExamination::~PgExamination() = default;
std::vector<PgFinding> PgExamination::run() { return looks_->run(); }
void PgExamination::cancel() noexcept { looks_->cancel(); }

std::vector<PgFinding> examine(const PgAddress& address) { return PgExamination(address).run(); }

}  // namespace metabatch::sql
