// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "engine/clock.hpp"
#include "engine/store.hpp"

namespace metabatch::engine {

/// A store that takes turns with others.
class TurnStore : public Store {
 public:
  /// Called before a batch is taken: waits until it is the turn of this store, which ends with the
  /// next flush. Updates that arrive meanwhile are still coalesced. cancel() ends the waiting.
  ///
  /// @return false: it was cancelled, and no flush follows
  virtual bool await_turn() = 0;
  /// Ends the turn without a flush: nothing was to be written.
  virtual void give_up_turn() = 0;
};

/// How many writers pay, found out while they write. It begins with one. While somebody waits for
/// the writers, one more is allowed, and kept where that raises the entries a second by a tenth.
class WriterCount {
 public:
  /// @shape  is_measured: else all are allowed
  explicit WriterCount(std::size_t most, bool is_measured = true)
      : most_(most), first_(is_measured ? 1 : most), allowed_(first_), is_settled_(!is_measured) {}

  /// Lets nobody write until somebody waits.
  void hold() { allowed_ = 0; }

  [[nodiscard]] std::size_t allowed() const { return allowed_; }
  /// Somebody waits for what is written: the writers are the limit, not the input.
  void awaited();
  /// A flush of so many entries has ended.
  void wrote(std::uint64_t entries, Instant began, Instant ended);

 private:
  void judge();

  const std::size_t most_;
  const std::size_t first_;
  std::size_t allowed_;
  bool is_settled_;
  bool is_awaited_ = false;
  Instant changed_ = Instant::min();  // flushes that began before were beside fewer writers
  Instant last_end_ = Instant::min();
  std::uint64_t entries_ = 0, flushes_ = 0;  // since
  Duration busy_{};                          // of all writers, since
  double before_ = 0;                        // entries a nanosecond with one writer fewer
};

/// Lets only as many of several stores write at once as pay. An agent stays on its lane, whichever
/// of them write.
class WriterGate {
 public:
  explicit WriterGate(std::size_t most, bool is_measured = true, Clock& clock = system_clock())
      : clock_(clock), count_(most, is_measured) {}

  void hold();     ///< see WriterCount; any thread
  void awaited();  ///< the same
  [[nodiscard]] std::size_t allowed() const;
  /// The store, which now waits for its turn before a batch is taken.
  ///
  /// @owns the gate outlives what it returns
  std::unique_ptr<Store> guard(std::unique_ptr<Store> store);

 private:
  class Guarded;

  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable left_;
  WriterCount count_;        // mutex_
  std::size_t writing_ = 0;  // mutex_
};

}  // namespace metabatch::engine
