// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "held.hpp"
#include "metabatch/batch.hpp"

namespace metabatch {

void BatchBuilder::build(std::vector<Block*>& taken, Batch& batch) {
  std::sort(taken.begin(), taken.end(), [](const Block* a, const Block* b) { return a->agent < b->agent; });
  batch.entries.clear();
  batch.agents.clear();
  batch.keys_per_agent.clear();
  first_entry_.clear();
  for (const Block* block : taken) {
    first_entry_.push_back(static_cast<std::uint32_t>(batch.entries.size()));
    batch.agents.push_back(block->agent);
    batch.keys_per_agent.push_back(block->count);
    add_block(*block, batch);
  }
  first_entry_.push_back(static_cast<std::uint32_t>(batch.entries.size()));
}

void BatchBuilder::add_block(const Block& block, Batch& batch) {
  if (!block.whole()) {
    sort_keys(block, order_);
    for (const std::uint32_t i : order_) batch.entries.push_back(entry_of(block, i));
    return;
  }
  texts_.resize(block.count);
  const TextSize* sizes = block.sizes();
  const char* text = block.data + block.count * sizeof(TextSize);
  for (std::uint32_t i = 0; i < block.count; ++i) {
    texts_[i] = text;
    text += sizes[i].value + sizes[i].error;
  }
  for (const std::uint32_t i : block.schema->sorted) {
    batch.entries.push_back({block.agent, block.schema->key(i), {texts_[i], sizes[i].value},
                             {texts_[i] + sizes[i].value, sizes[i].error}, block.collected_at});
  }
}

}  // namespace metabatch
