// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "metabatch/time.hpp"

namespace metabatch::engine {

/// The only part of the engine that reads a clock and waits for it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  /// A cheap reading, at most a few milliseconds behind now(), for stamping arrivals.
  virtual Instant coarse_now() = 0;
  virtual WallTime wall_now() = 0;
  /// Waits on `wake` until notified or `deadline` (none: for ever); may wake spuriously.
  virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                    std::optional<Instant> deadline) = 0;
};

/// The machine's clocks.
Clock& system_clock();

/// Stamps for data that this process makes: strictly increasing, max(now, last + 1 us), however the clock steps.
class Stamper {
 public:
  explicit Stamper(Clock& clock) : clock_(clock) {}
  WallTime next();

 private:
  Clock& clock_;
  std::mutex mutex_;
  WallTime last_ = WallTime::min();
};

}  // namespace metabatch::engine
