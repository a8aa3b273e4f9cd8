// SPDX-License-Identifier: Apache-2.0
#include "batching/blocks/splice.hpp"

namespace metabatch {

Block* split(Blocks& blocks, Block& block, std::uint64_t position) {
  blocks.to_entry_block(block);
  Block* front = blocks.make_entry_block(block.agent);
  std::uint32_t i = 0;
  for (; block.items[i].position < position; ++i) {
    const Item& item = block.items[i];
    blocks.append(*front, entry_of(block, i), item.position, item.arrived, item.added);
  }
  blocks.keep_if(block, [i](std::uint32_t at) { return at >= i; });
  return front;
}

void join(Blocks& blocks, Block& block, Block* more) {
  blocks.to_entry_block(block);
  blocks.to_entry_block(*more);
  for (std::uint32_t i = 0; i < more->count; ++i) {
    const Item& item = more->items[i];
    blocks.append(block, entry_of(*more, i), item.position, item.arrived, item.added);
  }
  blocks.free(more);
}

}  // namespace metabatch
