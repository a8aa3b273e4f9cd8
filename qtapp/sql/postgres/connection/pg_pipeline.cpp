// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/connection/pg_pipeline.hpp"

#include <libpq-fe.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace metabatch::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kFlushedAtOnce = std::size_t{1} << 18;   // bytes that may wait in libpq's buffer
constexpr auto kProgressEvery = milliseconds(50);              // between two readings of the socket's queue
constexpr Duration kLongestSilence = std::chrono::seconds(2);  // before the peer counts as silent

std::size_t bytes_of(const PgStep& step) {
  std::size_t bytes = 0;
  for (const PgParameter& parameter : step.parameters) bytes += parameter.bytes.size();
  return bytes;
}

}  // namespace

void FreePgResult::operator()(pg_result* result) const { PQclear(result); }

std::uint64_t PgAnswer::changed(std::size_t step) const {
  return std::strtoull(PQcmdTuples(results[step].get()), nullptr, 10);
}

void PgPipeline::attach(pg_conn* handle) {
  handle_ = handle;
  prepared_.clear();
  unflushed_ = 0;
}

void PgPipeline::set_deadline(Deadline deadline) {
  deadline_ = deadline;
  silence_ = std::min<Duration>(kLongestSilence, (deadline - SteadyClock::now()) / 4);
}

// Everything that arrived before a failure is received in any case. So a group that is known to be
// committed stays committed.
std::vector<PgAnswer> PgPipeline::run(std::span<const PgGroup> groups, const PgStep* first, bool is_pooled) {
  std::vector<PgAnswer> answers(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    answers[i].failed_step = groups[i].steps.size();
    answers[i].results.resize(groups[i].steps.size());
  }
  commands_.clear();
  moved_ = SteadyClock::now();
  std::optional<DatabaseFailure> failed;
  if (!send_all(groups, first, is_pooled, failed))
    deadline_ = std::min(deadline_, SteadyClock::now() + cancel_limit_);  // only what has arrived already counts
  receive(answers, failed);
  if (!failed) return answers;
  for (PgAnswer& answer : answers) {
    if (answer.is_settled) continue;
    answer.is_commit_unknown = !answer.failure;
    answer.is_too_much = failed->failure == FailureClass::timeout && !cancel_.is_requested();
    const bool has_last_words = answer.failure && answer.failure->failure == FailureClass::connection;
    if (!answer.failure || (failed->failure == FailureClass::connection && !has_last_words)) answer.failure = failed;
  }
  return answers;
}

bool PgPipeline::send_all(std::span<const PgGroup> groups, const PgStep* first, bool is_pooled,
                          std::optional<DatabaseFailure>& failed) {
  const bool is_aborted = PQtransactionStatus(handle_) == PQTRANS_INERROR;  // then only a ROLLBACK is accepted
  // With several groups, one may fail before it prepares a statement. Then the groups behind it
  // could not name the statement.
  const bool may_prepare = !is_pooled && groups.size() == 1;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const std::span<const PgStep> steps = groups[group].steps;
    bool is_sent = first == nullptr || is_aborted || send(*first, group, steps.size(), false);
    for (std::size_t i = 0; i < steps.size() && is_sent && !failed; ++i) {
      const char* const name = steps[i].statement->name;
      is_sent = send(steps[i], group, i, name != nullptr && !is_pooled && (may_prepare || prepared_.contains(name)));
      if (is_sent && unflushed_ > kFlushedAtOnce) failed = flush_out();
    }
    is_sent = is_sent && !failed && PQpipelineSync(handle_) == 1;
    if (is_sent) commands_.push_back({group, steps.size(), nullptr, true});
    if (!is_sent && !failed) failed = lost_();
    if (failed) return false;
  }
  failed = flush_out();
  return !failed;
}

bool PgPipeline::send(const PgStep& step, std::size_t group, std::size_t number, bool is_named) {
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
  unflushed_ += bytes_of(step);
  if (!is_named) {
    commands_.push_back({group, number, nullptr, false});
    return PQsendQueryParams(handle_, statement.text, count, nullptr, values, lengths, formats, 0) == 1;
  }
  if (prepared_.insert(statement.name).second) {
    commands_.push_back({group, number, statement.name, false});
    if (PQsendPrepare(handle_, statement.name, statement.text, count, nullptr) != 1) return false;
  }
  commands_.push_back({group, number, nullptr, false});
  return PQsendQueryPrepared(handle_, statement.name, count, values, lengths, formats, 0) == 1;
}

void PgPipeline::receive(std::vector<PgAnswer>& answers, std::optional<DatabaseFailure>& failed) {
  for (std::size_t at = 0; at < commands_.size();) {
    if (auto late = until_readable()) {
      if (!failed) failed = std::move(late);
      return;
    }
    PgResult result(PQgetResult(handle_));
    if (!result) {  // the end of a command's results; a failing commit has its own, before the Sync's
      if (!commands_[at].is_sync) ++at;
      continue;
    }
    const Command& command = commands_[at];
    PgAnswer& answer = answers[command.group];
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) {
      answer.is_settled = true;
      ++at;
      continue;
    }
    if (command.prepares != nullptr && status != PGRES_COMMAND_OK) prepared_.erase(command.prepares);
    take_result(command, std::move(result), answer);
    if (PQstatus(handle_) != CONNECTION_OK) {
      if (!failed) failed = answer.failure ? *answer.failure : lost_();
      return;
    }
  }
}

void PgPipeline::take_result(const Command& command, PgResult result, PgAnswer& answer) {
  if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR && !answer.failure) {
    answer.failure = failure_of_(result.get());
    answer.failed_step = command.step;
  }
  if (!command.is_sync && command.step < answer.results.size()) answer.results[command.step] = std::move(result);
}

std::optional<DatabaseFailure> PgPipeline::flush_out() {
  for (;;) {
    const int left = PQflush(handle_);
    if (left == 0) {
      unflushed_ = 0;
      return std::nullopt;
    }
    if (left < 0) return lost_();
    if (auto failed = wait_once(true)) return failed;
  }
}

std::optional<DatabaseFailure> PgPipeline::until_readable() {
  while (PQisBusy(handle_) == 1)
    if (auto failed = wait_once(false)) return failed;
  return std::nullopt;
}

std::optional<DatabaseFailure> PgPipeline::wait_once(bool for_output) {
  switch (wait(for_output)) {
    case Event::input:
      if (PQconsumeInput(handle_) != 1) return lost_();
      break;
    case Event::output:
    case Event::again: break;
    case Event::broken: return lost_();
    case Event::late: return too_late();
  }
  return std::nullopt;
}

PgPipeline::Event PgPipeline::wait(bool for_output) {
  pollfd watched[] = {
      {.fd = PQsocket(handle_), .events = static_cast<short>(for_output ? POLLIN | POLLOUT : POLLIN), .revents = 0},
      {.fd = cancel_.fd(), .events = POLLIN, .revents = 0}};
  if (watched[0].fd < 0) return Event::broken;
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - SteadyClock::now());
  const auto slice = std::clamp(left, milliseconds(0), milliseconds(kProgressEvery));
  const int ready = ::poll(watched, cancel_.is_server_asked() ? 1 : 2, static_cast<int>(slice.count()));
  note_progress();
  if (ready == 0) return left > kProgressEvery ? Event::again : Event::late;
  if (ready < 0) return Event::again;  // EINTR
  if (watched[0].revents != 0) moved_ = SteadyClock::now();
  if (watched[0].revents & POLLIN) return Event::input;
  if (watched[0].revents & POLLOUT) return Event::output;
  if (watched[0].revents != 0) return Event::input;  // an error or the end: reading reports it
  cancel_.ask_server();
  deadline_ = std::min(deadline_, SteadyClock::now() + cancel_limit_);
  return Event::again;
}

// A slow link is visible only in the queue of the socket: libpq's buffer may be empty long before
// the last byte has left.
void PgPipeline::note_progress() {
  int queued = 0;
  if (::ioctl(PQsocket(handle_), SIOCOUTQ, &queued) == 0 && queued != queued_) moved_ = SteadyClock::now();
  queued_ = queued;
}

bool PgPipeline::was_moving() const { return SteadyClock::now() < moved_ + silence_; }

DatabaseFailure PgPipeline::too_late() {
  const bool is_cancelled = cancel_.is_requested();
  cancel_.ask_server();  // else the server would continue without this client
  if (is_cancelled) return {FailureClass::timeout, "", "cancelled; the connection is dropped"};
  if (was_moving())
    return {FailureClass::timeout, "",
            "the time limit passed while data was still being sent; the connection is dropped"};
  return {FailureClass::connection, "", "no answer in time; the connection is dropped"};
}

}  // namespace metabatch::sql
