// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>

#include "batching/capacity.hpp"

namespace metabatch::engine {

/// The capacity of many shards: exact under any number of threads, without a lock. Entries and
/// bytes share one word, so both are claimed together or not at all.
///
/// Memory order: the counters that decide whether the flusher may sleep (positions, bytes) are
/// sequentially consistent, because they take part in the handshake of Flusher::sleep(). All
/// others need only be exact and are relaxed: readers that act on them hold a shard's lock.
class SharedCapacity final : public Capacity {
 public:
  bool admit(std::uint64_t entries, std::uint64_t bytes) override {
    const std::uint64_t max_entries = max_entries_.load(std::memory_order_relaxed);
    const std::uint64_t max_bytes = max_bytes_.load(std::memory_order_relaxed);
    std::uint64_t used = used_.load(std::memory_order_relaxed);
    // The sum cannot carry from the bytes into the entries, because used bytes are below 2^36, and
    // so are those of a report.
    do {
      if (entries_of(used) + entries > max_entries || bytes_of(used) + bytes > max_bytes) return false;
    } while (!used_.compare_exchange_weak(used, used + packed(entries, bytes)));
    return true;
  }
  void charge(std::int64_t entries, std::int64_t bytes) override {
    used_.fetch_add(packed(static_cast<std::uint64_t>(entries), static_cast<std::uint64_t>(bytes)));
  }
  void charge_beside(std::int64_t bytes) override { beside_.fetch_add(bytes); }
  void charge_set_apart(std::int64_t entries, std::int64_t bytes) override {
    set_apart_.fetch_add(entries);
    charge_beside(bytes);
  }
  std::uint64_t claim_positions(std::uint64_t count) override { return next_position_.fetch_add(count); }

  void limit(CapacityLimits limits) {
    max_entries_ = limits.entries;
    max_bytes_ = limits.bytes;
  }
  [[nodiscard]] bool has(std::uint64_t entries, std::uint64_t bytes) const {
    const std::uint64_t used = used_.load();
    return entries_of(used) + entries <= max_entries_ && bytes_of(used) + bytes <= max_bytes_;
  }
  [[nodiscard]] std::uint64_t entries() const { return entries_of(used_.load()); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_of(used_.load()); }
  /// Too small for a moment while a batch completes, because its bytes are freed before they no
  /// longer count as `beside`. Exact at all other times.
  [[nodiscard]] std::uint64_t pending_bytes() const {
    const std::int64_t beside = beside_.load();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(static_cast<std::int64_t>(bytes()) - beside, 0));
  }
  [[nodiscard]] std::uint64_t set_apart() const { return static_cast<std::uint64_t>(set_apart_.load()); }
  [[nodiscard]] std::uint64_t next_position() const { return next_position_.load(); }

 private:
  static constexpr int kByteBits = 37;  // validated(): at most 2^27 entries and 2^36 bytes
  static std::uint64_t packed(std::uint64_t entries, std::uint64_t bytes) { return (entries << kByteBits) + bytes; }
  static std::uint64_t entries_of(std::uint64_t used) { return used >> kByteBits; }
  static std::uint64_t bytes_of(std::uint64_t used) { return used & ((std::uint64_t{1} << kByteBits) - 1); }

  alignas(64) std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> next_position_{0};
  alignas(64) std::atomic<std::uint64_t> max_entries_{0};
  std::atomic<std::uint64_t> max_bytes_{0};
  std::atomic<std::int64_t> beside_{0};  // changed by the flusher, in the fifo, and while rows are locked
  std::atomic<std::int64_t> set_apart_{0};
};

}  // namespace metabatch::engine
