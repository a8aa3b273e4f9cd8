// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>
#include <utility>

#include "engine/clock.hpp"

namespace metabatch::engine {

/// Bounds a wait that yields the processor instead of sleeping, because what it waits for is often
/// there within microseconds, and to wake a sleeper costs more.
class ShortWait {
 public:
  static constexpr Duration kLongest = std::chrono::microseconds(50);

  explicit ShortWait(Clock& clock) : clock_(clock), now_(clock.now()), until_(now_ + kLongest) {}

  [[nodiscard]] Instant now() const { return now_; }
  /// Lets other threads run.
  ///
  /// @return false: the wait is over. So it is at once where the clock stands still, as virtual
  ///         time does: it would never end, and on a busy machine each round takes milliseconds.
  bool goes_on() {
    std::this_thread::yield();
    const Instant before = std::exchange(now_, clock_.now());
    return now_ < until_ && now_ != before;
  }

 private:
  Clock& clock_;
  Instant now_;
  const Instant until_;
};

}  // namespace metabatch::engine
