// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

namespace metabatch::sql {

/// When a warning was last given. Any thread; a short lock.
class LastWarning {
 public:
  using Time = std::chrono::steady_clock::time_point;

  [[nodiscard]] bool is_due(Time now, Time::duration between) const {
    const std::lock_guard lock(mutex_);
    return !given_ || now >= *given_ + between;
  }
  /// @return false: not due; true: due, and recorded as given now
  [[nodiscard]] bool claim(Time now, Time::duration between) {
    const std::lock_guard lock(mutex_);
    if (given_ && now < *given_ + between) return false;
    given_ = now;
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<Time> given_;  // mutex_
};

/// Whether the alarm of an emptied table was given. Any thread; a short lock.
class EmptyTable {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// @return false: given already; true: recorded as given now
  [[nodiscard]] bool claim(Time now) {
    const std::lock_guard lock(mutex_);
    if (raised_) return false;
    raised_ = now;
    return true;
  }
  /// A flush that began later found a row, so an earlier alarm is over.
  void found(Time began) {
    const std::lock_guard lock(mutex_);
    if (raised_ && began > *raised_) raised_.reset();
  }

 private:
  std::mutex mutex_;
  std::optional<Time> raised_;  // mutex_
};

/// Warnings that the stores of one program share, so that each is given once.
struct PgWarnings {
  LastWarning ahead;    ///< entries dated ahead of the server's clock
  LastWarning stale;    ///< rows dated ahead of the entries that they refuse
  LastWarning meeting;  ///< keys that the column calls equal
  LastWarning locked;   ///< rows that another session has locked
  EmptyTable empty;
};

}  // namespace metabatch::sql
