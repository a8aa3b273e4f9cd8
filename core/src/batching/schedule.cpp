// SPDX-License-Identifier: Apache-2.0
#include "batching/schedule.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace metabatch {

Schedule::Schedule(const Config& config, Instant now, std::uint64_t seed)
    : policy_(config.schedule),
      interval_(config.interval),
      batch_size_(static_cast<std::uint64_t>(config.batch_size)),
      final_flush_timeout_(config.final_flush_timeout),
      next_tick_(now + config.interval),
      last_end_(now),
      jitter_(seed) {}

void Schedule::reconfigure(const Config& config, Instant now) {
  if (config.interval != interval_ || config.schedule != policy_) {
    next_tick_ = now + config.interval;
    tick_remembered_ = false;
  }
  policy_ = config.schedule;
  interval_ = config.interval;
  batch_size_ = static_cast<std::uint64_t>(config.batch_size);
  final_flush_timeout_ = config.final_flush_timeout;
}

void Schedule::close(Instant now) {
  if (closing()) return;
  close_deadline_ = now + final_flush_timeout_;
  backoff_end_.reset();
}

void Schedule::abandon(Instant now) {
  close(now);
  close_deadline_ = std::min(*close_deadline_, now);
}

void Schedule::flush_now(const Load& load) { sweep(load.pending); }

bool Schedule::needs_oldest(Instant now) const {
  return policy_ == SchedulePolicy::linger || (policy_ == SchedulePolicy::fixed && next_tick_ <= now);
}

void Schedule::pass_ticks(const Load& load, Instant now) {
  if (policy_ != SchedulePolicy::fixed) return;
  if (next_tick_ <= now) {
    const Instant last = next_tick_ + (now - next_tick_) / interval_ * interval_;
    next_tick_ = last + interval_;
    if (held_back(now)) {
      tick_remembered_ = true;
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
    case SchedulePolicy::fixed: return false;  // ticks sweep
    case SchedulePolicy::after_flush: return now >= last_end_ + interval_;
    case SchedulePolicy::linger: return load.oldest && now >= *load.oldest + interval_;
  }
  return false;
}

std::optional<Reason> Schedule::due(const Load& load, Instant now) {
  pass_ticks(load, now);
  if (load.pending == 0) sweep_ = 0;
  if (load.pending == 0 || held_back(now) || close_expired(now)) return std::nullopt;
  backoff_end_.reset();
  if (closing()) return Reason::shutdown;
  if (sweep_ == 0 && is_time(load, now)) sweep(load.pending);
  if (load.pending >= batch_size_) return Reason::capacity;
  if (sweep_ > 0) return Reason::scheduled;
  return std::nullopt;
}

void Schedule::began(std::uint64_t entries) {
  in_flight_ = true;
  sweep_ -= std::min(sweep_, entries);
}

void Schedule::ended(FailureClass failure, std::uint64_t unwritten, Instant now) {
  pass_ticks({}, now);  // those that passed in flight are remembered
  in_flight_ = false;
  last_end_ = now;
  sweep_ += unwritten;  // they are the longest-waiting again, and were due already
  if (failure == FailureClass::none) {
    failures_ = 0;
    return;
  }
  ++failures_;
  backoff_end_ = now + backoff(failure);
}

// The jitter keeps replicas that failed together from coming back together.
Duration Schedule::backoff(FailureClass failure) {
  jitter_ = mix(jitter_ + 0x9e3779b97f4a7c15ULL, 0xd6e8feb86659fd93ULL);
  Duration longest = kPermissionBackoff;
  if (failure != FailureClass::permission) {
    const std::uint32_t doublings = std::min(failures_ - 1, std::uint32_t{16});
    longest = std::min(kFirstBackoff * (std::int64_t{1} << doublings), kLongestBackoff);
  }
  const auto quarter = static_cast<std::uint64_t>(longest.count() / 4);
  return longest - Duration(static_cast<std::int64_t>(jitter_ % (quarter + 1)));
}

std::optional<Instant> Schedule::next_deadline(const Load& load) const {
  if (in_flight_) return close_deadline_;
  if (load.pending == 0) return std::nullopt;
  Instant at = Instant::max();
  if (closing() || load.pending >= batch_size_ || sweep_ > 0 || tick_remembered_) {
    at = Instant{};  // long past on every driver's clock, and safe to subtract from
  } else if (policy_ == SchedulePolicy::fixed) {
    at = next_tick_;
  } else if (policy_ == SchedulePolicy::after_flush) {
    at = last_end_ + interval_;
  } else if (load.oldest) {
    at = *load.oldest + interval_;
  }
  if (backoff_end_) at = std::max(at, *backoff_end_);
  return close_deadline_ ? std::min(at, *close_deadline_) : at;
}

}  // namespace metabatch
