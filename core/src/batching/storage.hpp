// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "batching/agent_table.hpp"
#include "batching/blocks/block.hpp"
#include "batching/entries.hpp"

namespace metabatch {

/// Where an entry goes when its flight ends.
enum class Way : std::uint8_t { out, back, apart };

/// The memory of one shard.
struct alignas(64) Entries::Storage {
  explicit Storage(std::uint64_t seed) : agents(seed), schemas(seed), blocks(seed), set_apart(seed) {}
  ~Storage() {
    const auto free_blocks = [this](AgentSlot& slot) {
      if (slot.pending != nullptr) blocks.free(slot.pending);
      if (slot.in_flight != nullptr) blocks.free(slot.in_flight);
    };
    agents.for_each(free_blocks);
    set_apart.for_each(free_blocks);
  }

  // What every add and every flush touch comes first, together: kWarmLines lines.
  AgentTable agents;
  Block* head = nullptr;  // pending blocks, ascending in position
  Block* tail = nullptr;
  Block* last_linked = nullptr;  // where the next block to link in the middle probably belongs
  Schemas schemas;
  Blocks blocks;
  AgentTable set_apart;  // `pending` of a slot is the block of what is set apart of its agent; an entry block

  // Working memory of settle().
  std::vector<std::uint32_t> order;
  std::vector<Way> ways;
  std::vector<bool> absorbed;
};

inline constexpr std::size_t kWarmLines = 4;

inline std::uint64_t size_of(const Update& update) {
  return update.key.size() + update.value.size() + update.error.size();
}
inline std::uint64_t size_of(const Item& item) {
  return std::uint64_t{item.key_size} + item.value_size + item.error_size;
}

/// Does the later arrival replace the buffered one?
inline bool replaces(WallTime later, WallTime buffered, Ties ties) {
  return later > buffered || (later == buffered && ties == Ties::keep_last);
}

/// Indexes of a block's entries in byte order of their keys.
void sort_keys(const Block& block, std::vector<std::uint32_t>& order);

}  // namespace metabatch
