// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "metabatch/time.hpp"

namespace metabatch::engine {

/// The only part of the engine that reads a clock and waits for one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  /// A cheap reading for stamping arrivals, at most a few milliseconds behind now().
  virtual Instant coarse_now() = 0;
  virtual WallTime wall_now() = 0;
  /// Waits on `wake` until it is notified or `deadline` passes; without a deadline it waits for
  /// ever. The wait may end spuriously.
  virtual void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                    std::optional<Instant> deadline) = 0;
};

/// The clocks of this machine.
Clock& system_clock();

/// Makes stamps for data of this process. They increase strictly, max(now, last + 1 us), even when
/// the system clock is set back.
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
