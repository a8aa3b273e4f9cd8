// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "support/compare.hpp"

/// An engine whose every step is waited for, so that one thread can drive it as it drives the machine: virtual time,
/// and a store that stops inside flush() until it is told what to answer. No sleep, no poll: the flusher announces itself.
namespace metabatch::engine {

/// Where the flusher is, as the clock and the store it was given tell it.
class Rendezvous {
 public:
  /// Long enough for any machine; only a broken engine lets it pass.
  static constexpr std::chrono::seconds kPatience{10};

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
  /// What a timer does: wakes the flusher when its deadline has come.
  void time_is(Instant now) {
    std::unique_lock lock(mutex_);
    if (state_ != nullptr && deadline_ && *deadline_ <= now) wake(lock);
  }
  /// Waits until the flusher is inside the store, by itself. False: it never came.
  bool await_store() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return in_store_; });
  }
  /// The same, for who does not know whether there is another batch. False: the flusher has ended.
  bool await_store_or_end() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return in_store_ || stopped_; });
    return in_store_;
  }
  /// Makes a sleeping flusher look again, and waits until it sleeps again, is in the store, or has ended.
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
};

/// Stands still until it is set; that wakes a flusher whose deadline has come.
class SteppedClock final : public Clock {
 public:
  SteppedClock(Rendezvous& rendezvous, Instant start) : rendezvous_(rendezvous), now_(start) {}
  void set_flusher(std::thread::id id) {
    const std::lock_guard lock(mutex_);
    flusher_ = id;
  }

  Instant now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  Instant coarse_now() override { return now(); }
  WallTime wall_now() override { return {}; }
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake, std::optional<Instant> deadline) override {
    if (deadline && *deadline <= now()) return;
    const bool announces = is_flusher();
    if (announces) rendezvous_.parked(lock.mutex(), &wake, deadline);
    wake.wait(lock);
    if (announces) rendezvous_.woken();
  }
  void set(Instant now) {
    {
      const std::lock_guard lock(mutex_);
      now_ = now;
    }
    rendezvous_.time_is(now);
  }

 private:
  bool is_flusher() {
    const std::lock_guard lock(mutex_);
    return std::this_thread::get_id() == flusher_;
  }

  Rendezvous& rendezvous_;
  std::mutex mutex_;
  Instant now_;
  std::thread::id flusher_;
};

/// Stops inside flush() until it is told what to answer.
class SteppedStore final : public Store {
 public:
  SteppedStore(Rendezvous& rendezvous, SteppedClock& clock) : rendezvous_(rendezvous), clock_(clock) {}

  void start() override { clock_.set_flusher(std::this_thread::get_id()); }
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override {
    std::unique_lock lock(mutex_);
    entries_.clear();
    for (const Update& entry : entries) entries_.push_back(oracle::show(entry));
    chunks_.assign(chunks.begin(), chunks.end());
    rendezvous_.in_store(true);
    changed_.wait(lock, [this] { return answer_.has_value(); });
    const FlushOutcome outcome = *answer_;
    answer_.reset();
    return outcome;
  }
  void cancel() noexcept override {}
  void stop() override { rendezvous_.stopped(); }

  /// Lets the running flush end with this.
  void answer(FlushOutcome outcome) {
    const std::lock_guard lock(mutex_);
    rendezvous_.in_store(false);
    answer_ = std::move(outcome);
    changed_.notify_all();
  }
  /// What is being flushed, while the flusher is in the store; entries as show(Update) prints them.
  [[nodiscard]] const std::vector<std::string>& entries() const { return entries_; }
  [[nodiscard]] const std::vector<std::string>& chunks() const { return chunks_; }

 private:
  Rendezvous& rendezvous_;
  SteppedClock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> entries_, chunks_;
  std::optional<FlushOutcome> answer_;
};

}  // namespace metabatch::engine
