// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace metabatch::engine {

/// A mutex for sections of about a microsecond. A thread that finds it taken polls for the time of
/// a few sections before it sleeps, because sleeping and waking cost ten sections. Polling only
/// reads, so it does not take the cache line away from the owner. Works with std::lock_guard.
class ShortMutex {
 public:
  void lock() {
    if (try_lock()) return;
    for (int spins = 0; spins < kSpins; ++spins) {
      if (state_.load(std::memory_order_relaxed) == kFree && try_lock()) return;
    }
    while (state_.exchange(kContended, std::memory_order_acquire) != kFree)
      state_.wait(kContended, std::memory_order_relaxed);
  }
  bool try_lock() {
    std::uint32_t expected = kFree;
    return state_.compare_exchange_strong(expected, kTaken, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() {
    if (state_.exchange(kFree, std::memory_order_release) == kContended) state_.notify_one();
  }

 private:
  static constexpr std::uint32_t kFree = 0, kTaken = 1, kContended = 2;  // contended: a thread may be asleep
  static constexpr int kSpins = 4000;                                    // about 2 us
  std::atomic<std::uint32_t> state_{kFree};
};

}  // namespace metabatch::engine
