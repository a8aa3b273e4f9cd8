// SPDX-License-Identifier: Apache-2.0
#include "fleet/arrival_times.hpp"

#include <algorithm>

namespace metabatch {
namespace {

Duration micros(std::int64_t count) { return std::chrono::microseconds(count); }

bool are_apart(WallTime a, WallTime b) {
  const WallTime early = std::min(a, b), late = std::max(a, b);
  const auto apart = static_cast<std::uint64_t>(late.time_since_epoch().count()) -
                     static_cast<std::uint64_t>(early.time_since_epoch().count());
  return apart > static_cast<std::uint64_t>(WallTime::duration(kMostApart).count());
}

}  // namespace

Duration ArrivalTimes::next(std::optional<std::int64_t> at_us, std::optional<WallTime> stamp) {
  std::int64_t since = 0;  // microseconds since the origin
  is_clock_wrong_ = false;
  if (at_us) {
    since = std::clamp<std::int64_t>(*at_us, 0, kMostMicros);
  } else if (stamp) {
    if (!first_stamp_) begin_at(*stamp);
    if (are_apart(*stamp, *last_stamp_)) {
      // One line alone is wrong. Where the next one agrees with it, those before were.
      is_clock_wrong_ = !doubted_ || are_apart(*stamp, *doubted_);
      doubted_ = *stamp;
      if (is_clock_wrong_) return now_;
      begin_at(*stamp);
    }
    doubted_.reset();
    last_stamp_ = *stamp;
    if (*stamp <= *first_stamp_) return now_;
    const auto passed = static_cast<std::uint64_t>(stamp->time_since_epoch().count()) -
                        static_cast<std::uint64_t>(first_stamp_->time_since_epoch().count());
    since = static_cast<std::int64_t>(std::min(passed, static_cast<std::uint64_t>(kMostMicros)));
  }
  now_ = std::clamp(origin_ + micros(since), now_, std::max(now_, micros(kMostMicros)));
  return now_;
}

/// Stamps count from `stamp`, which comes now.
void ArrivalTimes::begin_at(WallTime stamp) {
  first_stamp_ = stamp - std::chrono::duration_cast<WallTime::duration>(now_ - origin_);
  last_stamp_ = stamp;
}

void ArrivalTimes::begin_anew() {
  origin_ = now_;
  first_stamp_.reset();
  last_stamp_.reset();
  doubted_.reset();
}

}  // namespace metabatch
