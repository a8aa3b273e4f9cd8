// SPDX-License-Identifier: Apache-2.0
#include "engine/clock.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace metabatch::engine {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() override { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

  // Reads the time that the kernel stored at its last tick. This costs a fifth of an exact reading.
  Instant coarse_now() override {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return Instant(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }

  WallTime wall_now() override {
    return WallTime(
        std::chrono::duration_cast<WallTime::duration>(std::chrono::system_clock::now().time_since_epoch()));
  }

  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
            std::optional<Instant> deadline) override {
    if (!deadline) {
      wake.wait(lock);
    } else {
      wake.wait_until(lock, std::chrono::steady_clock::time_point(deadline->time_since_epoch()));
    }
  }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

WallTime Stamper::next() {
  const WallTime now = clock_.wall_now();
  const std::lock_guard lock(mutex_);
  last_ = last_ == WallTime::min() ? now : std::max(now, last_ + std::chrono::microseconds(1));
  return last_;
}

}  // namespace metabatch::engine
