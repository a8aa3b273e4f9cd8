// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "metabatch/batch.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/metrics.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// The batcher as a machine that is asked and never waits. Every call that depends on time is told
/// the time; instants never go back. Not thread-safe: one owner. The simulator drives it as it is;
/// the engine drives the same parts (Entries, Fifo, Schedule) from many threads.
///
/// A driver's loop:
///
///     while (!batcher.finished()) {
///       wait for the next add or batcher.next_deadline();
///       if (const Batch* batch = batcher.take(now))
///         { write batch->entries, publish chunks of batch->agents; batcher.complete(batch->id, outcome, now); }
///     }
class Batcher {
 public:
  static Batcher create(const ValidConfig& config, Instant now, std::uint64_t seed = 0);
  Batcher(Batcher&&) noexcept;
  Batcher& operator=(Batcher&&) noexcept;
  ~Batcher();

  /// Offers one update.
  Admission add(const Update& update, Instant now);
  /// Offers a report: result and counters equal adding its items one by one, in order.
  ///
  /// @errors unequal_lists: nothing of the report was taken
  Result<Admission> add(const Report& report, Instant now);

  /// When take() is next worth a call; may change after add, take, complete, reconfigure and close.
  /// None: nothing will be due before one of those. An instant in the past: now.
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  /// The next batch that is due, or null: nothing is due, or one is in flight. A spurious call is a
  /// no-op.
  ///
  /// @owns the machine; valid until complete()
  const Batch* take(Instant now);

  /// The flush of `batch_id` ended at `now`. Under on_failure=retain the unwritten are merged back
  /// under what arrived meanwhile. A batch_id that is not in flight is ignored.
  void complete(std::uint64_t batch_id, const FlushOutcome& outcome, Instant now);

  /// Another process may have written rows of these agents, or any row: what suppress_unchanged
  /// remembers of them is forgotten. To be called when another process names them on the channel,
  /// and when such messages may have been missed.
  void forget_written(std::span<const Uuid> agents, Instant now);
  void forget_written(Instant now);

  /// Changes the settings of the running machine, as a whole or not at all.
  ///
  /// @errors those of validated_change(); the old settings stay
  Result<void> reconfigure(const Config& wanted, Instant now);

  /// Refuses further adds and makes all that is held due, as `shutdown`. After final_flush_timeout
  /// nothing more is handed out; what is then still held is reported by counters().
  void close(Instant now);
  /// Closed, and nothing is left to take or to wait for.
  [[nodiscard]] bool finished(Instant now) const;

  [[nodiscard]] Counters counters() const;
  [[nodiscard]] const Metrics& metrics() const;
  [[nodiscard]] const Config& config() const;  ///< as running: defaults filled in
  /// Capacity in use: distinct keys buffered (in flight and set apart included), and their bytes.
  [[nodiscard]] std::uint64_t buffered_entries() const;
  [[nodiscard]] std::uint64_t buffered_bytes() const;
  /// Entries set apart because their row is locked, those of a running retry included.
  [[nodiscard]] std::uint64_t set_apart_entries() const;
  /// When these are next retried; none: there are none. An instant in the past: in turn with the
  /// next batches.
  [[nodiscard]] std::optional<Instant> set_apart_retry() const;
  /// Until when nothing is due after a failed flush; in the past, or none: nothing is held back.
  [[nodiscard]] std::optional<Instant> backoff_end() const;
  /// The most entries that the next batch may have: batch_size, or less after flushes that were too
  /// much.
  [[nodiscard]] std::uint64_t batch_limit() const;
  /// When the longest-buffered entry arrived: pending, in flight or set apart.
  [[nodiscard]] std::optional<Instant> oldest() const;

 private:
  struct Machine;
  explicit Batcher(std::unique_ptr<Machine> machine);
  std::unique_ptr<Machine> machine_;
};

}  // namespace metabatch
