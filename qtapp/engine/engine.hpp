// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/clock.hpp"
#include "engine/store.hpp"
#include "metabatch/batch.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/metrics.hpp"

namespace metabatch::engine {

/// One flush, as the log and the charts want it.
struct FlushRecord {
  std::uint64_t id = 0;
  Reason reason = Reason::scheduled;
  Instant started{};
  Duration took{};
  std::size_t entries = 0;
  std::size_t agents = 0;
  std::size_t chunks = 0;
  Counters fates;          ///< written, rows_stale, unmatched, quarantined, discarded, set_apart of this flush
  bool set_apart = false;  ///< a retry of entries that were set apart
  bool too_much = false;   ///< it ran into its time limit; the next batches are smaller
  FailureClass failure = FailureClass::none;
  std::size_t retries = 0;
  std::size_t publish_errors = 0;
  std::string sqlstate;
  std::string message;
  std::size_t lane = 0;  ///< which of the writers, where there are several
};

/// A consistent-enough picture for readers: every shard read under its own lock, one after the other.
struct Snapshot {
  Config config;
  Counters counters;
  std::vector<Counters> parts;  ///< of each shard, then of the fifo; each balanced()
  Metrics metrics;
  std::uint64_t buffered_entries = 0;
  std::uint64_t buffered_bytes = 0;
  std::optional<Duration> oldest_age;     ///< of the longest-buffered entry: pending, in flight or set apart
  std::uint64_t set_apart_entries = 0;    ///< whose row is locked, those of a running retry included
  std::optional<Duration> set_apart_age;  ///< how long one of them has been set apart
  std::uint64_t batch_limit = 0;          ///< entries of the next batch: batch_size, or less while flushes are too much
  Duration ahead_by{};  ///< how far rows were dated ahead of the server in the last flush that saw such rows
  Duration uptime{};
  std::vector<FlushRecord> recent;  ///< the last flushes, oldest first
  bool closed = false;
};

struct EngineOptions {
  std::size_t shards = 0;  ///< 0: chosen from the number of processors
  std::uint64_t seed = 0;  ///< 0: from the system; seeds hashes and the jitter of the backoff
  /// Called on the flusher's thread after each flush, no lock held.
  std::function<void(const FlushRecord&)> on_flush;
  /// Called on an adding thread when updates were dropped, no lock held: at most every 10 s, with the number since the last call.
  std::function<void(std::uint64_t dropped)> on_drop;
};

/// The batcher for many threads: shards by agent, coalescing under short locks, and one flusher thread
/// that takes, writes and completes. No lock is held while the store works.
class Engine {
 public:
  /// Starts the flusher. `store` and `clock` must outlive the engine.
  ///
  /// @errors those of validated()
  static Result<std::unique_ptr<Engine>> create(const Config& config, Store& store, EngineOptions options = {},
                                                Clock& clock = system_clock());
  ~Engine();  ///< closes
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Offers one update or a report, from any thread. Never blocks, never throws, never waits for I/O.
  ///
  /// @errors unequal_lists: nothing of the report was taken
  Admission add(const Update& update);
  Result<Admission> add(const Report& report);

  /// Waits until `entries` new entries of `agent`, of `bytes` together, would find capacity; for drivers that may wait
  /// (ingest). A demand larger than a whole capacity waits until nothing else uses it.
  ///
  /// @return false: the engine was closed meanwhile, or the deadline came
  bool wait_for_capacity(const Uuid& agent, std::size_t entries, std::size_t bytes,
                         std::optional<Instant> deadline = std::nullopt);
  /// Waits until nothing is held, flushing at once; for drivers that add nothing meanwhile.
  ///
  /// @return false: as above
  bool wait_until_empty(std::optional<Instant> deadline);

  Result<void> reconfigure(const Config& config);
  /// Makes all that is held due now, as `scheduled`.
  void flush_now();
  [[nodiscard]] Snapshot snapshot() const;

  /// Refuses further adds, drains within final_flush_timeout, stops the flusher. Idempotent; blocks.
  /// What could not be written is snapshot().counters.held() afterwards.
  void close();
  /// Ends a close() that is running, or the next one, at once: the flush in flight is cancelled. Any thread; does not block.
  void abandon();

 private:
  friend class Lanes;
  struct Impl;
  /// After close(): what is held leaves, as one batch that stays valid until its fate is said: spooled, or unwritten,
  /// and then it is held as before.
  std::span<const Update> take_unwritten();
  void settle_unwritten(Fate fate);
  void change_to(const Config& validated);
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metabatch::engine
