// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/pg_doctor.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kReadServer = {nullptr, statements::pg_server_read};
constexpr PgStatement kReadTable = {nullptr, statements::pg_read_table};
constexpr PgStatement kCountFutureStamps = {nullptr, statements::pg_count_future_stamps};
constexpr PgStatement kFixFutureStamps = {nullptr, statements::pg_fix_future_stamps};

constexpr double kNotableSkew = 1.0;         // seconds
constexpr double kNotableQueueUsage = 0.01;  // a listening session does not read; PostgreSQL itself warns from 0.5 on
constexpr double kSlowAnswer = 0.05;         // seconds a round trip
constexpr int kOldestVersion = 130000;
constexpr int kRoomyFillfactor = 70;

using Verdict = PgFinding::Verdict;
using Clock = std::chrono::system_clock;

/// One row, read by the names of its columns.
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

class PgExamination::Checks {
 public:
  explicit Checks(const PgAddress& address) : connection_(address, {}) {}

  std::vector<PgFinding> run() {
    connection_.arm(std::chrono::seconds(20));
    if (is_cancelled_) return {};  // before arm(), which forgets it
    if (check_server() && check_table()) check_rows();
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const PgFinding& a, const PgFinding& b) { return a.verdict > b.verdict; });
    return std::move(findings_);
  }

  void cancel() noexcept {
    is_cancelled_ = true;
    connection_.cancel();
  }

 private:
  void report(bool is_good, Verdict otherwise, const char* subject, const std::string& text, const std::string& cure) {
    findings_.push_back({is_good ? Verdict::good : otherwise, subject, text, is_good ? "" : cure});
  }

  PgAnswer ask(const PgStatement& statement) {
    const PgStep steps[] = {{&statement}};
    return connection_.run(steps);
  }

  bool check_server() {
    if (auto failed = connection_.open()) {
      report(false, Verdict::loses_data, "connection", failed->message,
             "start the server, or correct address, login or pg_hba.conf");
      return false;
    }
    const auto began = std::chrono::steady_clock::now();
    const PgAnswer answer = ask(kReadServer);
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    const double here = std::chrono::duration<double>(Clock::now().time_since_epoch()).count() - took / 2;
    if (answer.failure) {
      report(false, Verdict::loses_data, "connection", answer.failure->message, "");
      return false;
    }
    const Row row(answer.results[0].get());
    report(true, {}, "connection", connection_.address().shown() + " as " + row.text("role"), "");
    report(row.number("version_number") >= kOldestVersion, Verdict::notice, "version",
           "PostgreSQL " + row.text("version"), "metabatch is tested with 15");
    report(took < kSlowAnswer, Verdict::notice, "latency", with_unit(took * 1000, "ms a round trip"),
           "run metabatch nearer to the server");
    report(
        !connection_.is_pooled(), Verdict::notice, "pooler",
        connection_.is_pooled() ? "a pooler is in the way" : "a direct connection",
        "writing works (statements go unnamed), but in transaction mode nobody hears notifications through it: listen "
        "on a direct connection");
    report(!row.is("is_standby"), Verdict::loses_data, "standby",
           row.is("is_standby") ? "this server is a standby" : "a primary",
           "name the primary, or several hosts with target_session_attrs=read-write");
    report(row.text("read_only") == "off", Verdict::loses_data, "read-only",
           "default_transaction_read_only is " + row.text("read_only"),
           "ALTER DATABASE ... SET default_transaction_read_only = off");
    check_surroundings(row, std::abs(here - row.number("now")));
    return true;
  }

  void check_surroundings(const Row& row, double skew) {
    is_row_security_on_ = row.text("row_security") == "on";
    report(row.text("encoding") == "UTF8", Verdict::loses_data, "encoding",
           "the database is encoded as " + row.text("encoding"),
           "values that it cannot hold are quarantined; use a database with ENCODING 'UTF8'");
    check_queue(row);
    report(skew < kNotableSkew, Verdict::notice, "clock", with_unit(skew, "s between this clock and the server's"),
           "synchronise both clocks: the newer stamp wins, whoever made it");
    const std::string host = connection_.address().value("host");
    const bool is_local = host.empty() || host[0] == '/' || host == "localhost" || host.starts_with("127.");
    report(row.is("tls") || is_local, Verdict::notice, "tls", row.is("tls") ? "encrypted" : "not encrypted",
           "add sslmode=verify-full and sslrootcert=...");
  }

  // The server names the process that blocks the queue only in its log, and only when the queue is
  // half full. The oldest transaction is the likely one.
  void check_queue(const Row& row) {
    const bool is_good = row.number("queue_usage") < kNotableQueueUsage;
    const std::string suspect = row.text("oldest_transaction");
    std::string text = with_unit(row.number("queue_usage") * 100, "% of the notification queue is used");
    std::string cure = "a session that listens is inside a long transaction";
    if (!is_good && !suspect.empty()) text += "; the oldest transaction is that of pid " + suspect;
    if (!suspect.empty()) cure += ", which has to end: SELECT pg_terminate_backend(" + suspect + ")";
    report(is_good, Verdict::notice, "queue", text,
           cure + "; rows are written also when it is full, but then nobody is notified");
  }

  bool check_table() {
    const PgAnswer answer = ask(kReadTable);
    if (answer.failure) {
      report(false, Verdict::loses_data, "table", answer.failure->message, "");
      return false;
    }
    const bool is_there = PQntuples(answer.results[0].get()) == 1;
    report(is_there, Verdict::loses_data, "table",
           is_there ? "workspace_agent_metadata exists" : "workspace_agent_metadata is missing",
           "metabatch init-db creates it; or name the database and search_path where it is");
    if (!is_there) return false;
    const Row row(answer.results[0].get());
    check_columns(row);
    check_privileges(row);
    check_storage(row);
    return row.is("may_read") && row.text("missing").empty();
  }

  void check_columns(const Row& row) {
    const std::string missing = row.text("missing"), required = row.text("required");
    report(missing.empty(), Verdict::loses_data, "columns",
           missing.empty() ? "all columns exist" : "columns are missing: " + missing,
           "this is not the table that Coder makes");
    report(row.text("id_type") == "uuid", Verdict::loses_data, "id-type",
           "workspace_agent_id is of type " + row.text("id_type"),
           "every update fails: ALTER TABLE workspace_agent_metadata ALTER workspace_agent_id TYPE uuid USING "
           "workspace_agent_id::uuid");
    report(row.text("time_type") == "timestamp with time zone", Verdict::loses_data, "time-type",
           "collected_at is of type " + row.text("time_type"),
           "stamps are rounded, so newer values are taken for older ones: ALTER TABLE workspace_agent_metadata ALTER "
           "collected_at TYPE timestamptz");
    report(row.is("has_exact_key"), Verdict::loses_data, "key-collation",
           row.is("has_exact_key") ? "keys are compared exactly" : "the key column calls different keys equal",
           "two keys share one row: ALTER TABLE workspace_agent_metadata ALTER key TYPE varchar(127) COLLATE \"C\"");
    report(row.is("has_key"), Verdict::loses_data, "key",
           row.is("has_key") ? "unique by (workspace_agent_id, key)" : "no unique index on (workspace_agent_id, key)",
           "ALTER TABLE workspace_agent_metadata ADD PRIMARY KEY (workspace_agent_id, key)");
    report(required.empty(), Verdict::loses_data, "required-columns",
           required.empty() ? "a row can be registered" : "columns are required and have no default: " + required,
           "registering an agent fails: give each a DEFAULT");
  }

  void check_privileges(const Row& row) {
    const bool may_work = row.is("may_read") && row.is("may_write");
    report(may_work, Verdict::loses_data, "privileges", may_work ? "may read and update" : "may not read and update",
           "GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO this role");
    report(row.is("may_register"), Verdict::notice, "registering",
           row.is("may_register") ? "may insert agents" : "may not insert agents",
           "only run and ingest --register need it: GRANT INSERT ON workspace_agent_metadata TO this role");
    const bool has_policies = row.is("has_policies");
    report(!has_policies, Verdict::loses_data, "row-security",
           !has_policies         ? "no policy applies to this role"
           : is_row_security_on_ ? "policies of the table apply to this role: rows that they hide count as unmatched"
                                 : "row_security is off and policies apply to this role: every statement fails",
           "ALTER ROLE ... BYPASSRLS, or a policy USING (true) for this role");
    report(!row.is("is_locked"), Verdict::loses_data, "lock",
           row.is("is_locked") ? "the table is locked by pid " + row.text("lockers") : "the table is not locked",
           "no row is written until that transaction ends: SELECT pg_terminate_backend(" + row.text("lockers") + ")");
  }

  void check_storage(const Row& row) {
    const bool is_unlogged = row.text("persistence") == "u";
    report(!is_unlogged, Verdict::notice, "durability",
           is_unlogged ? "UNLOGGED, as Coder has it: crash recovery empties it" : "logged",
           "agents have to be registered again after a crash of the server; metabatch raises an alarm then");
    report(row.number("fillfactor") <= kRoomyFillfactor, Verdict::notice, "fillfactor",
           "fillfactor is " + row.text("fillfactor"),
           "ALTER TABLE workspace_agent_metadata SET (fillfactor = 60), then VACUUM FULL at a quiet time: updates stay "
           "on their page and the table does not grow");
  }

  void check_rows() {
    const PgAnswer answer = ask(kCountFutureStamps);
    if (answer.failure)
      return report(false, Verdict::notice, "stamps", "could not be checked: " + answer.failure->message,
                    "run metabatch doctor again when the table can be read");
    const std::string count = PQgetvalue(answer.results[0].get(), 0, 0);
    const double ahead = std::strtod(PQgetvalue(answer.results[0].get(), 0, 1), nullptr);
    report(
        count == "0", Verdict::loses_data, "stamps",
        count == "0"
            ? "no row is dated ahead of the server"
            : count + " rows are dated ahead of the server, " +
                  (std::isfinite(ahead) ? "by up to " + std::to_string(std::llround(ahead)) + " s" : "one without end"),
        "they refuse every report until then: metabatch doctor --fix-future-stamps sets them back to now; correct the "
        "clock of who wrote them");
  }

  PgConnection connection_;
  std::vector<PgFinding> findings_;
  bool is_row_security_on_ = true;
  std::atomic<bool> is_cancelled_ = false;
};

PgExamination::PgExamination(const PgAddress& address) : checks_(std::make_unique<Checks>(address)) {}
PgExamination::~PgExamination() = default;
std::vector<PgFinding> PgExamination::run() { return checks_->run(); }
void PgExamination::cancel() noexcept { checks_->cancel(); }

DatabaseResult<std::size_t> count_future_stamps(const PgAddress& address) {
  PgConnection connection(address, {});
  connection.arm(std::chrono::seconds(12));
  const PgStep count[] = {{&kCountFutureStamps}};
  PgAnswer answer = connection.run(count);
  if (answer.failure) return std::move(*answer.failure);
  return static_cast<std::size_t>(std::strtoull(PQgetvalue(answer.results[0].get(), 0, 0), nullptr, 10));
}

DatabaseResult<std::size_t> fix_future_stamps(const PgAddress& address) {
  PgConnection connection(address, {});
  connection.arm(std::chrono::seconds(12));
  const PgStep fix[] = {{&kFixFutureStamps}};
  PgAnswer answer = connection.run(fix);
  if (answer.failure) return std::move(*answer.failure);
  return static_cast<std::size_t>(answer.changed(0));
}

std::vector<PgFinding> examine(const PgAddress& address) { return PgExamination(address).run(); }

}  // namespace metabatch::sql
