// SPDX-License-Identifier: Apache-2.0
#include "sql/postgres/store/pg_bisection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "metabatch/chunks.hpp"
#include "sql/postgres/connection/pg_statements.hpp"

namespace metabatch::sql {
namespace {

constexpr const char* kLockTimeout = "50ms";    // of a group: finds a lock that a trigger or a foreign key takes
constexpr std::size_t kGroupsAtOnce = 1024;     // in one pipeline
constexpr std::size_t kSmall = 64;              // so few entries are divided into single ones at once
constexpr std::size_t kMostGroupRetries = 100;  // of groups, for deadlocks and serialization failures

bool is_worth_a_retry(const DatabaseFailure& why) {
  return why.failure == FailureClass::deadlock || why.failure == FailureClass::serialization ||
         why.sqlstate == "26000" || why.sqlstate == "42P05";
}

}  // namespace

PgBisection::Result PgBisection::run(PgFlush& flush) {
  result_ = {};
  refused_.clear();
  notified_later_.clear();
  retries_ = 0;
  std::vector<Range> open, next;
  divide(flush, {0, flush.entries.size()}, open);
  std::optional<DatabaseFailure> stopped;
  while (!open.empty() && !stopped) {
    next.clear();
    for (std::size_t from = 0; from < open.size() && !stopped; from += kGroupsAtOnce) {
      const auto ranges = std::span(open).subspan(from, std::min(kGroupsAtOnce, open.size() - from));
      const std::vector<PgAnswer> answers = send(flush, ranges);
      for (std::size_t i = 0; i < ranges.size(); ++i)
        if (auto why = judge(flush, ranges[i], i, answers[i], next); why && !stopped) stopped = std::move(why);
    }
    std::swap(open, next);
  }
  notify_parts(flush);
  quarantine(flush);
  if (stopped) {
    result_.failure = std::move(stopped);
    result_.is_interrupted = true;
  }
  return std::move(result_);
}

void PgBisection::divide(const PgFlush& flush, Range range, std::vector<Range>& to) const {
  const auto is_agent_end = [&](std::size_t at) {
    return at == range.to || !(flush.entries[at - 1].agent == flush.entries[at].agent);
  };
  const auto root = static_cast<std::size_t>(std::sqrt(static_cast<double>(range.size())));
  const bool is_one_agent = flush.entries[range.from].agent == flush.entries[range.to - 1].agent;
  const auto cut = [&](std::size_t wanted) {
    for (std::size_t from = range.from; from < range.to;) {
      std::size_t end = from + 1;
      while (end < range.to && (end - from < wanted || (!is_one_agent && !is_agent_end(end)))) ++end;
      to.push_back({from, end});
      from = end;
    }
  };
  cut(range.size() <= kSmall ? 1 : root);
  if (range.size() == 1 || to.back().size() < range.size()) return;
  to.pop_back();  // the last agent has nearly all rows
  cut(1);
}

bool PgBisection::holds_whole_agents(const PgFlush& flush, Range range) const {
  const auto is_cut = [&](std::size_t at) {
    return at > 0 && at < flush.entries.size() && flush.entries[at - 1].agent == flush.entries[at].agent;
  };
  return !is_cut(range.from) && !is_cut(range.to);
}

std::vector<PgAnswer> PgBisection::send(PgFlush& flush, std::span<const Range> ranges) {
  if (transactions_.size() < ranges.size()) transactions_.resize(ranges.size());
  chunks_.assign(ranges.size(), {});
  std::vector<PgGroup> groups;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto entries = flush.entries.subspan(ranges[i].from, ranges[i].size());
    if (flush.may_notify && entries.size() > 1 && holds_whole_agents(flush, ranges[i])) {
      std::vector<Uuid> agents;
      for (const Update& entry : entries)
        if (agents.empty() || !(agents.back() == entry.agent)) agents.push_back(entry.agent);
      if (auto chunks = encode_chunks(agents, options_.max_payload_bytes)) chunks_[i] = std::move(*chunks);
    }
    transactions_[i].build(entries, {.channel = &options_.channel,
                                     .chunks = chunks_[i],
                                     .registers = options_.register_missing,
                                     .lock_timeout = kLockTimeout});
    groups.push_back({transactions_[i].steps()});
  }
  return connection_.run_groups(groups);
}

/// @return why the search must stop
std::optional<DatabaseFailure> PgBisection::judge(PgFlush& flush, Range range, std::size_t number,
                                                  const PgAnswer& answer, std::vector<Range>& next) {
  if (!answer.failure) {
    commit(flush, range, number, transactions_[number].changed(answer));
    return std::nullopt;
  }
  const DatabaseFailure& why = *answer.failure;
  if (answer.is_too_much || why.sqlstate == "57014") flush.outcome.too_much = !connection_.is_cancelled();
  if (!answer.is_settled) return why;
  if (is_worth_a_retry(why)) {
    if (++retries_ > kMostGroupRetries) return why;
    next.push_back(range);
    return std::nullopt;
  }
  const bool is_locked = why.sqlstate == "55P03";
  if (!is_locked && divisible(why.sqlstate) == Divisible::never) return why;
  if (range.size() > 1)
    divide(flush, range, next);
  else if (is_locked)
    flush.fates[range.from] = Fate::locked;
  else
    refused_.push_back({range.from, why});
  return std::nullopt;
}

void PgBisection::commit(PgFlush& flush, Range range, std::size_t number, std::uint64_t changed) {
  flush.changed += changed;
  const bool is_partly_changed = changed < range.size();
  for (std::size_t i = range.from; i < range.to; ++i) {
    flush.fates[i] = Fate::written;
    if (is_partly_changed) result_.partly_changed.push_back(i);
    if (chunks_[number].empty()) notified_later_.insert(flush.entries[i].agent);
  }
  if (is_partly_changed) result_.missing += range.size() - static_cast<std::size_t>(changed);
  flush.count_published(chunks_[number]);
  if (options_.notifier != nullptr && !chunks_[number].empty()) options_.notifier->publish(chunks_[number]);
}

void PgBisection::notify_parts(PgFlush& flush) {
  if (notified_later_.empty()) return;
  const std::vector<Uuid> agents(notified_later_.begin(), notified_later_.end());
  const auto chunks = encode_chunks(agents, options_.max_payload_bytes);
  if (!chunks) return;
  std::vector<std::array<PgParameter, 2>> parameters;
  std::vector<PgStep> steps;
  parameters.reserve(chunks->size());
  steps.reserve(chunks->size());
  for (const std::string& chunk : *chunks) parameters.push_back({PgParameter{options_.channel}, PgParameter{chunk}});
  for (const auto& one : parameters) steps.push_back({&kNotify, one});
  if (!flush.may_notify || !connection_.is_open() || connection_.run(steps).failure) {
    flush.outcome.publish_errors += chunks->size();
    return;
  }
  flush.count_published(*chunks);
  if (options_.notifier != nullptr) options_.notifier->publish(*chunks);
}

// A refusal that is no property of a value (a trigger that raises "maintenance") quarantines
// nothing, unless another row was written in the same pass. In that case the row is at fault after
// all.
void PgBisection::quarantine(PgFlush& flush) {
  bool has_privileges = true;
  if (std::any_of(refused_.begin(), refused_.end(), [](const Refused& one) { return one.why.sqlstate == "42501"; })) {
    const PgParameter registers[] = {{options_.register_missing ? "true" : "false"}};
    const PgStep check[] = {{&kCheckPrivileges, registers}};
    const PgAnswer answer = connection_.run(check);
    has_privileges =
        !answer.failure && PQntuples(answer.results[0].get()) == 1 && *PQgetvalue(answer.results[0].get(), 0, 0) == 't';
  }
  for (const Refused& one : refused_) {
    const bool is_value = divisible(one.why.sqlstate) == Divisible::at_once;
    const bool is_row = flush.changed > 0 && (one.why.sqlstate != "42501" || has_privileges);
    if (!is_value && !is_row) {
      result_.failure = one.why;
      result_.is_refused_alike = true;
      continue;
    }
    flush.fates[one.place] = Fate::quarantined;
    flush.outcome.sqlstate = one.why.sqlstate;
    flush.outcome.message = one.why.message;
    if (options_.on_refused) options_.on_refused(flush.entries[one.place], {one.why.sqlstate, one.why.message});
  }
}

}  // namespace metabatch::sql
