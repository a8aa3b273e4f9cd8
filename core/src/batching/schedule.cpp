// SPDX-License-Identifier: Apache-2.0
#include "batching/schedule.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace metabatch {

Schedule::Schedule(const ValidConfig& config, Instant now, std::uint64_t seed)
    : policy_(config->schedule),
      interval_(config->interval),
      batch_size_(static_cast<std::uint64_t>(config->batch_size)),
      batch_bytes_(static_cast<std::uint64_t>(config->batch_bytes)),
      final_flush_timeout_(config->final_flush_timeout),
      next_tick_(now + config->interval),
      last_end_(now),
      jitter_(seed) {}

void Schedule::reconfigure(const ValidConfig& config, Instant now) {
  if (config->interval != interval_ || config->schedule != policy_) {
    next_tick_ = now + config->interval;
    tick_remembered_ = false;
  }
  policy_ = config->schedule;
  interval_ = config->interval;
  batch_size_ = static_cast<std::uint64_t>(config->batch_size);
  batch_bytes_ = static_cast<std::uint64_t>(config->batch_bytes);
  final_flush_timeout_ = config->final_flush_timeout;
}

void Schedule::close(Instant now) {
  if (closing()) return;
  close_deadline_ = now + final_flush_timeout_;
  backoff_end_.reset();
  set_apart_.failures = 0;
  if (set_apart_.next_round) set_apart_.next_round = now;
}

void Schedule::abandon(Instant now) {
  close(now);
  close_deadline_ = std::min(*close_deadline_, now);
}

void Schedule::flush_now(const Load& load) { sweep(load.pending); }

bool Schedule::needs_oldest(Instant now) const {
  return policy_ == SchedulePolicy::linger || (has_ticks() && next_tick_ <= now);
}

// A tick that passes during a flush is remembered (fixed) or discarded (reset: the end of the flush
// sets the timer anew). A retry of what is set apart must not delay what is pending, so a tick that
// passes during one is always remembered.
void Schedule::pass_ticks(const Load& load, Instant now) {
  if (!has_ticks()) return;
  if (next_tick_ <= now) {
    const Instant last = next_tick_ + (now - next_tick_) / interval_ * interval_;
    next_tick_ = last + interval_;
    const bool in_backoff = policy_ == SchedulePolicy::reset && backoff_end_ && last <= *backoff_end_;
    if (held_back(now) || in_backoff) {
      tick_remembered_ = tick_remembered_ || policy_ == SchedulePolicy::fixed || set_apart_.in_flight;
    } else if (load.pending > 0 && load.oldest && *load.oldest <= last) {
      sweep(load.pending);
    }
  }
  if (tick_remembered_ && !held_back(now)) {
    tick_remembered_ = false;
    sweep(load.pending);
  }
}

bool Schedule::is_time(const Load& load, Instant now) const {
  switch (policy_) {
    case SchedulePolicy::fixed:
    case SchedulePolicy::reset: return false;  // ticks sweep
    case SchedulePolicy::after_flush: return now >= last_end_ + interval_;
    case SchedulePolicy::linger: return load.oldest && now >= *load.oldest + interval_;
  }
  return false;
}

std::optional<Reason> Schedule::pending_due(const Load& load, Instant now) {
  if (load.pending == 0) return std::nullopt;
  if (closing()) return Reason::shutdown;
  if (sweep_ == 0 && is_time(load, now)) sweep(load.pending);
  if (is_full(load)) return Reason::capacity;
  if (sweep_ > 0) return Reason::scheduled;
  return std::nullopt;
}

// When both kinds are due they take turns, the pending entries first: so neither starves the other,
// and a batch of pending entries waits for one retry at most.
std::optional<Due> Schedule::due(const Load& load, Instant now) {
  pass_ticks(load, now);
  if (load.pending == 0) sweep_ = 0;
  if (load.pending == 0 && load.set_apart == 0) return std::nullopt;
  if (held_back(now) || close_expired(now)) return std::nullopt;
  backoff_end_.reset();
  const bool retry =
      load.set_apart > 0 && set_apart_.next_round && (set_apart_.in_round || now >= *set_apart_.next_round);
  const std::optional<Reason> reason = pending_due(load, now);
  if (reason && !(retry && set_apart_.passed_over)) {
    set_apart_.passed_over = retry;
    return Due{*reason, false};
  }
  if (retry) return Due{closing() ? Reason::shutdown : Reason::scheduled, true};
  return std::nullopt;
}

// Less than half a batch waits, unless no larger batch can come of it: a sweep or a close takes
// everything.
bool Schedule::may_wait(std::uint64_t taken, std::uint64_t kept, std::uint64_t pending) const {
  if (kept == taken || kept * 2 >= batch_limit()) return false;
  if (closing()) return pending > 0;
  return sweep_ == 0 || sweep_ > taken;
}

void Schedule::left_out_all(std::uint64_t entries, Instant now) {
  left_out(entries);
  last_end_ = now;
}

void Schedule::began(std::uint64_t entries) {
  in_flight_ = true;
  sweep_ -= std::min(sweep_, entries);
}

void Schedule::began_set_apart(bool last) {
  in_flight_ = true;
  set_apart_.in_flight = true;
  set_apart_.passed_over = false;
  if (!set_apart_.in_round) set_apart_.settled = set_apart_.too_much = set_apart_.failed = false;
  set_apart_.in_round = !last;
}

void Schedule::ended(const FlushEnd& end, Instant now) {
  pass_ticks({}, now);  // those that passed in flight are remembered
  in_flight_ = false;
  if (set_apart_.in_flight) {
    ended_set_apart(end);
  } else {
    ended_pending(end, now);
  }
  plan_round(end, now);
  set_apart_.in_flight = false;
}

// The returned entries are the longest-pending again, and were due already. A flush that settled
// anything made progress: what it left is due at once, without a backoff.
void Schedule::ended_pending(const FlushEnd& end, Instant now) {
  last_end_ = now;
  if (policy_ == SchedulePolicy::reset) next_tick_ = now + interval_;
  sweep_ += end.returned;
  const bool is_of_entries = end.failure == FailureClass::data || end.failure == FailureClass::other;
  const bool fails_again =
      is_of_entries && !end.progress && failures_ > 0;  // whatever it is, a smaller batch isolates it
  if (end.too_much || fails_again) {
    limit_.was_too_much(end.entries);
  } else {
    limit_.ended(end.failure != FailureClass::none, end.took, end.time_limit, batch_size_);
  }
  if (end.failure == FailureClass::none || end.progress) {
    failures_ = 0;
    return;
  }
  failures_ = end.too_much ? 1 : failures_ + 1;  // a smaller batch is a new attempt
  const bool permission = end.failure == FailureClass::permission;
  backoff_end_ = now + backoff(failures_, permission ? kFirstPermissionBackoff : kFirstBackoff,
                               permission ? kLongestPermissionBackoff : kLongestBackoff);
}

// The limit grows only after a whole round that went well. If it grew within a round, the next
// round would join an entry that is always too much with the same others again, and they would
// never be tried without it.
void Schedule::ended_set_apart(const FlushEnd& end) {
  set_apart_.settled = set_apart_.settled || end.settled;
  set_apart_.failed = set_apart_.failed || end.failure != FailureClass::none;
  if (end.too_much) {
    set_apart_.too_much = true;
    set_apart_.limit.was_too_much(end.entries);
  }
  if (!set_apart_.in_round && !set_apart_.failed) set_apart_.limit.grow(batch_size_);
}

// A round that is over plans the next one; so does the first entry that is set apart. Entries that
// join later wait for the round that is planned already.
void Schedule::plan_round(const FlushEnd& end, Instant now) {
  if (end.all_set_apart == 0) {
    set_apart_.next_round.reset();
    set_apart_.in_round = set_apart_.passed_over = false;
    set_apart_.failures = 0;
    return;
  }
  const bool round_ended = set_apart_.in_flight && !set_apart_.in_round;
  if (!round_ended && set_apart_.next_round) return;
  if (round_ended) set_apart_.failures = set_apart_.settled && !set_apart_.too_much ? 0 : set_apart_.failures + 1;
  set_apart_.next_round = now + backoff(set_apart_.failures + 1, kFirstBackoff, kLongestBackoff);
}

// The jitter keeps replicas that failed together from coming back together.
Duration Schedule::backoff(std::uint32_t failures, Duration first, Duration longest) {
  jitter_ = mix(jitter_ + 0x9e3779b97f4a7c15ULL, 0xd6e8feb86659fd93ULL);
  const std::uint32_t doublings = std::min(failures - 1, std::uint32_t{16});
  const Duration whole = std::min(first * (std::int64_t{1} << doublings), longest);
  const auto quarter = static_cast<std::uint64_t>(whole.count() / 4);
  return whole - Duration(static_cast<std::int64_t>(jitter_ % (quarter + 1)));
}

std::optional<Instant> Schedule::next_deadline(const Load& load) const {
  constexpr Instant kAtOnce{};  // long past on every driver's clock, and safe to subtract from
  if (in_flight_) return close_deadline_;
  Instant at = Instant::max();
  if (load.pending > 0) {
    if (closing() || is_full(load) || sweep_ > 0 || tick_remembered_) {
      at = kAtOnce;
    } else if (has_ticks()) {
      at = next_tick_;
      if (policy_ == SchedulePolicy::reset && backoff_end_ &&
          at <= *backoff_end_)  // those in the backoff are discarded
        at += ((*backoff_end_ - at) / interval_ + 1) * interval_;
    } else if (policy_ == SchedulePolicy::after_flush) {
      at = last_end_ + interval_;
    } else if (load.oldest) {
      at = *load.oldest + interval_;
    }
  }
  if (load.set_apart > 0 && set_apart_.next_round)
    at = std::min(at, set_apart_.in_round ? kAtOnce : *set_apart_.next_round);
  if (load.pending == 0 && load.set_apart == 0) return std::nullopt;
  if (backoff_end_) at = std::max(at, *backoff_end_);
  return close_deadline_ ? std::min(at, *close_deadline_) : at;
}

}  // namespace metabatch
