// SPDX-License-Identifier: Apache-2.0
// The oracle's time and flushes; what is added, changed and closed is in oracle.cpp.
#include "support/oracle.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::oracle {
namespace {

using namespace std::chrono_literals;

bool leaves_before(const Item& a, const Item& b) { return a.agent == b.agent ? a.key < b.key : a.agent < b.agent; }

}  // namespace

// ---- time

// What arrives with a tick is swept by it: adds and changes come before the events of their instant, take and
// complete behind them.
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

void Oracle::pass_ticks(Instant from, Instant until) {
  if (config_.schedule != SchedulePolicy::fixed) return;
  const Instant tick = next_tick(from);
  if (tick > until) return;
  if (flight_ || backoff_) {
    visit(flight_ ? Branch::tick_in_flight : Branch::tick_in_backoff);
    if (remembered_ || next_tick(tick) <= until) visit(Branch::tick_second_missed);
    remembered_ = true;
  } else {
    visit(pending_.empty() ? Branch::tick_empty : Branch::tick_sweeps);
    sweep();
  }
}

// What is to be retried is marked as due since it was merged back.
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

bool Oracle::is_due(Instant now) const {
  if (flight_ || backoff_ || pending_.empty()) return false;
  if (closed_) return now < close_deadline_;
  return is_full() || holds_due();
}

std::optional<Instant> Oracle::deadline_without_backoff(Instant now) const {
  if (flight_ || pending_.empty()) return {};
  if (closed_ || is_full() || holds_due() || remembered_) return now;
  switch (config_.schedule) {
    case SchedulePolicy::fixed: return next_tick(evaluated_);
    case SchedulePolicy::after_flush: return after_flush_deadline();
    case SchedulePolicy::linger: return pending_.front().arrived + config_.interval;
  }
  return {};
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
  sweep_when_due(now);
  if (!is_due(now)) {
    if (flight_)
      visit(Branch::take_in_flight);
    else if (backoff_ && !pending_.empty())
      visit(Branch::take_in_backoff);
    else if (closed_ && !pending_.empty())
      visit(Branch::take_late);
    else
      visit(Branch::take_nothing);
    return nullptr;
  }
  Flight flight;
  flight.id = ++ids_;
  flight.taken = now;
  flight.reason = closed_ ? Reason::shutdown : is_full() ? Reason::capacity : Reason::scheduled;
  visit(closed_ ? Branch::take_shutdown : is_full() ? Branch::take_capacity : Branch::take_scheduled);
  while (!pending_.empty() && std::cmp_less(flight.entries.size(), config_.batch_size)) {
    flight.entries.push_back(pending_.front());
    pending_.erase(pending_.begin());
  }
  if (!closed_ && !pending_.empty())
    visit(holds_due() ? Branch::take_remainder_of_sweep : Branch::take_remainder_waits);
  std::sort(flight.entries.begin(), flight.entries.end(), leaves_before);
  for (std::size_t i = 0; i < flight.entries.size(); ++i)
    if (i == 0 || !(flight.entries[i].agent == flight.entries[i - 1].agent)) ++utilization_count;
  utilization_sum += flight.entries.size();
  flight_ = std::move(flight);
  return &*flight_;
}

void Oracle::complete(std::uint64_t id, const FlushOutcome& outcome, Instant now) {
  if (!flight_ || flight_->id != id) {
    visit(Branch::complete_unknown);
    return;
  }
  pass_time(now);
  const Flight ended = *flight_;
  flight_.reset();
  last_end_ = now;
  const bool failed = outcome.failure != FailureClass::none;
  if (failed && !outcome.fates.empty()) visit(Branch::failed_in_part);
  for (std::size_t i = 0; i < ended.entries.size(); ++i)
    settle(ended.entries[i], outcome.fates.empty() ? (failed ? Fate::unwritten : Fate::written) : outcome.fates[i],
           now);
  flushes.retries += outcome.retries;
  flushes.chunks += outcome.chunks_published;
  flushes.notify_bytes += outcome.notify_bytes;
  flushes.publish_errors += outcome.publish_errors;
  absorb();
  if (failed) {
    ++flushes.failures[static_cast<std::size_t>(outcome.failure)];
    begin_backoff(outcome.failure, now);
  } else {
    ++flushes.flushes[static_cast<std::size_t>(ended.reason)];
    flushes.flushed_entries += ended.entries.size();
    if (failures_ > 0) visit(Branch::backoff_reset);
    failures_ = 0;
    fire_remembered();
  }
}

void Oracle::settle(const Item& entry, Fate fate, Instant now) {
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
    case Fate::unwritten:
    case Fate::spooled: break;
  }
  if (config_.on_failure == OnFailure::discard) {
    visit(Branch::fate_discarded);
    ++counts_.discarded;
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
  Duration base = 30s;
  if (failure == FailureClass::permission) {
    visit(Branch::backoff_permission);
  } else {
    base = 100ms;
    for (std::uint64_t i = 0; i < failures_ && base < 5s; ++i) base *= 2;
    if (failures_ > 0) visit(base < 5s ? Branch::backoff_doubles : Branch::backoff_capped);
    base = std::min<Duration>(base, 5s);
  }
  ++failures_;
  if (closed_) visit(Branch::backoff_while_closing);
  backoff_ = Backoff{now + base * 3 / 4, now + base * 5 / 4, {}};
}

bool Oracle::learn_backoff_end(Instant end) {
  if (!backoff_ || end < backoff_->earliest || end > backoff_->latest) return false;
  backoff_->end = end;
  return true;
}

}  // namespace metabatch::oracle
