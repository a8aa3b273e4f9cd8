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

/// How many writers pay, measured while they write. One writer writes until somebody waits for
/// what is written. From then on two do: a file of a few batches would be written before a second
/// one was tried. Then one more is tried, and kept where it raises the entries a second by a tenth.
/// Where no third writer is kept, one is tried alone for one flush, and the second is kept by the
/// same rule.
class WriterCount {
 public:
  /// @shape  is_measured: else all are allowed
  explicit WriterCount(std::size_t most, bool is_measured = true)
      : most_(most), allowed_(is_measured ? 1 : most), is_settled_(!is_measured) {}

  /// Lets nobody write until somebody waits. Call it before anything is written.
  void hold() { allowed_ = 0; }

  [[nodiscard]] std::size_t allowed() const { return allowed_; }
  /// The best number so far. It differs from allowed() while another number is being tried.
  [[nodiscard]] std::size_t best() const { return best_ == 0 ? allowed_ : best_writers_; }
  /// Somebody waits for what is written: the writers are the limit, not the input.
  void awaited();
  /// A flush of so many entries has ended.
  void wrote(std::uint64_t entries, Instant began, Instant ended);

 private:
  void judge();
  void measure(std::size_t writers);
  void try_one();
  void settle(std::size_t writers);

  const std::size_t most_;
  std::size_t allowed_;
  bool is_settled_;
  bool is_awaited_ = false;
  bool is_last_ = false;              // one writer alone is being tried: the last trial
  Instant changed_ = Instant::min();  // flushes that began before were beside fewer writers
  Instant last_end_ = Instant::min();
  std::uint64_t entries_ = 0, flushes_ = 0;  // since
  Duration busy_{};                          // of all writers, since
  double best_ = 0;                          // entries a nanosecond, the most so far
  std::size_t best_writers_ = 0;             // with so many
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
  [[nodiscard]] std::size_t best() const;  ///< see WriterCount
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
