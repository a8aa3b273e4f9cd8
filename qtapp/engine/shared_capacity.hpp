// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "batching/capacity.hpp"

namespace metabatch::engine {

/// The capacity of many shards: exact under any number of threads, without a lock. Entries and bytes share one word,
/// so that both are taken together or not at all.
class SharedCapacity final : public Capacity {
 public:
  bool admit(std::uint64_t entries, std::uint64_t bytes) override {
    const std::uint64_t most_entries = most_entries_.load(std::memory_order_relaxed);
    const std::uint64_t most_bytes = most_bytes_.load(std::memory_order_relaxed);
    std::uint64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (entries_of(used) + entries > most_entries || bytes_of(used) + bytes > most_bytes) return false;
    } while (!used_.compare_exchange_weak(used, used + packed(entries, bytes), std::memory_order_relaxed));
    return true;
  }
  void charge(std::int64_t entries, std::int64_t bytes) override {
    used_.fetch_add(packed(static_cast<std::uint64_t>(entries), static_cast<std::uint64_t>(bytes)),
                    std::memory_order_relaxed);
  }
  std::uint64_t claim_positions(std::uint64_t count) override { return next_position_.fetch_add(count); }

  void limit(CapacityLimits limits) {
    most_entries_ = limits.entries;
    most_bytes_ = limits.bytes;
  }
  [[nodiscard]] bool has(std::uint64_t entries, std::uint64_t bytes) const {
    const std::uint64_t used = used_.load();
    return entries_of(used) + entries <= most_entries_ && bytes_of(used) + bytes <= most_bytes_;
  }
  [[nodiscard]] std::uint64_t entries() const { return entries_of(used_.load()); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_of(used_.load()); }
  [[nodiscard]] std::uint64_t next_position() const { return next_position_.load(); }

 private:
  static constexpr int kByteBits = 37;  // validated(): at most 2^27 entries and 2^36 bytes
  static std::uint64_t packed(std::uint64_t entries, std::uint64_t bytes) { return (entries << kByteBits) + bytes; }
  static std::uint64_t entries_of(std::uint64_t used) { return used >> kByteBits; }
  static std::uint64_t bytes_of(std::uint64_t used) { return used & ((std::uint64_t{1} << kByteBits) - 1); }

  alignas(64) std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> next_position_{0};
  alignas(64) std::atomic<std::uint64_t> most_entries_{0};
  std::atomic<std::uint64_t> most_bytes_{0};
};

}  // namespace metabatch::engine
