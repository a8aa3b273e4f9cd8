// SPDX-License-Identifier: Apache-2.0
#include "fleet/arrival_times.hpp"

#include <algorithm>

namespace metabatch {
namespace {

Duration micros(std::int64_t count) { return std::chrono::microseconds(count); }

}  // namespace

Duration ArrivalTimes::next(std::optional<std::int64_t> at_us, std::optional<WallTime> stamp) {
  std::int64_t since = 0;  // microseconds since the origin
  if (at_us) {
    since = std::clamp<std::int64_t>(*at_us, 0, kMostMicros);
  } else if (stamp) {
    if (!first_stamp_) first_stamp_ = *stamp - std::chrono::duration_cast<WallTime::duration>(now_ - origin_);
    if (*stamp <= *first_stamp_) return now_;
    const auto passed = static_cast<std::uint64_t>(stamp->time_since_epoch().count()) -
                        static_cast<std::uint64_t>(first_stamp_->time_since_epoch().count());
    since = static_cast<std::int64_t>(std::min(passed, static_cast<std::uint64_t>(kMostMicros)));
  }
  now_ = std::clamp(origin_ + micros(since), now_, std::max(now_, micros(kMostMicros)));
  return now_;
}

void ArrivalTimes::begin_anew() {
  origin_ = now_;
  first_stamp_.reset();
}

}  // namespace metabatch
