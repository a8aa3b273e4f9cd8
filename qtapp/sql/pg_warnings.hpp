// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

namespace metabatch::sql {

/// When something was last said: stores of one program share it, so that each does not say it for itself. Any thread; a short
/// lock.
class LastWarning {
 public:
  using Time = std::chrono::steady_clock::time_point;

  [[nodiscard]] bool is_due(Time now, Time::duration between) const {
    const std::lock_guard lock(mutex_);
    return !said_ || now >= *said_ + between;
  }
  /// @return false: not due; else it counts as said now
  [[nodiscard]] bool claim(Time now, Time::duration between) {
    const std::lock_guard lock(mutex_);
    if (said_ && now < *said_ + between) return false;
    said_ = now;
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Time> said_;  // mutex_
};

}  // namespace metabatch::sql
