// SPDX-License-Identifier: Apache-2.0
// The oracle's time and flushes; adding, changing and closing are in oracle.cpp.
#include "support/oracle.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::oracle {
namespace {

using namespace std::chrono_literals;

bool is_of_entries(FailureClass failure) { return failure == FailureClass::data || failure == FailureClass::other; }

bool leaves_before(const Item& a, const Item& b) { return a.agent == b.agent ? a.key < b.key : a.agent < b.agent; }

}  // namespace

// ---- time

// A tick sweeps what arrives with it: adds and changes come before the events of their instant,
// take and complete after them.
void Oracle::pass_time_before(Instant now) { pass_time(std::max(evaluated_, now - Duration(1))); }

void Oracle::pass_time(Instant now) {
  Instant from = evaluated_;
  if (backoff_) {
    const Instant end = backoff_->end.value_or(backoff_->latest);
    if (end <= now) {
      pass_ticks(from, end);
      end_backoff();
      from = end;
    }
  }
  pass_ticks(from, now);
  evaluated_ = now;
}

// A tick during a retry of entries that are set apart is always remembered; `reset` forgets one
// that falls into another flush.
void Oracle::pass_ticks(Instant from, Instant until) {
  const bool is_reset = config_.schedule == SchedulePolicy::reset;
  if (config_.schedule != SchedulePolicy::fixed && !is_reset) return;
  const Instant tick = next_tick(from);
  if (tick > until) return;
  if (flight_ && flight_->set_apart) {
    visit(Branch::tick_in_retry);
    remembered_ = true;
  } else if (is_reset && (flight_ || backoff_)) {
    visit(Branch::tick_discarded);
  } else if (flight_ || backoff_) {
    visit(flight_ ? Branch::tick_in_flight : Branch::tick_in_backoff);
    if (remembered_ || next_tick(tick) <= until) visit(Branch::tick_second_missed);
    remembered_ = true;
  } else {
    visit(pending_.empty() ? Branch::tick_empty : Branch::tick_sweeps);
    sweep();
  }
}

// Marks entries to retry as due since they were merged back.
void Oracle::end_backoff() {
  backoff_.reset();
  visit(pending_.empty() ? Branch::backoff_ends_empty : Branch::backoff_ends_due);
  fire_remembered();
}

void Oracle::sweep() {
  for (Item& item : pending_) item.due = true;
}

bool Oracle::holds_due() const {
  for (const Item& item : pending_)
    if (item.due) return true;
  return false;
}

void Oracle::fire_remembered() {
  if (!remembered_) return;
  remembered_ = false;
  visit(pending_.empty() ? Branch::tick_remembered_empty : Branch::tick_remembered_sweeps);
  sweep();
}

void Oracle::sweep_when_due(Instant now) {
  if (flight_ || backoff_ || holds_due() || pending_.empty()) return;
  if (config_.schedule == SchedulePolicy::after_flush && now >= after_flush_deadline()) {
    visit(pending_.back().added == now ? Branch::after_flush_add_when_past : Branch::after_flush_due);
    sweep();
  }
  if (config_.schedule == SchedulePolicy::linger && now >= pending_.front().arrived + config_.interval) {
    visit(Branch::linger_due);
    sweep();
  }
}

bool Oracle::is_pending_due() const { return !pending_.empty() && (closed_ || is_full() || holds_due()); }

bool Oracle::is_due(Instant now) const {
  if (flight_ || backoff_ || (closed_ && now >= close_deadline_)) return false;
  return is_pending_due() || is_retry_due(now);
}

std::optional<Instant> Oracle::deadline_without_backoff(Instant now) const {
  if (flight_) return {};
  std::optional<Instant> next;
  if (!set_apart_.empty() && retry_) next = in_round_ ? now : retry_->end;
  if (pending_.empty()) return next;
  const auto earlier = [&](Instant at) { return next ? std::min(*next, at) : at; };
  if (closed_ || is_full() || holds_due() || remembered_) return earlier(now);
  switch (config_.schedule) {
    case SchedulePolicy::fixed: return earlier(next_tick(evaluated_));
    case SchedulePolicy::reset:  // ticks in a backoff are discarded
      return earlier(next_tick(backoff_ && backoff_->end ? std::max(evaluated_, *backoff_->end) : evaluated_));
    case SchedulePolicy::after_flush: return earlier(after_flush_deadline());
    case SchedulePolicy::linger: return earlier(pending_.front().arrived + config_.interval);
  }
  return next;
}

std::optional<Instant> Oracle::deadline(Instant now) const {
  if (flight_) return closing_until();  // to cancel it
  std::optional<Instant> next = deadline_without_backoff(now);
  if (next && backoff_ && backoff_->end) next = std::max(*next, *backoff_->end);
  if (next && closed_) next = std::min(*next, close_deadline_);
  return next;
}

// ---- flushes

const Flight* Oracle::take(Instant now) {
  pass_time(now);
  for (;;) {
    sweep_when_due(now);
    if (!is_due(now)) {
      if (flight_)
        visit(Branch::take_in_flight);
      else if (backoff_ && !(pending_.empty() && set_apart_.empty()))
        visit(Branch::take_in_backoff);
      else if (closed_ && !(pending_.empty() && set_apart_.empty()))
        visit(Branch::take_late);
      else
        visit(Branch::take_nothing);
      return nullptr;
    }
    Flight flight = next_flight(now);
    flight.remembers = config_.suppress_unchanged > Duration{};
    if (!flight.set_apart && flight.remembers && !leave_out(flight, now)) continue;
    flight.id = ++ids_;
    std::sort(flight.entries.begin(), flight.entries.end(), leaves_before);
    for (std::size_t i = 0; i < flight.entries.size(); ++i)
      if (i == 0 || !(flight.entries[i].agent == flight.entries[i - 1].agent)) ++utilization_count;
    utilization_sum += flight.entries.size();
    flight_ = std::move(flight);
    return &*flight_;
  }
}

Flight Oracle::next_flight(Instant now) {
  Flight flight;
  flight.taken = now;
  const bool retry = is_retry_due(now);
  flight.set_apart = retry && (!is_pending_due() || passed_over_);
  const bool full = is_full();
  flight.reason = closed_ ? Reason::shutdown : full && !flight.set_apart ? Reason::capacity : Reason::scheduled;
  if (flight.set_apart) {
    visit(is_pending_due() ? Branch::take_set_apart_in_turn : Branch::take_set_apart);
    take_set_apart(flight);
  } else {
    visit(closed_ ? Branch::take_shutdown : full ? Branch::take_capacity : Branch::take_scheduled);
    passed_over_ = retry;
    take_pending(flight);
  }
  return flight;
}

void Oracle::take_pending(Flight& flight) {
  std::uint64_t bytes = 0;
  while (!pending_.empty() && flight.entries.size() < limit_.of(config_.batch_size)) {
    bytes += pending_.front().bytes();
    if (!flight.entries.empty() && std::cmp_greater(bytes, config_.batch_bytes)) {
      visit(Branch::take_cut_by_bytes);
      break;
    }
    flight.entries.push_back(pending_.front());
    pending_.erase(pending_.begin());
  }
  if (!closed_ && !pending_.empty())
    visit(holds_due() ? Branch::take_remainder_of_sweep : Branch::take_remainder_waits);
}

// False: nothing of the batch is to be written now.
bool Oracle::leave_out(Flight& flight, Instant now) {
  const bool holds_due =
      std::any_of(flight.entries.begin(), flight.entries.end(), [](const Item& item) { return item.due; });
  const std::size_t taken = flight.entries.size();
  std::erase_if(flight.entries, [&](const Item& item) {
    const KnownRows::Answer answer = known_.judge(item, config_.suppress_unchanged, now, coverage_);
    counts_.unchanged += answer == KnownRows::Answer::unchanged;
    counts_.stale += answer == KnownRows::Answer::older;
    return answer != KnownRows::Answer::written;
  });
  const std::size_t kept = flight.entries.size();
  if (kept == taken) return true;
  if (kept == 0) {
    visit(Branch::left_out_all);
    last_end_ = now;
    absorb();
    return false;
  }
  const bool is_small = kept * 2 < limit_.of(config_.batch_size);
  const bool more_is_due = !pending_.empty() && (closed_ || pending_.front().due);
  const bool nothing_is_due = !closed_ && !holds_due;
  if (!is_small || !(more_is_due || nothing_is_due)) return true;
  visit(Branch::left_out_waits);
  pending_.insert(pending_.begin(), flight.entries.begin(), flight.entries.end());
  absorb();
  return false;
}

void Oracle::complete(std::uint64_t id, const FlushOutcome& outcome, Instant now) {
  if (!flight_ || flight_->id != id) {
    visit(Branch::complete_unknown);
    return;
  }
  pass_time(now);
  const Flight ended = *flight_;
  flight_.reset();
  const Tally tally = settle_all(ended, outcome, now);
  if (config_.suppress_unchanged > Duration{}) known_.landed(ended, outcome, tally.fates, now);
  const bool progress = tally.unwritten < ended.entries.size();
  count(ended, outcome, tally.settled);
  absorb();
  if (ended.set_apart) {
    round_settled_ = round_settled_ || tally.settled > 0;
    round_too_much_ = round_too_much_ || outcome.too_much;
    adapt_retries(ended, outcome);
    fire_remembered();
  } else {
    end_pending(ended, outcome, progress, now);
  }
  plan_round(ended.set_apart, now);
}

Tally Oracle::settle_all(const Flight& ended, const FlushOutcome& outcome, Instant now) {
  const bool failed = outcome.failure != FailureClass::none;
  if (failed && !outcome.fates.empty()) visit(Branch::failed_in_part);
  Tally tally;
  for (std::size_t i = 0; i < ended.entries.size(); ++i) {
    Fate fate = outcome.fates.empty() ? (failed ? Fate::unwritten : Fate::written) : outcome.fates[i];
    tally.unwritten += fate == Fate::unwritten;
    if (fate == Fate::unwritten && ended.entries.size() == 1 && config_.on_failure == OnFailure::retain &&
        (outcome.too_much || is_of_entries(outcome.failure))) {
      visit(outcome.too_much ? Branch::too_much_alone : Branch::fails_alone);
      tally.unwritten -= outcome.too_much;
      fate = Fate::locked;
    }
    tally.settled += fate != Fate::unwritten && fate != Fate::locked;
    tally.fates.push_back(fate);
    settle(ended.entries[i], fate, ended.set_apart, now);
  }
  return tally;
}

void Oracle::count(const Flight& ended, const FlushOutcome& outcome, std::size_t settled) {
  flushes.retries += outcome.retries;
  flushes.chunks += outcome.chunks_published;
  flushes.notify_bytes += outcome.notify_bytes;
  flushes.publish_errors += outcome.publish_errors;
  flushes.rows_ahead += outcome.rows_ahead;
  if (outcome.failure != FailureClass::none) {
    ++flushes.failures[static_cast<std::size_t>(outcome.failure)];
  } else if (settled > 0) {
    ++flushes.flushes[static_cast<std::size_t>(ended.reason)];
    flushes.flushed_entries += settled;
  }
}

void Oracle::end_pending(const Flight& ended, const FlushOutcome& outcome, bool progress, Instant now) {
  last_end_ = now;
  if (config_.schedule == SchedulePolicy::reset) start_ = evaluated_ = now;
  const bool fails_again = is_of_entries(outcome.failure) && !progress && failures_ > 0;
  if (fails_again) visit(Branch::fails_again_halves);
  adapt(limit_, ended, outcome, fails_again, now);
  if (outcome.failure != FailureClass::none && !progress) {
    if (outcome.too_much) failures_ = 0;
    begin_backoff(outcome.failure, now);
    return;
  }
  if (outcome.failure != FailureClass::none) visit(Branch::backoff_spared_by_progress);
  if (failures_ > 0) visit(Branch::backoff_reset);
  failures_ = 0;
  fire_remembered();
}

void Oracle::settle(const Item& entry, Fate fate, bool was_retry, Instant now) {
  switch (fate) {
    case Fate::written:
      visit(Branch::fate_written);
      ++counts_.written;
      ++delays;
      longest_delay = std::max(longest_delay, now - entry.added);
      return;
    case Fate::rows_stale:
      visit(Branch::fate_rows_stale);
      ++counts_.rows_stale;
      return;
    case Fate::unmatched:
      visit(Branch::fate_unmatched);
      ++counts_.unmatched;
      return;
    case Fate::quarantined:
      visit(Branch::fate_quarantined);
      ++counts_.quarantined;
      return;
    case Fate::locked:
      visit(was_retry ? Branch::locked_again : Branch::fate_locked);
      put_set_apart(entry);
      return;
    case Fate::unwritten:
    case Fate::spooled: break;
  }
  if (config_.on_failure == OnFailure::discard) {
    visit(Branch::fate_discarded);
    ++counts_.discarded;
    return;
  }
  if (was_retry) {
    visit(Branch::unwritten_again);
    put_set_apart(entry);
    return;
  }
  visit(Branch::fate_retained);
  merge_back(entry);
}

// As if the returning entry had been added first, and the buffered one after it.
void Oracle::merge_back(Item entry) {
  const auto pending = std::find_if(pending_.begin(), pending_.end(), [&](const Item& item) {
    return item.agent == entry.agent && item.key == entry.key;
  });
  if (pending == pending_.end()) {
    visit(Branch::back_alone);
  } else {
    const bool newer = pending->collected_at > entry.collected_at;
    const bool equal = pending->collected_at == entry.collected_at;
    const bool waiting_wins = newer || (equal && config_.ties == Ties::keep_last);
    visit(newer          ? Branch::back_newer
          : !equal       ? Branch::back_older
          : waiting_wins ? Branch::back_tie_last
                         : Branch::back_tie_first);
    ++(waiting_wins ? counts_.coalesced : counts_.stale);
    Item winner = waiting_wins ? *pending : entry;
    winner.position = std::min(entry.position, pending->position);
    winner.arrived = entry.position < pending->position ? entry.arrived : pending->arrived;
    entry = std::move(winner);
    pending_.erase(pending);
  }
  entry.due = true;
  auto at = pending_.begin();
  while (at != pending_.end() && at->position < entry.position) ++at;
  pending_.insert(at, std::move(entry));
}

void Oracle::begin_backoff(FailureClass failure, Instant now) {
  const bool permission = failure == FailureClass::permission;
  const Duration most = permission ? 30s : 5s;
  Duration base = permission ? 1s : 100ms;
  for (std::uint64_t i = 0; i < failures_ && base < most; ++i) base *= 2;
  if (failures_ > 0) visit(base < most ? Branch::backoff_doubles : Branch::backoff_capped);
  if (permission) visit(failures_ > 0 ? Branch::backoff_permission_doubles : Branch::backoff_permission);
  base = std::min(base, most);
  ++failures_;
  if (closed_) visit(Branch::backoff_while_closing);
  backoff_ = Backoff{now + base * 3 / 4, now + base, {}};
}

bool Oracle::learn_backoff_end(Instant end) {
  if (!backoff_ || end < backoff_->earliest || end > backoff_->latest) return false;
  backoff_->end = end;
  return true;
}

}  // namespace metabatch::oracle
