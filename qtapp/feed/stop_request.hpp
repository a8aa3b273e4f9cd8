// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>

namespace metabatch::feed {

/// A pipe from the process to itself. It wakes a poll() from a signal handler or another thread.
class WakePipe {
 public:
  WakePipe();
  ~WakePipe();
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;

  void wake() noexcept;  ///< safe in a signal handler
  /// The number of wakes since the last call; does not wait.
  std::size_t take() noexcept;
  [[nodiscard]] int fd() const { return ends_[0]; }

 private:
  int ends_[2];
};

/// Asks the feeding thread to end, wherever it waits.
class Stop {
 public:
  void request() noexcept {
    is_requested_ = true;
    pipe_.wake();
  }
  [[nodiscard]] bool is_requested() const noexcept { return is_requested_; }
  /// @return false: stop was requested
  bool sleep_until(std::chrono::steady_clock::time_point when);
  /// Waits until there is something to read, or the end of input. Calls `on_pause` once when that
  /// takes longer than `pause`.
  ///
  /// @return false: stop was requested
  bool wait_readable(int fd, std::chrono::milliseconds pause = {}, const std::function<void()>& on_pause = {});

 private:
  std::atomic<bool> is_requested_ = false;
  WakePipe pipe_;
};

}  // namespace metabatch::feed
