// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_connection.hpp"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include "sql/postgres/connection/pg_driver.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr PgStatement kReadSession = {nullptr, statements::pg_read_session};
constexpr PgStatement kSetSession = {nullptr, statements::pg_set_session};
constexpr auto kOverConnectTimeout = std::chrono::seconds(1);  // what the driver asks once it is connected

std::string next_name() {
  static std::atomic<std::uint64_t> last{0};
  return "metabatch-pg-" + std::to_string(++last);
}

std::string in_ms(Duration duration) {
  return std::to_string(std::chrono::duration_cast<milliseconds>(duration).count());
}

int ms_until(SteadyClock::time_point when) {
  const auto left = std::chrono::ceil<milliseconds>(when - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
}

/// What to do about a connection that was refused, or "". libpq has no code for it, only words.
std::string_view cure_of_connect(std::string_view message, const PgAddress& address) {
  const auto says = [&](std::string_view words) { return message.find(words) != std::string_view::npos; };
  if (address.value("dbname").find('/') != std::string::npos)
    return "the folder of a socket is given behind the name: postgres://USER@/DATABASE?host=/FOLDER";
  if (says("FATAL:  database") && says("does not exist")) return "create it (createdb NAME), or name another";
  if (says("FATAL:  role") && says("does not exist")) return "name a role that is there: postgres://ROLE@...";
  if (says("no password supplied") || says("password authentication failed"))
    return "give the password in PGPASSWORD or ~/.pgpass";
  if (says("no pg_hba.conf entry")) return "the server's pg_hba.conf has to let this role in from here";
  if (says("does not support SSL")) return "turn TLS on there, or choose another sslmode";
  return "";
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
  address.set_default("keepalives_idle", "15");
  address.set_default("keepalives_interval", "5");
  address.set_default("keepalives_count", "3");
  address.set_default("tcp_user_timeout", "15000");
  return address;
}

}  // namespace

void FreePgResult::operator()(pg_result* result) const { PQclear(result); }

std::uint64_t PgAnswer::changed(std::size_t step) const {
  return std::strtoull(PQcmdTuples(results[step].get()), nullptr, 10);
}

PgConnection::PgConnection(PgAddress address, PgTimeouts timeouts, const std::string& application)
    : address_(with_defaults(std::move(address), timeouts, application)),
      timeouts_(timeouts),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

PgConnection::~PgConnection() {
  close();
  ::close(wake_);
}

void PgConnection::arm(Duration limit) {
  eventfd_t ignored = 0;
  ::eventfd_read(wake_, &ignored);
  is_cancelled_ = false;
  is_cancel_seen_ = false;
  deadline_ = SteadyClock::now() + limit;
}

std::optional<DatabaseFailure> PgConnection::open() {
  if (is_open()) return std::nullopt;
  if (auto failed = connect()) return failed;
  if (auto failed = set_up()) {
    close();
    return failed;
  }
  return std::nullopt;
}

std::optional<DatabaseFailure> PgConnection::connect() {
  const auto each = std::chrono::seconds(std::max(2, std::atoi(address_.value("connect_timeout").c_str())));
  const auto longest = SteadyClock::now() + each * static_cast<int>(address_.hosts()) + kOverConnectTimeout;
  name_ = next_name();
  const PgOpened opened = open_driver(name_, address_, ms_until(std::min(longest, deadline_)), wake_);
  if (opened.handle == nullptr) {
    std::string why = is_cancelled_ ? "cancelled" : opened.message;
    if (const std::string_view cure = cure_of_connect(why, address_); !cure.empty()) why.append("; ").append(cure);
    const FailureClass failure = opened.is_abandoned ? FailureClass::timeout : class_of_connect_message(opened.message);
    return DatabaseFailure{failure, "", address_.redacted("cannot connect to " + address_.shown() + ": " + why)};
  }
  handle_ = opened.handle;
  PQsetnonblocking(handle_, 1);
  PQsetNoticeProcessor(
      handle_, [](void*, const char*) {}, nullptr);
  PQenterPipelineMode(handle_);
  const std::lock_guard lock(cancel_mutex_);
  cancel_ = std::shared_ptr<pg_cancel>(PQgetCancel(handle_), PQfreeCancel);
  return std::nullopt;
}

std::optional<DatabaseFailure> PgConnection::set_up() {
  is_pooled_ = true;  // nothing is known yet: touch no session
  prepared_.clear();
  const PgStep look[] = {{&kReadSession}};
  const PgAnswer seen = try_run(look);
  if (seen.failure) return seen.failure;
  take_time(seen.results.back().get());
  is_pooled_ = PQbackendPID(handle_) != std::atoi(PQgetvalue(seen.results.back().get(), 0, 0));
  if (is_pooled_) return std::nullopt;
  const std::string statement = in_ms(timeouts_.statement), lock = in_ms(timeouts_.lock);
  const PgParameter parameters[] = {{"false"}, {statement}, {lock}};
  const PgStep set[] = {{&kSetSession, parameters}};
  return try_run(set).failure;
}

void PgConnection::take_time(const pg_result* session) {
  asked_ = SteadyClock::now();
  server_time_ = WallTime(std::chrono::microseconds(std::strtoll(PQgetvalue(session, 0, 1), nullptr, 10)));
}

WallTime PgConnection::server_now() const {
  return server_time_ + std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - asked_);
}

std::optional<DatabaseFailure> PgConnection::ask_for_time() {
  const PgStep look[] = {{&kReadSession}};
  PgAnswer seen = run(look);
  if (!seen.failure) take_time(seen.results.back().get());
  return std::move(seen.failure);
}

void PgConnection::close() {
  {
    const std::lock_guard lock(cancel_mutex_);
    cancel_.reset();
  }
  if (std::exchange(handle_, nullptr) != nullptr) close_driver(name_);
}

PgAnswer PgConnection::run(std::span<const PgStep> steps) {
  if (auto failed = open()) {
    PgAnswer answer;
    answer.failure = std::move(failed);
    answer.failed_step = steps.size();
    return answer;
  }
  PgAnswer answer = try_run(steps);
  const bool is_statement_lost =
      answer.failure && (answer.failure->sqlstate == "26000" || answer.failure->sqlstate == "42P05");
  if (!is_statement_lost || is_pooled_) return answer;
  is_pooled_ = true;  // somebody shares the server's session with us, or cleared it
  return try_run(steps);
}

PgAnswer PgConnection::try_run(std::span<const PgStep> steps) {
  PgAnswer answer;
  answer.failed_step = steps.size();
  answer.results.resize(steps.size());
  const std::string statement = in_ms(timeouts_.statement), lock = in_ms(timeouts_.lock);
  const PgParameter local[] = {{"true"}, {statement}, {lock}};
  const PgStep set_local = {&kSetSession, local};
  std::vector<Command> commands;
  const bool is_aborted = PQtransactionStatus(handle_) == PQTRANS_INERROR;  // then it takes nothing but a ROLLBACK
  bool is_sent = !is_pooled_ || is_aborted || send(set_local, commands, steps.size());
  for (std::size_t i = 0; i < steps.size() && is_sent; ++i) is_sent = send(steps[i], commands, i);
  if (!is_sent || PQpipelineSync(handle_) != 1) {
    answer.failure = lost();
  } else if (auto failed = flush_out()) {
    answer.failure = std::move(failed);
  } else {
    receive(commands, steps, answer);
  }
  const bool is_broken =
      answer.failure && (answer.failure->failure == FailureClass::connection || PQstatus(handle_) != CONNECTION_OK ||
                         PQtransactionStatus(handle_) == PQTRANS_ACTIVE);
  if (is_broken) close();
  return answer;
}

bool PgConnection::send(const PgStep& step, std::vector<Command>& commands, std::size_t number) {
  const PgStatement& statement = *step.statement;
  const char* values[8] = {};
  int lengths[8] = {};
  int formats[8] = {};
  const int count = static_cast<int>(step.parameters.size());
  for (std::size_t i = 0; i < step.parameters.size(); ++i) {
    values[i] = step.parameters[i].bytes.data();
    lengths[i] = static_cast<int>(step.parameters[i].bytes.size());
    formats[i] = step.parameters[i].is_binary ? 1 : 0;
  }
  if (is_pooled_ || statement.name == nullptr) {
    commands.push_back({number, nullptr});
    return PQsendQueryParams(handle_, statement.text, count, nullptr, values, lengths, formats, 0) == 1;
  }
  if (prepared_.insert(statement.name).second) {
    commands.push_back({number, statement.name});
    if (PQsendPrepare(handle_, statement.name, statement.text, count, nullptr) != 1) return false;
  }
  commands.push_back({number, nullptr});
  return PQsendQueryPrepared(handle_, statement.name, count, values, lengths, formats, 0) == 1;
}

void PgConnection::receive(const std::vector<Command>& commands, std::span<const PgStep> steps, PgAnswer& answer) {
  for (std::size_t command = 0;;) {
    if (auto failed = until_readable()) {
      if (!answer.failure || failed->failure == FailureClass::connection) answer.failure = std::move(failed);
      answer.is_commit_unknown = true;
      break;
    }
    PgResult result(PQgetResult(handle_));
    if (!result) {  // the end of a command's results
      ++command;
      if (command > commands.size() + 1) answer.failure = lost();
      if (command > commands.size() + 1) break;
      continue;
    }
    const ExecStatusType status = PQresultStatus(result.get());
    const std::size_t step = command < commands.size() ? commands[command].step : steps.size();
    if (status == PGRES_PIPELINE_SYNC) break;
    if (command < commands.size() && commands[command].prepares != nullptr && status != PGRES_COMMAND_OK)
      prepared_.erase(commands[command].prepares);
    if (status == PGRES_FATAL_ERROR && !answer.failure) {
      answer.failure = failure_of(result.get());
      answer.failed_step = step;
      answer.is_commit_unknown = PQstatus(handle_) != CONNECTION_OK;
    }
    if (step < steps.size()) answer.results[step] = std::move(result);
    if (PQstatus(handle_) != CONNECTION_OK) break;
  }
}

std::optional<DatabaseFailure> PgConnection::flush_out() {
  for (;;) {
    const int left = PQflush(handle_);
    if (left == 0) return std::nullopt;
    if (left < 0) return lost();
    switch (wait(true)) {
      case Event::output: break;
      case Event::input:
        if (PQconsumeInput(handle_) != 1) return lost();
        break;
      case Event::broken: return lost();
      case Event::cancelled: break;
      case Event::late: return too_late();
    }
  }
}

std::optional<DatabaseFailure> PgConnection::until_readable() {
  while (PQisBusy(handle_) == 1) {
    switch (wait(false)) {
      case Event::input:
        if (PQconsumeInput(handle_) != 1) return lost();
        break;
      case Event::broken: return lost();
      case Event::output:
      case Event::cancelled: break;
      case Event::late: return too_late();
    }
  }
  return std::nullopt;
}

PgConnection::Event PgConnection::wait(bool for_output) {
  pollfd watched[] = {
      {.fd = PQsocket(handle_), .events = static_cast<short>(for_output ? POLLIN | POLLOUT : POLLIN), .revents = 0},
      {.fd = wake_, .events = POLLIN, .revents = 0}};
  if (watched[0].fd < 0) return Event::broken;
  const int ready = ::poll(watched, is_cancel_seen_ ? 1 : 2, ms_until(deadline_));
  if (ready == 0) return Event::late;
  if (ready < 0) return Event::cancelled;  // EINTR: look again
  if (watched[0].revents & POLLIN) return Event::input;
  if (watched[0].revents & POLLOUT) return Event::output;
  if (watched[0].revents != 0) return Event::input;  // an error or the end: reading tells
  is_cancel_seen_ = true;
  ask_to_cancel();
  deadline_ = std::min(deadline_, SteadyClock::now() + timeouts_.cancel);
  return Event::cancelled;
}

bool PgConnection::wait_for_input(std::chrono::steady_clock::time_point deadline) {
  deadline_ = deadline;
  const Event event = wait(false);
  if (event == Event::input && PQconsumeInput(handle_) == 1) return true;
  if (event == Event::input || event == Event::broken) close();
  return false;
}

DatabaseFailure PgConnection::failure_of(const pg_result* result) const {
  const auto field = [&](int code) {
    const char* const text = PQresultErrorField(result, code);
    return std::string(text != nullptr ? text : "");
  };
  const std::string sqlstate = field(PG_DIAG_SQLSTATE);
  std::string message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = PQresultErrorMessage(result);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  if (const std::string_view cure = cure_of_sqlstate(sqlstate); !cure.empty()) message.append("; ").append(cure);
  const FailureClass failure = sqlstate.empty() ? FailureClass::connection : class_of_sqlstate(sqlstate);
  return {failure, sqlstate, address_.redacted(std::move(message))};
}

DatabaseFailure PgConnection::too_late() {
  if (!is_cancel_seen_) ask_to_cancel();  // or the server would go on without us
  return {FailureClass::timeout, "",
          address_.shown() + (is_cancelled_ ? ": cancelled" : ": no answer in time") + "; the connection is dropped"};
}

DatabaseFailure PgConnection::lost() const {
  std::string message = PQerrorMessage(handle_);
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return {FailureClass::connection, "",
          address_.redacted("the connection to " + address_.shown() + " is lost: " + message)};
}

// PQcancel connects anew and waits without a limit, so a thread of its own does it.
void PgConnection::ask_to_cancel() noexcept {
  std::shared_ptr<pg_cancel> cancel;
  {
    const std::lock_guard lock(cancel_mutex_);
    cancel = cancel_;
  }
  if (!cancel) return;
  std::thread([cancel] {
    char error[256];
    PQcancel(cancel.get(), error, sizeof error);
  }).detach();
}

void PgConnection::cancel() noexcept {
  is_cancelled_ = true;
  ::eventfd_write(wake_, 1);
}

}  // namespace metabatch::sql
