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

/// One flush, as the log and the charts show it.
struct FlushRecord {
  std::uint64_t id = 0;
  Reason reason = Reason::scheduled;
  Instant started{};
  Duration took{};
  std::size_t entries = 0;
  std::size_t agents = 0;
  std::size_t chunks = 0;
  Counters fates;          ///< written, rows_stale, unmatched, quarantined, discarded and set_apart of this flush
  bool set_apart = false;  ///< a retry of entries that were set apart
  bool too_much = false;   ///< it reached its time limit, so the next batches are smaller
  FailureClass failure = FailureClass::none;
  std::size_t retries = 0;
  std::size_t publish_errors = 0;
  std::string sqlstate;
  std::string message;
  std::size_t lane = 0;  ///< the writer, where there are several
};

/// A picture for readers. Every shard is read under its own lock, one after the other.
struct Snapshot {
  Config config;
  Counters counters;
  std::vector<Counters> parts;  ///< of each shard, then of the fifo; each one is balanced()
  Metrics metrics;
  std::uint64_t buffered_entries = 0;
  std::uint64_t buffered_bytes = 0;
  std::optional<Duration> oldest_age;     ///< of the entry buffered longest: pending, in flight or set apart
  std::uint64_t set_apart_entries = 0;    ///< entries whose row is locked, those of a running retry included
  std::optional<Duration> set_apart_age;  ///< how long one of them has been set apart
  std::uint64_t batch_limit = 0;          ///< of the next batch: batch_size, or less after flushes that were too slow
  Duration ahead_by{};  ///< how far rows were dated ahead of the server, in the last flush that found such rows
  Duration uptime{};
  std::vector<FlushRecord> recent;  ///< the last flushes, oldest first
  bool closed = false;
};

struct EngineOptions {
  std::size_t shards = 0;  ///< 0: chosen from the number of processors
  std::uint64_t seed = 0;  ///< 0: from the system; seeds hashes and the jitter of the backoff
  /// Called on the flusher's thread after each flush, without a lock.
  std::function<void(const FlushRecord&)> on_flush;
  /// Called on an adding thread when updates were dropped, without a lock: at most every 10 s, with
  /// the number since the last call.
  std::function<void(std::uint64_t dropped)> on_drop;
};

/// The batcher for many threads. Shards by agent coalesce updates under short locks. One flusher
/// thread takes, writes and completes batches. No lock is held while the store works.
class Engine {
 public:
  /// Starts the flusher. `store` and `clock` must outlive the engine.
  static std::unique_ptr<Engine> create(const ValidConfig& config, Store& store, EngineOptions options = {},
                                        Clock& clock = system_clock());
  ~Engine();  ///< closes
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Offers one update or a report, from any thread. Never blocks, never throws, never waits for
  /// I/O.
  ///
  /// @errors unequal_lists: nothing of the report was added
  Admission add(const Update& update);
  Result<Admission> add(const Report& report);

  /// Waits until `entries` new entries of `agent`, with `bytes` in total, would find capacity. It
  /// is for drivers that may wait (ingest). A demand larger than the whole capacity waits until
  /// nothing else uses it.
  ///
  /// @return false: the engine was closed meanwhile, or the deadline passed
  bool wait_for_capacity(const Uuid& agent, std::size_t entries, std::size_t bytes,
                         std::optional<Instant> deadline = std::nullopt);
  /// Flushes at once and waits until nothing is held. For drivers that add nothing meanwhile.
  ///
  /// @return false: the engine was closed meanwhile, or the deadline passed
  bool wait_until_empty(std::optional<Instant> deadline);

  /// @errors those of validated_change(); the old settings stay
  Result<void> reconfigure(const Config& wanted);
  /// Makes all held entries due now, as `scheduled`.
  void flush_now();
  /// Another process may have written rows of these agents, or any row; see Batcher. Any thread.
  void forget_written(std::span<const Uuid> agents);
  void forget_written();
  [[nodiscard]] Snapshot snapshot() const;

  /// Refuses further adds, drains within final_flush_timeout and stops the flusher. Idempotent;
  /// blocks. Afterwards, snapshot().counters.held() is the number of entries that could not be
  /// written.
  void close();
  /// Cancels the flush in flight, so that a close() that is running, or the next one, ends at once.
  /// Any thread; does not block.
  void abandon();

 private:
  friend class Lanes;
  struct Impl;
  struct Flusher;
  /// Call it after close(). Takes all held entries out as one batch. The batch is valid until its
  /// fate is reported: either spooled, or unwritten, and then the entries are held as before.
  std::span<const Update> take_unwritten();
  void settle_unwritten(Fate fate);
  void change_to(const ValidConfig& next);
  enum class Warming : std::uint8_t { slot, block };
  void warm(const Uuid& agent, Warming step);
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
  std::unique_ptr<Flusher> flusher_;
};

}  // namespace metabatch::engine
