// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

#include "metabatch/time.hpp"

namespace metabatch::engine {

/// Where the flusher is, as reported by its clock and its store.
class Rendezvous {
 public:
  /// Long enough for any machine; only a broken engine exceeds it.
  static constexpr std::chrono::seconds kPatience{5};

  void parked(std::mutex* state, std::condition_variable* wake, std::optional<Instant> deadline) {
    const std::lock_guard lock(mutex_);
    state_ = state;
    wake_ = wake;
    deadline_ = deadline;
    ++times_parked_;
    changed_.notify_all();
  }
  void woken() {
    const std::lock_guard lock(mutex_);
    state_ = nullptr;
  }
  /// Another thread than the flusher waits: the one that closes.
  void closer_waits() {
    const std::lock_guard lock(mutex_);
    closer_waits_ = true;
    changed_.notify_all();
  }
  /// Waits until the engine has been asked to close.
  void await_closing() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return closer_waits_ || stopped_; });
  }
  void in_store(bool inside) {
    const std::lock_guard lock(mutex_);
    in_store_ = inside;
    changed_.notify_all();
  }
  void stopped() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  /// Acts as a timer: wakes the flusher when its deadline has come.
  void time_is(Instant now) {
    std::unique_lock lock(mutex_);
    if (state_ != nullptr && deadline_ && *deadline_ <= now) wake(lock);
  }
  /// The deadline of a sleeping flusher; none: it sleeps until it is woken, or does not sleep.
  std::optional<Instant> deadline() {
    const std::lock_guard lock(mutex_);
    return state_ == nullptr ? std::nullopt : deadline_;
  }
  /// Waits until the flusher sleeps, by itself. False: it never did.
  bool await_sleep() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return state_ != nullptr; });
  }
  /// Waits until the flusher is inside the store, by itself. False: it never came.
  bool await_store() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return in_store_; });
  }
  /// The same, for a caller that does not know whether there is another batch. False: the flusher
  /// has ended.
  bool await_store_or_end() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return in_store_ || stopped_; });
    return in_store_;
  }
  /// Wakes a sleeping flusher, and waits until it sleeps again, is in the store, or has ended.
  ///
  /// @return whether it is in the store
  bool settle() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return in_store_ || stopped_ || state_ != nullptr; });
    if (in_store_ || stopped_ || state_ == nullptr) return in_store_;
    const std::uint64_t before = times_parked_;
    wake(lock);
    lock.lock();
    changed_.wait_for(lock, kPatience, [&] { return in_store_ || stopped_ || times_parked_ > before; });
    return in_store_;
  }

 private:
  // It holds the lock of its state until it really waits.
  void wake(std::unique_lock<std::mutex>& lock) {
    std::mutex* state = state_;
    std::condition_variable* flusher = wake_;
    lock.unlock();
    const std::lock_guard asleep(*state);
    flusher->notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Instant> deadline_;
  std::mutex* state_ = nullptr;  // of the flusher that sleeps
  std::condition_variable* wake_ = nullptr;
  std::uint64_t times_parked_ = 0;
  bool in_store_ = false;
  bool stopped_ = false;
  bool closer_waits_ = false;
};

}  // namespace metabatch::engine
