// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "batching/fifo.hpp"
#include "batching/schedule.hpp"
#include "batching/unchanged/repeat_sample.hpp"
#include "batching/unchanged/written_values.hpp"
#include "engine/engine.hpp"
#include "engine/shard.hpp"
#include "engine/shared_capacity.hpp"

namespace metabatch::engine {

/// What the adding threads, the readers and the flusher share. Locks are taken in this order and
/// never held across I/O: state (schedule, metrics, config) -> fifo -> one shard. Adding takes only
/// a shard's lock (with `fifo`, the fifo's first). It takes the state lock only to wake a sleeping
/// flusher.
struct Engine::Impl {
  Impl(const ValidConfig& a_config, Store& a_store, EngineOptions an_options, Clock& a_clock);

  // adding (any thread)
  Admission add(const Report& report);
  Admission add_to_shard(const Report& report, Instant now, Admit admit = Admit::if_it_fits);
  Admission add_fifo(const Report& report, Instant now);
  void wake_if_due(const Admission& admission);
  void report_drops(std::uint64_t dropped, Instant now);
  std::uint64_t keys_of(const Uuid& agent);
  void warm(const Uuid& agent, Warming step);
  /// At least as many.
  std::uint64_t most_keys_of(const Uuid& agent);
  Shard& shard_of(std::uint64_t hash) { return *shards[shard_bits == 0 ? 0 : hash >> (64 - shard_bits)]; }

  /// Waits until is_so() is true. Returns false when the deadline passed or the engine was closed
  /// first.
  bool wait_flushing(const std::function<bool()>& is_so, std::optional<Instant> deadline);

  // state lock held
  void remember(const FlushRecord& record);
  /// Moves updates from the fifo into their shards until so many entries are pending. The fifo lock
  /// is held, too.
  void absorb(std::uint64_t max_pending);
  void adopt(const ValidConfig& next);
  void change_to(const ValidConfig& next);
  [[nodiscard]] Load load(bool with_oldest);
  [[nodiscard]] std::uint64_t pending() const { return capacity.next_position() - base.load(); }
  void wake();

  Store& store;
  Clock& clock;
  EngineOptions options;
  std::uint64_t seed;
  int shard_bits = 0;
  SharedCapacity capacity;
  std::vector<std::unique_ptr<Shard>> shards;

  std::mutex fifo_mutex;
  Fifo fifo;                            // fifo lock
  bool fifo_in_flight = false;          // fifo lock: a flush is in flight
  std::atomic<bool> fifo_queue{false};  // changed under the fifo lock
  std::atomic<std::uint64_t> batch_size{0};
  std::atomic<std::uint64_t> slots{0};
  std::atomic<std::uint64_t> agent_capacity{0};
  std::atomic<bool> closed{false};

  std::mutex state_mutex;
  std::condition_variable wake_flusher;
  ValidConfig config;               // state lock
  Schedule schedule;                // state lock
  WrittenValues written;            // state lock
  RepeatSample repeats;             // state lock
  Metrics metrics;                  // state lock
  std::vector<FlushRecord> recent;  // state lock: a ring, the oldest at recent_from once it is full
  std::size_t recent_from = 0;      // state lock
  bool stopped = false;             // state lock: the flusher has ended
  Duration ahead_by{};              // state lock
  std::condition_variable changed;  // capacity was given back, or the flusher ended
  Instant started_at;

  // How the flusher learns that a batch is full: while it sleeps, adds compare the counter of
  // arrivals with wake_at.
  alignas(64) std::atomic<std::uint64_t> base{0};  // arrivals that no longer wait
  std::atomic<std::uint64_t> wake_at{0};           // position
  std::atomic<std::uint64_t> wake_at_bytes{0};     // pending bytes
  std::atomic<bool> asleep{false};

  std::atomic<std::uint64_t> unreported_drops{0};
  std::atomic<std::int64_t> next_drop_report{INT64_MIN};
};

inline constexpr std::size_t kRecentFlushes = 64;
inline constexpr Duration kDropReportInterval = std::chrono::seconds(10);

}  // namespace metabatch::engine
