// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "batching/blocks/block.hpp"

namespace metabatch {

/// The blocks of one agent in a shard.
struct AgentSlot {
  Uuid agent;
  Block* pending = nullptr;
  Block* in_flight = nullptr;  ///< in flight: read by the store without a lock, so never changed
  [[nodiscard]] bool empty() const { return pending == nullptr && in_flight == nullptr; }
};

inline std::uint64_t hash_agent(const Uuid& agent, std::uint64_t seed) {
  const auto* bytes = reinterpret_cast<const char*>(agent.bytes.data());
  return mix(load<std::uint64_t>(bytes) ^ seed, load<std::uint64_t>(bytes + 8) ^ 0xd6e8feb86659fd93ULL);
}

/// Agents that have something buffered: flat, open-addressed, linear probing, deletion by shifting
/// back. Grows with the peak, never shrinks (32 bytes a slot). A pointer to a slot is valid until
/// the next insert or erase.
class AgentTable {
 public:
  explicit AgentTable(std::uint64_t seed) : seed_(seed) {}

  [[nodiscard]] std::uint64_t hash(const Uuid& agent) const { return hash_agent(agent, seed_); }

  /// The agent's slot, made (empty) when it has none. An empty slot must be filled or erased before
  /// the next call.
  AgentSlot& obtain(const Uuid& agent, std::uint64_t hash) {
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
      AgentSlot& slot = slots_[at];
      if (slot.empty()) {
        ++used_;
        slot.agent = agent;
        return slot;
      }
      if (slot.agent == agent) return slot;
    }
  }

  [[nodiscard]] bool is_empty() const { return used_ == 0; }

  /// The slot of an agent, or null when it has none.
  AgentSlot* find(const Uuid& agent, std::uint64_t hash) {
    if (used_ == 0) return nullptr;
    for (std::size_t at = hash & mask_; !slots_[at].empty(); at = (at + 1) & mask_) {
      if (slots_[at].agent == agent) return &slots_[at];
    }
    return nullptr;
  }

  /// Prefetches the slot where find() and obtain() begin to search.
  void warm(std::uint64_t hash) const {
    if (used_ > 0) __builtin_prefetch(&slots_[hash & mask_], 1);
  }

  /// The slot of an agent that has one.
  AgentSlot& at(const Uuid& agent) {
    std::size_t at = hash(agent) & mask_;
    while (!(slots_[at].agent == agent) || slots_[at].empty()) at = (at + 1) & mask_;
    return slots_[at];
  }

  void erase(AgentSlot& slot) {
    std::size_t hole = static_cast<std::size_t>(&slot - slots_.data());
    slots_[hole] = AgentSlot{};
    --used_;
    for (std::size_t at = (hole + 1) & mask_; !slots_[at].empty(); at = (at + 1) & mask_) {
      const std::size_t home = hash(slots_[at].agent) & mask_;
      if (((at - home) & mask_) < ((at - hole) & mask_)) continue;  // still reachable from its home
      slots_[hole] = slots_[at];
      slots_[at] = AgentSlot{};
      hole = at;
    }
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const AgentSlot& slot : slots_) {
      if (!slot.empty()) visit(slot);
    }
  }

 private:
  void grow() {
    std::vector<AgentSlot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    used_ = 0;
    for (const AgentSlot& slot : old) {
      if (!slot.empty()) obtain(slot.agent, hash(slot.agent)) = slot;
    }
  }

  std::uint64_t seed_;
  std::vector<AgentSlot> slots_;
  std::size_t mask_ = 0;
  std::size_t used_ = 0;
};

}  // namespace metabatch
