// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

namespace metabatch::sql {

/// When something was last said. Any thread; a short lock.
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

/// Whether it was said that the table is empty. Any thread; a short lock.
class EmptyTable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// @return false: said already; else it counts as said now
  [[nodiscard]] bool claim(Time now) {
    const std::lock_guard lock(mutex_);
    if (said_) return false;
    said_ = now;
    return true;
  }
  /// A flush that began then found a row: what was said before it is over.
  void found(Time began) {
    const std::lock_guard lock(mutex_);
    if (said_ && began > *said_) said_.reset();
  }

 private:
  std::mutex mutex_;
  std::optional<Time> said_;  // mutex_
};

/// What stores of one program share, so that each does not say it for itself.
struct PgWarnings {
  LastWarning ahead;  ///< entries dated ahead of the server's clock
  EmptyTable empty;
};

}  // namespace metabatch::sql
