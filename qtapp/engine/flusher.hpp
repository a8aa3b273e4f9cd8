// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>

#include "batching/batch_builder.hpp"
#include "batching/selection.hpp"
#include "batching/verdict.hpp"
#include "engine/engine_impl.hpp"

namespace metabatch::engine {

/// What readers see of the batch in flight.
struct InFlight {
  std::size_t set_apart = 0;               ///< entries of a running retry
  std::optional<Instant> oldest;           ///< arrival of the earliest entry
  std::optional<Instant> set_apart_since;  ///< of a running retry: since when one of its entries is set apart
};

/// The flusher: one thread that waits until a batch is due, takes it out of the shards, lets the
/// store write it, and settles it. It holds no lock while the store works.
struct Engine::Flusher {
  explicit Flusher(Impl& of_engine);

  void start();
  /// Waits for the end of the thread. The engine was closed.
  void join();
  /// The caller holds the state lock.
  [[nodiscard]] InFlight in_flight() const;

  // after the end of the thread; see Engine
  std::span<const Update> take_unwritten();
  void settle_unwritten(Fate fate);

  // the thread
  void run();
  std::optional<Due> wait_until_due();
  void linger() const;
  void sleep(std::unique_lock<std::mutex>& lock, const Load& load, Instant now);
  bool drained();
  void flush(const Due& due);
  void complete(const FlushOutcome& outcome, Instant started, Instant ended);

  // state lock and fifo lock held
  bool take(const Due& due);
  std::size_t take_pending();
  std::size_t give_back(std::uint64_t position);
  void take_set_apart();
  Settled settle(const Verdict& verdict, Instant now);
  void land(const FlushOutcome& outcome, const Verdict& verdict, Duration took, Instant now);
  // what leave_out() asks for
  void remove_left_out(std::span<const Leaving> leaving);
  void put_back();
  [[nodiscard]] std::uint64_t pending() const { return shared.pending(); }

  Impl& shared;
  Schedule& schedule;      // state lock
  WrittenValues& written;  // state lock

  /// The blocks of a shard among those that were taken: they end at `end`.
  struct Run {
    std::size_t shard;
    std::size_t end;
  };
  std::vector<Block*> taken;  // grouped by shard, as runs says
  std::vector<Run> runs;
  std::uint64_t cursor = 0;  // see take_oldest()
  std::vector<SetApartEntry> candidates;
  std::uint64_t set_apart_from = 0;  // all that is set apart and arrived before this position was tried in this round
  std::int64_t flight_bytes = 0;
  std::optional<Instant> flight_oldest;  // state lock
  std::optional<Instant> flight_since;   // state lock
  Instant took_at{};
  BatchBuilder builder;
  Batch batch;  // changed under the state lock
  std::vector<std::string> chunks;
  std::size_t chunk_count = 0;
  std::thread thread;
};

}  // namespace metabatch::engine
