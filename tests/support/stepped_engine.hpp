// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.hpp"
#include "support/compare.hpp"
#include "support/rendezvous.hpp"

/// An engine that one thread drives as it drives the machine, because it waits for each step. It
/// has virtual time, and a store that stops inside flush() until it gets its answer. There is no
/// sleep and no poll: the flusher announces itself.
namespace metabatch::engine {

/// A clock that stands still until it is set; setting it wakes a flusher whose deadline has come.
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
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
            std::optional<Instant> deadline) override {
    const bool announces = is_flusher();
    if (!announces) rendezvous_.closer_waits();
    if (deadline && *deadline <= now()) return;
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

/// Stops inside flush() until it gets its answer.
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
  /// The batch in the store while the flusher is there; entries as show(Update) prints them.
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
