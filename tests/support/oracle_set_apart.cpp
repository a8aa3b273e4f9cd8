// SPDX-License-Identifier: Apache-2.0
// The oracle's handling of entries whose row is locked, and of batches that are too slow.
#include <algorithm>
#include <utility>

#include "support/oracle.hpp"

namespace metabatch::oracle {
namespace {

using namespace std::chrono_literals;

}  // namespace

bool Oracle::is_retry_due(Instant now) const {
  return !set_apart_.empty() && (in_round_ || (retry_ && retry_->end && now >= *retry_->end));
}

// In order of position, from where the round stands. The round ends when no entry is left that
// arrived before it.
void Oracle::take_set_apart(Flight& flight) {
  passed_over_ = false;
  if (!in_round_) {
    round_from_ = 0;
    round_settled_ = round_too_much_ = round_failed_ = false;
  }
  std::sort(set_apart_.begin(), set_apart_.end(), [](const Item& a, const Item& b) { return a.position < b.position; });
  std::uint64_t bytes = 0;
  auto at = set_apart_.begin();
  while (at != set_apart_.end() && at->position < round_from_) ++at;
  while (at != set_apart_.end() && flight.entries.size() < retry_limit_.of(config_.batch_size)) {
    bytes += at->bytes();
    if (!flight.entries.empty() && std::cmp_greater(bytes, config_.batch_bytes)) break;
    round_from_ = at->position + 1;
    flight.entries.push_back(*at);
    at = set_apart_.erase(at);
  }
  in_round_ = at != set_apart_.end();
  if (in_round_) visit(Branch::take_set_apart_in_part);
}

void Oracle::adapt(Limit& limit, const Flight& flight, const FlushOutcome& outcome, bool fails_again, Instant now) {
  if (outcome.too_much || fails_again) {
    if (outcome.too_much) visit(Branch::too_much_halves);
    limit = {std::max<std::uint64_t>(flight.entries.size() / 2, 1), 0};
    return;
  }
  if (!limit.entries) return;
  const bool quick = outcome.time_limit == Duration{} || now - flight.taken < outcome.time_limit / 2;
  limit.quick = quick && outcome.failure == FailureClass::none ? limit.quick + 1 : 0;
  if (limit.quick < 2) return;
  limit.quick = 0;
  *limit.entries *= 2;
  visit(Branch::limit_doubles);
  if (std::cmp_less(*limit.entries, config_.batch_size)) return;
  visit(Branch::limit_ends);
  limit.entries.reset();
}

// Called when the batch of a retry ended. The limit of retries doubles only after a whole round
// without a failure.
void Oracle::adapt_retries(const Flight& flight, const FlushOutcome& outcome) {
  round_failed_ = round_failed_ || outcome.failure != FailureClass::none;
  if (outcome.too_much) {
    visit(Branch::too_much_in_retry);
    retry_limit_ = {std::max<std::uint64_t>(flight.entries.size() / 2, 1), 0};
  }
  if (in_round_ || round_failed_ || !retry_limit_.entries) return;
  visit(Branch::retry_limit_grows);
  *retry_limit_.entries *= 2;
  if (std::cmp_greater_equal(*retry_limit_.entries, config_.batch_size)) retry_limit_.entries.reset();
}

void Oracle::plan_round(bool was_retry, Instant now) {
  if (set_apart_.empty()) {
    if (retry_) visit(Branch::rounds_end);
    retry_.reset();
    in_round_ = passed_over_ = false;
    rounds_failed_ = 0;
    return;
  }
  const bool round_ended = was_retry && !in_round_;
  if (!round_ended && retry_) return;
  if (round_ended) {
    visit(round_settled_ ? Branch::round_ends : Branch::round_without_progress);
    rounds_failed_ = round_settled_ && !round_too_much_ ? 0 : rounds_failed_ + 1;
  }
  Duration base = 100ms;
  for (std::uint64_t i = 0; i < rounds_failed_ && base < 5s; ++i) base *= 2;
  base = std::min<Duration>(base, 5s);
  retry_ = Backoff{now + base * 3 / 4, now + base, {}};
}

bool Oracle::learn_retry(std::optional<Instant> at) {
  if (at.has_value() != retry_.has_value()) return false;
  if (!at) return true;
  if (retry_->end) return *retry_->end == *at;
  if (*at < retry_->earliest || *at > retry_->latest) return false;
  retry_->end = *at;
  return true;
}

// A newer update of its key that arrived during the flight is pending: it merges with the entry.
void Oracle::put_set_apart(Item entry) {
  const auto pending = std::find_if(pending_.begin(), pending_.end(), [&](const Item& item) {
    return item.agent == entry.agent && item.key == entry.key;
  });
  if (pending != pending_.end()) {
    const bool equal = pending->collected_at == entry.collected_at;
    const bool wins = pending->collected_at > entry.collected_at || (equal && config_.ties == Ties::keep_last);
    visit(wins ? Branch::absorbed_newer : Branch::absorbed_older);
    ++(wins ? counts_.coalesced : counts_.stale);
    if (wins) {
      Item winner = *pending;
      winner.arrived = entry.arrived;
      winner.position = entry.position;
      entry = std::move(winner);
    }
    pending_.erase(pending);
  }
  set_apart_.push_back(std::move(entry));
}

std::uint64_t Oracle::set_apart_entries() const {
  return set_apart_.size() + (flight_ && flight_->set_apart ? flight_->entries.size() : 0);
}

// An update for a key that is set apart merges with its entry there.
bool Oracle::merge_set_apart(const Item& item, Admission* admission) {
  for (Item& buffered : set_apart_) {
    if (!(buffered.agent == item.agent && buffered.key == item.key)) continue;
    const bool equal = item.collected_at == buffered.collected_at;
    const bool replaces = item.collected_at > buffered.collected_at || (equal && config_.ties == Ties::keep_last);
    ++(replaces ? counts_.coalesced : counts_.stale);
    if (admission != nullptr) ++(replaces ? admission->coalesced : admission->stale);
    if (!replaces) return true;
    Item winner = item;
    winner.arrived = buffered.arrived;
    winner.position = buffered.position;
    buffered = std::move(winner);
    return true;
  }
  return false;
}

}  // namespace metabatch::oracle
