// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "batching/entries.hpp"
#include "engine/short_mutex.hpp"

namespace metabatch::engine {

/// The entries of some agents, and the lock around them.
struct alignas(64) Shard {
  Shard(Capacity& capacity, std::uint64_t seed) : entries(capacity, seed) {}
  ShortMutex mutex;
  /// False: no entry is in this shard, so the flusher need not lock it. Set before an add claims
  /// a position; changed under the lock.
  std::atomic<bool> may_hold{false};
  /// At least as many entries as are in this shard; changed under the lock. Where an agent cannot
  /// have too many, wait_for_capacity() need not lock it.
  std::atomic<std::uint64_t> held{0};
  alignas(64) Entries entries;  // not on the cache line that waiting threads read

  void count() { held.store(entries.counters().held(), std::memory_order_relaxed); }
  /// Fetches what who locks it next will touch. Needs no lock: nothing is read.
  void warm() const {
    __builtin_prefetch(this, 1);
    entries.warm();
  }
};

}  // namespace metabatch::engine
