// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_store.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <utility>

#include "sql/postgres/connection/pg_statements.hpp"
#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr PgStatement kSampleRows = {nullptr, statements::pg_sample_rows};
constexpr PgStatement kCheckConstraints = {nullptr, "SET CONSTRAINTS ALL IMMEDIATE"};

constexpr std::size_t kMostInstantRetries = 5;             // of deadlocks and serialization failures, within one flush
constexpr std::size_t kMostSampled = 32;                   // agents whose rows are counted
constexpr auto kBetweenSamples = std::chrono::minutes(1);  // of the number of rows an agent has
constexpr std::string_view kQueueFull = "54000";

bool is_worth_an_instant_retry(FailureClass failure) {
  return failure == FailureClass::deadlock || failure == FailureClass::serialization;
}

/// Writing by agent costs less than row by row from a quarter of an agent's rows on where they lie
/// together, and from half on where they are scattered (docs/performance.md).
///
/// @return the largest number of agents for so many entries
std::size_t most_agents(std::size_t entries, std::size_t agents_sampled, std::size_t rows_sampled) {
  return rows_sampled == 0 ? 0 : 2 * entries * agents_sampled / rows_sampled;
}

/// Failures of the statement itself, which do not pass by themselves.
bool is_lasting(FailureClass failure) {
  return failure == FailureClass::data || failure == FailureClass::permission || failure == FailureClass::other;
}

}  // namespace

PgStore::PgStore(PgOptions options)
    : options_(std::move(options)),
      connection_(options_.address, options_.timeouts, "metabatch", options_.on_notice),
      remainder_(connection_),
      locked_(connection_, {options_.channel, options_.max_payload_bytes, options_.register_missing}),
      bisection_(connection_, {options_.channel, options_.max_payload_bytes, options_.register_missing,
                               options_.notifier, options_.on_refused}),
      alarms_(connection_, {options_.on_alarm, options_.warnings, options_.between_warnings}) {}

FlushOutcome PgStore::flush(std::span<const Update> entries, std::span<const std::string> chunks) {
  connection_.arm(options_.flush_limit);
  PgFlush flush{.entries = entries, .chunks = chunks};
  auto failed = entries.empty() ? std::nullopt : write(flush);
  return finish(flush, std::move(failed));
}

void PgStore::stop() {
  connection_.close();
  options_.sessions->replace(std::exchange(pid_, 0), 0);
}

// The process id has to be known before the first notification of this connection can be received.
std::optional<DatabaseFailure> PgStore::open(PgFlush& flush) {
  if (auto failed = connection_.open()) return failed;
  if (connection_.is_pooled()) options_.sessions->found_pooler();
  const std::uint64_t connects = connection_.connects();
  if (connects == connects_) return std::nullopt;
  flush.outcome.reconnected = std::exchange(connects_, connects) > 0;
  const int pid = connection_.server_pid();
  options_.sessions->replace(std::exchange(pid_, pid), pid);
  sample_.reset();
  return std::nullopt;
}

std::optional<DatabaseFailure> PgStore::write(PgFlush& flush) {
  if (auto failed = open(flush)) return failed;
  if (auto failed = sample_rows(flush.entries)) return failed;
  if (locked_.holds_all(flush.entries)) return write_without_locked(flush);
  if (!refused_alike_.empty())
    if (auto failed = probe(flush)) return failed;
  if (is_bisecting_) return take_apart(flush);
  return write_whole(flush);
}

std::optional<DatabaseFailure> PgStore::write_whole(PgFlush& flush) {
  std::string refused_before;
  for (;;) {
    const PgAnswer answer = update(flush);
    if (!answer.failure) return on_commit(flush, answer);
    const DatabaseFailure& failed = *answer.failure;
    if (answer.is_too_much || failed.sqlstate == "57014") flush.outcome.too_much = !connection_.is_cancelled();
    if (fall_back_without_chunks(flush, answer) || fall_back_to_rows(flush, answer)) continue;
    const auto part = transaction_.part_of(answer.failed_step);
    if (failed.sqlstate == "55P03" && answer.is_settled && part == PgTransaction::Part::update)
      return write_without_locked(flush);
    if (answer.is_settled && part != PgTransaction::Part::notify) {
      if (may_take_apart(failed, refused_before == failed.sqlstate)) {
        flush.may_notify = true;
        flush.outcome.publish_errors = 0;
        return take_apart(flush);
      }
      if (divisible(failed.sqlstate) == Divisible::repeatedly && refused_before != failed.sqlstate) {
        refused_before = failed.sqlstate;
        continue;
      }
    }
    if (!is_worth_an_instant_retry(failed.failure) || flush.outcome.retries == kMostInstantRetries) return failed;
    ++flush.outcome.retries;
  }
}

bool PgStore::may_take_apart(const DatabaseFailure& failure, bool is_repeated) {
  switch (divisible(failure.sqlstate)) {
    case Divisible::never: return false;
    case Divisible::at_once: return true;
    case Divisible::repeatedly: return is_repeated;
    case Divisible::as_policy: break;
  }
  const PgParameter registers[] = {{options_.register_missing ? "true" : "false"}};
  const PgStep check[] = {{&kCheckPrivileges, registers}};
  const PgAnswer answer = connection_.run(check);
  return !answer.failure && PQntuples(answer.results[0].get()) == 1 &&
         *PQgetvalue(answer.results[0].get(), 0, 0) == 't';
}

// Samples once for each connection. Samples again now and then, because rows come and go, and when
// a batch is much larger than the sampled one.
std::optional<DatabaseFailure> PgStore::sample_rows(std::span<const Update> entries) {
  const auto now = std::chrono::steady_clock::now();
  const bool is_known = connection_.is_open() && sample_ && now < sample_->taken + kBetweenSamples;
  if (!options_.by_agent || (is_known && entries.size() <= 2 * sample_->entries)) return std::nullopt;
  const PgSampleArray some(entries, kMostSampled);
  const PgStep read[] = {{&kSampleRows, some.all()}};
  PgAnswer answer = connection_.run(read);
  if (answer.failure && !is_lasting(answer.failure->failure) && answer.failure->sqlstate != "55P03" &&
      answer.failure->sqlstate != "57014")
    return std::move(answer.failure);
  sample_ = Sample{.entries = entries.size(), .agents = some.agents(), .taken = now};
  if (answer.failure || *PQgetvalue(answer.results[0].get(), 0, 0) != 't') return std::nullopt;
  sample_->rows = std::strtoull(PQgetvalue(answer.results[0].get(), 0, 1), nullptr, 10);
  return std::nullopt;
}

PgAnswer PgStore::update(const PgFlush& flush) {
  const std::size_t agents =
      sample_ && flush.may_write_by_agent ? most_agents(flush.entries.size(), sample_->agents, sample_->rows) : 0;
  transaction_.build(flush.entries, {.channel = &options_.channel,
                                     .chunks = flush.may_notify ? flush.chunks : std::span<const std::string>{},
                                     .registers = options_.register_missing,
                                     .most_agents = agents});
  return connection_.run(transaction_.steps());
}

std::optional<DatabaseFailure> PgStore::on_commit(PgFlush& flush, const PgAnswer& answer) {
  flush.changed = transaction_.changed(answer);
  std::fill(flush.fates.begin(), flush.fates.end(), Fate::written);
  if (flush.may_notify) publish(flush, flush.chunks);
  if (flush.changed >= flush.entries.size()) return std::nullopt;
  std::vector<std::size_t> places(flush.entries.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  return classify(flush, places, places.size() - static_cast<std::size_t>(flush.changed));
}

void PgStore::publish(PgFlush& flush, std::span<const std::string> chunks) const {
  flush.count_published(chunks);
  if (options_.notifier != nullptr && !chunks.empty()) options_.notifier->publish(chunks);
}

// Entries whose fate cannot be found out are returned as unwritten: writing them again is harmless.
std::optional<DatabaseFailure> PgStore::classify(PgFlush& flush, const std::vector<std::size_t>& places,
                                                 std::size_t missing) {
  PgRemainder::Found found;
  auto failed = remainder_.classify(flush, places, missing, found);
  if (failed)
    for (const std::size_t place : places) flush.fates[place] = Fate::unwritten;
  flush.outcome.rows_ahead += found.ahead;
  if (found.ahead > 0 && found.newest != WallTime::max())
    flush.outcome.ahead_by = std::max<Duration>(flush.outcome.ahead_by, found.newest - connection_.server_now());
  alarms_.check_meeting_keys(found);
  alarms_.check_refusing_rows(flush, found);
  return failed;
}

// The other statement finds out exactly which entry is at fault.
bool PgStore::fall_back_to_rows(PgFlush& flush, const PgAnswer& answer) const {
  const bool is_update = transaction_.part_of(answer.failed_step) == PgTransaction::Part::update;
  if (!transaction_.is_by_agent() || !is_update || !is_lasting(answer.failure->failure)) return false;
  flush.may_write_by_agent = false;
  return true;
}

// 54000 may come from a row or from the queue. A run without NOTIFY tells them apart.
bool PgStore::fall_back_without_chunks(PgFlush& flush, const PgAnswer& answer) const {
  if (!flush.may_notify || flush.chunks.empty() || !answer.is_settled) return false;
  const bool is_notify = transaction_.part_of(answer.failed_step) == PgTransaction::Part::notify;
  const bool is_publishing =
      answer.failure->sqlstate == kQueueFull || (is_notify && is_lasting(answer.failure->failure));
  if (!is_publishing) return false;
  flush.may_notify = false;
  flush.outcome.publish_errors = flush.chunks.size();
  flush.outcome.sqlstate = answer.failure->sqlstate;
  flush.outcome.message = "written, but nobody could be notified: " + answer.failure->message;
  return true;
}

std::optional<DatabaseFailure> PgStore::write_without_locked(PgFlush& flush) {
  PgLockedRows::Result result = locked_.write(flush);
  if (!result.failure) {
    publish(flush, result.chunks);
    return std::nullopt;
  }
  const bool is_lock_of_a_trigger = result.failure->sqlstate == "55P03";
  if (result.may_divide && (is_lock_of_a_trigger || may_take_apart(*result.failure, true))) return take_apart(flush);
  return std::move(result.failure);
}

std::optional<DatabaseFailure> PgStore::take_apart(PgFlush& flush) {
  PgBisection::Result result = bisection_.run(flush);
  is_bisecting_ = result.is_interrupted;
  if (result.missing > 0) {
    std::sort(result.partly_changed.begin(), result.partly_changed.end());
    if (auto failed = classify(flush, result.partly_changed, result.missing); failed && !result.failure)
      result.failure = std::move(failed);
  }
  if (!result.failure || !result.is_refused_alike || result.is_interrupted) return std::move(result.failure);
  refused_alike_ = result.failure->sqlstate;
  result.failure->failure = FailureClass::permission;  // nothing changes until somebody acts
  result.failure->message = "every row is refused with SQLSTATE " + refused_alike_ + ": " + result.failure->message +
                            "; nothing is quarantined, one row is tried at a time";
  return std::move(result.failure);
}

// Writes one row, another each time, in a transaction that is rolled back. This shows whether the
// reason that refused every row has passed.
std::optional<DatabaseFailure> PgStore::probe(PgFlush& flush) {
  const std::size_t place = probes_++ % flush.entries.size();
  PgArrays one;
  one.build(flush.entries.subspan(place, 1));
  const PgStep steps[] = {{&kBegin}, {&kUpdateEntries, one.all()}, {&kCheckConstraints}, {&kRollback}};
  PgAnswer answer = connection_.run(steps);
  const PgStep back[] = {{&kRollback}};
  if (answer.failure && connection_.is_open()) (void)connection_.run(back);
  if (!answer.failure || answer.failure->sqlstate != refused_alike_) {
    refused_alike_.clear();
    return std::nullopt;
  }
  answer.failure->failure = FailureClass::permission;
  return std::move(answer.failure);
}

FlushOutcome PgStore::finish(PgFlush& flush, std::optional<DatabaseFailure> failed) {
  FlushOutcome& outcome = flush.outcome;
  outcome.time_limit = options_.timeouts.statement;
  locked_.record(flush);
  if (flush.count(Fate::locked) > 0) {
    outcome.message = locked_.describe();
    outcome.sqlstate = "55P03";
    alarms_.check_locks(outcome.message);
  }
  if (flush.count(Fate::unwritten) == 0) failed.reset();
  if (failed) {
    outcome.failure = failed->failure;
    outcome.sqlstate = std::move(failed->sqlstate);
    outcome.message = std::move(failed->message);
    if (flush.count(Fate::unwritten) == flush.entries.size()) outcome.publish_errors = 0;  // nothing was committed
  }
  alarms_.check_emptied_table(flush);
  if (flush.count(Fate::written) > 0) alarms_.check_future_stamps(flush);
  const Fate all = failed ? Fate::unwritten : Fate::written;
  if (flush.count(all) < flush.entries.size()) outcome.fates = std::move(flush.fates);
  return std::move(outcome);
}

}  // namespace metabatch::sql
