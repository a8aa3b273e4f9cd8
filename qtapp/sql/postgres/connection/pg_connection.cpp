// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_connection.hpp"

#include <libpq-fe.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sql/postgres/connection/pg_connect.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr PgStatement kReadSession = {nullptr, statements::pg_server_read_session};
constexpr PgStatement kSetSession = {nullptr, statements::pg_server_set_session};
constexpr PgStatement kSetPeerLimits = {nullptr, statements::pg_server_set_peer_limits};
constexpr PgStatement kEndBackend = {nullptr, statements::pg_server_end_backend};

std::string in_ms(Duration duration) {
  return std::to_string(std::chrono::duration_cast<milliseconds>(duration).count());
}

int ms_until(SteadyClock::time_point when) {
  const auto left = std::chrono::ceil<milliseconds>(when - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
}

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool is_environment_set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

PgAddress with_defaults(PgAddress address, const PgTimeouts& timeouts, const std::string& application) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeouts.connect).count();
  if (!is_environment_set("PGCONNECT_TIMEOUT"))
    address.set_default("connect_timeout", std::to_string(std::max<std::int64_t>(seconds, 2)));
  address.set_default("fallback_application_name", application);
  address.set("client_encoding", "UTF8");
  address.set_default("keepalives_idle", "15");
  address.set_default("keepalives_interval", "5");
  address.set_default("keepalives_count", "3");
  address.set_default("tcp_user_timeout", "15000");
  return address;
}

/// The lock limit must end before the statement's limit, or a lock would look like a slow
/// statement.
PgTimeouts in_order(PgTimeouts timeouts) {
  timeouts.lock = std::min(timeouts.lock, timeouts.statement * 3 / 4);
  return timeouts;
}

}  // namespace

PgConnection::PgConnection(PgAddress address, PgTimeouts timeouts, const std::string& application, OnPgNotice on_notice)
    : address_(with_defaults(std::move(address), timeouts, application)),
      timeouts_(in_order(timeouts)),
      on_notice_(std::move(on_notice)),
      pipeline_(
          cancel_, timeouts.cancel, [this](const pg_result* result) { return failure_of(result); },
          [this] { return lost(); }) {}

PgConnection::~PgConnection() { close(); }

void PgConnection::arm(Duration limit) {
  cancel_.arm();
  pipeline_.set_deadline(SteadyClock::now() + limit);
}

std::optional<DatabaseFailure> PgConnection::open() {
  if (is_open()) return std::nullopt;
  if (auto failed = connect()) return failed;
  if (auto failed = set_up()) {
    close();
    return failed;
  }
  ++connects_;
  return std::nullopt;
}

int PgConnection::server_pid() const { return handle_ == nullptr ? 0 : PQbackendPID(handle_); }

std::optional<DatabaseFailure> PgConnection::connect() {
  const int host_ms = 1000 * std::max(2, std::atoi(address_.value("connect_timeout").c_str()));
  PgConnected connected = connect_to(address_, ms_until(pipeline_.deadline()), host_ms, cancel_.fd());
  if (on_notice_)
    for (const std::string& text : connected.notices) on_notice_(address_.redacted(without_line_end(text)), false);
  if (connected.handle == nullptr) {
    std::string sqlstate(sqlstate_of_connect(connected.message));
    if (sqlstate.empty() && connected.needs_password) sqlstate = "28P01";
    std::string why = cancel_.is_requested() ? "cancelled" : without_verbosity(connected.message);
    if (const std::string_view remedy = remedy_of_sqlstate(sqlstate); !remedy.empty()) why.append("; ").append(remedy);
    if (address_.value("dbname").find('/') != std::string::npos)
      why += "; the folder of a socket stands behind the name: postgres://USER@/DATABASE?host=/FOLDER";
    const FailureClass failure = cancel_.is_requested() ? FailureClass::timeout
                                 : sqlstate.empty()     ? FailureClass::connection
                                                        : class_of_sqlstate(sqlstate);
    return DatabaseFailure{failure, sqlstate, address_.redacted("cannot connect to " + address_.shown() + ": " + why)};
  }
  handle_ = connected.handle;
  PQsetnonblocking(handle_, 1);
  PQsetNoticeReceiver(
      handle_, [](void* self, const PGresult* notice) { static_cast<PgConnection*>(self)->on_notice(notice); }, this);
  PQenterPipelineMode(handle_);
  cancel_.attach(handle_);
  pipeline_.attach(handle_);
  last_words_.reset();
  return std::nullopt;
}

std::optional<DatabaseFailure> PgConnection::set_up() {
  is_pooled_ = true;  // nothing is known yet: do not change the session
  const PgStep read[] = {{&kReadSession}};
  const PgGroup group[] = {{read}};
  const PgAnswer answer = std::move(run_open(group)[0]);
  if (answer.failure) return answer.failure;
  record_session(answer.results[0].get());
  is_pooled_ = std::to_string(PQbackendPID(handle_)) != backend_.pid;
  if (!is_pooled_) return set_session();
  lost_backend_.reset();  // behind a pooler the session belongs to others too
  return std::nullopt;
}

// Three transactions in one round trip. A failure of the second or third does not prevent work.
std::optional<DatabaseFailure> PgConnection::set_session() {
  const std::string statement = in_ms(timeouts_.statement), lock = in_ms(timeouts_.lock);
  const PgParameter parameters[] = {{"false"}, {statement}, {lock}};
  const PgStep set[] = {{&kSetSession, parameters}}, limit[] = {{&kSetPeerLimits}};
  const Backend before = lost_backend_.value_or(Backend{});
  const PgParameter names[] = {{before.pid}, {before.started}};
  const PgStep end[] = {{&kEndBackend, names}};
  std::vector<PgGroup> groups = {{set}};
  if (is_direct_tcp()) groups.push_back({limit});
  if (lost_backend_) groups.push_back({end});
  const std::vector<PgAnswer> answers = run_open(groups);
  if (answers[0].failure) return answers[0].failure;
  for (std::size_t i = 1; i < answers.size(); ++i)
    if (answers[i].failure && on_notice_) on_notice_(answers[i].failure->message, true);
  const bool is_ended = lost_backend_ && !answers.back().failure && PQntuples(answers.back().results[0].get()) > 0;
  if (is_ended && on_notice_)
    on_notice_("ended our server process " + before.pid + ", whose connection had broken", true);
  lost_backend_.reset();
  return std::nullopt;
}

bool PgConnection::is_direct_tcp() const {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  return ::getsockname(PQsocket(handle_), reinterpret_cast<sockaddr*>(&name), &size) == 0 && name.ss_family != AF_UNIX;
}

void PgConnection::record_session(const pg_result* session) {
  read_at_ = SteadyClock::now();
  server_time_ = WallTime(std::chrono::microseconds(std::strtoll(PQgetvalue(session, 0, 1), nullptr, 10)));
  backend_ = {PQgetvalue(session, 0, 0), PQgetvalue(session, 0, 2)};
}

WallTime PgConnection::server_now() const {
  return server_time_ + std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - read_at_);
}

std::optional<DatabaseFailure> PgConnection::read_time() {
  const PgStep read[] = {{&kReadSession}};
  PgAnswer answer = run(read);
  if (!answer.failure) record_session(answer.results[0].get());
  return std::move(answer.failure);
}

void PgConnection::close() {
  cancel_.detach();
  pipeline_.attach(nullptr);
  if (handle_ != nullptr) PQfinish(std::exchange(handle_, nullptr));
}

PgAnswer PgConnection::run(std::span<const PgStep> steps) {
  const PgGroup groups[] = {{steps}};
  PgAnswer answer = std::move(run_groups(groups)[0]);
  const bool is_statement_lost =
      answer.failure && (answer.failure->sqlstate == "26000" || answer.failure->sqlstate == "42P05");
  if (!is_statement_lost || is_pooled_ || !is_open()) return answer;
  is_pooled_ = true;  // another client shares the server's session, or cleared it
  return std::move(run_open(groups)[0]);
}

std::vector<PgAnswer> PgConnection::run_groups(std::span<const PgGroup> groups) {
  if (auto failed = open()) {
    std::vector<PgAnswer> answers(groups.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      answers[i].failure = failed;
      answers[i].failed_step = groups[i].steps.size();
    }
    return answers;
  }
  return run_open(groups);
}

std::vector<PgAnswer> PgConnection::run_open(std::span<const PgGroup> groups) {
  const std::string statement = in_ms(timeouts_.statement), lock = in_ms(timeouts_.lock);
  const PgParameter local[] = {{"true"}, {statement}, {lock}};
  const PgStep set_local = {&kSetSession, local};
  std::vector<PgAnswer> answers = pipeline_.run(groups, is_pooled_ ? &set_local : nullptr, is_pooled_);
  const bool is_broken = PQstatus(handle_) != CONNECTION_OK || PQtransactionStatus(handle_) == PQTRANS_ACTIVE ||
                         std::any_of(answers.begin(), answers.end(), [](const PgAnswer& one) {
                           return !one.is_settled || (one.failure && one.failure->failure == FailureClass::connection);
                         });
  if (!is_broken) return answers;
  if (!is_pooled_ && !backend_.pid.empty()) lost_backend_ = backend_;
  close();
  return answers;
}

std::optional<DatabaseFailure> PgConnection::wait_for_input(PgPipeline::Deadline deadline) {
  pipeline_.set_deadline(deadline);
  for (;;) {
    const PgPipeline::Event event = pipeline_.wait(false);
    if (event == PgPipeline::Event::again && !is_cancelled()) continue;
    if (event == PgPipeline::Event::input && PQconsumeInput(handle_) == 1) return std::nullopt;
    if (event != PgPipeline::Event::input && event != PgPipeline::Event::broken) return std::nullopt;
    DatabaseFailure why = lost();
    close();
    return why;
  }
}

// The server explains why it ends an idle connection. No query is running then, so libpq treats
// that message as a notice.
void PgConnection::on_notice(const pg_result* notice) {
  const std::string severity = field_of(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == "FATAL" || severity == "PANIC") {
    last_words_ = failure_of(notice);
  } else if (on_notice_) {
    on_notice_(address_.redacted(without_line_end(PQresultErrorMessage(notice))), false);
  }
}

DatabaseFailure PgConnection::failure_of(const pg_result* result) const {
  const std::string sqlstate = field_of(result, PG_DIAG_SQLSTATE);
  std::string message = field_of(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = without_line_end(PQresultErrorMessage(result));
  if (const std::string_view remedy = remedy_of_sqlstate(sqlstate); !remedy.empty())
    message.append("; ").append(remedy);
  const FailureClass failure = sqlstate.empty() ? FailureClass::connection : class_of_sqlstate(sqlstate);
  return {failure, sqlstate, address_.redacted(std::move(message))};
}

DatabaseFailure PgConnection::lost() {
  bool may_be_more = true;
  for (int i = 0; i < 64 && may_be_more; ++i) {
    may_be_more = PQconsumeInput(handle_) == 1;
    (void)PQisBusy(handle_);  // reads the server's last words
  }
  const std::string where = "the connection to " + address_.shown() + " is lost: ";
  if (last_words_)
    return {FailureClass::connection, last_words_->sqlstate, address_.redacted(where + last_words_->message)};
  return {FailureClass::connection, "", address_.redacted(where + without_line_end(PQerrorMessage(handle_)))};
}

}  // namespace metabatch::sql
