// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

namespace metabatch::engine {

/// A mutex for sections of a fraction of a microsecond: whoever finds it taken tries again for about as long as a
/// section lasts before it sleeps, because going to sleep costs more than the wait. Works with std::lock_guard.
class ShortMutex {
 public:
  void lock() {
    for (int tries = 0; tries < kTries; ++tries) {
      if (mutex_.try_lock()) return;
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  static constexpr int kTries = 100;  // about 1 us
  std::mutex mutex_;
};

}  // namespace metabatch::engine
