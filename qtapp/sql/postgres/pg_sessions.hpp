// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace metabatch::sql {

/// The server's processes that write for this process, one for each store: a notification that
/// bears another process id comes from another writer. Any thread.
class PgSessions {
 public:
  /// A store has connected to process `now`; its earlier one was `before`. 0: none. Called before
  /// the store writes.
  void replace(int before, int now) {
    const std::lock_guard lock(mutex_);
    std::erase(pids_, before);
    if (now != 0) pids_.push_back(now);
  }
  [[nodiscard]] bool is_own(int pid) const {
    const std::lock_guard lock(mutex_);
    return std::count(pids_.begin(), pids_.end(), pid) > 0;
  }
  /// A pooler is in the way, so process ids say nothing.
  void found_pooler() { is_pooled_ = true; }
  [[nodiscard]] bool is_pooled() const { return is_pooled_; }

 private:
  mutable std::mutex mutex_;
  std::vector<int> pids_;
  std::atomic<bool> is_pooled_ = false;
};

}  // namespace metabatch::sql
