// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "batching/agent_table.hpp"
#include "batching/blocks/block.hpp"
#include "batching/entries.hpp"

namespace metabatch {

/// What one shard holds.
struct alignas(64) Entries::Storage {
  explicit Storage(std::uint64_t seed) : agents(seed), schemas(seed), blocks(seed) {}
  ~Storage() {
    agents.for_each([this](AgentSlot& slot) {
      if (slot.pending != nullptr) blocks.free(slot.pending);
      if (slot.in_flight != nullptr) blocks.free(slot.in_flight);
    });
  }

  // What every add and every flush touch comes first, together: kWarmLines lines.
  AgentTable agents;
  Block* head = nullptr;  // waiting blocks, ascending in place
  Block* tail = nullptr;
  Block* last_linked = nullptr;  // where the next block to link in the middle probably belongs
  Schemas schemas;
  Blocks blocks;
  std::vector<std::uint32_t> order;  // working memory of settle()
  std::vector<bool> keep;
};

inline constexpr std::size_t kWarmLines = 4;

inline std::uint64_t size_of(const Update& update) {
  return update.key.size() + update.value.size() + update.error.size();
}

/// Does the later arrival take the place of the one held?
inline bool replaces(WallTime later, WallTime held, Ties ties) {
  return later > held || (later == held && ties == Ties::keep_last);
}

/// Positions of a block's entries in byte order of their keys.
void sort_keys(const Block& block, std::vector<std::uint32_t>& order);

}  // namespace metabatch
