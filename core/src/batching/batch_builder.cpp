// SPDX-License-Identifier: Apache-2.0
#include "batching/batch_builder.hpp"

#include "batching/blocks/block.hpp"

namespace metabatch {

void BatchBuilder::build(std::span<Block* const> taken, Batch& batch) {
  order_ids(by_agent_, taken.size(), [&](std::size_t i) -> const Uuid& { return taken[i]->agent; });
  batch.agents.clear();
  batch.keys_per_agent.clear();
  blocks_.clear();
  first_entry_.clear();
  std::uint32_t entries = 0;
  for (const KeyedIndex& next : by_agent_) {
    Block* block = taken[next.index];
    first_entry_.push_back(entries);
    entries += block->count;
    blocks_.push_back(block);
    batch.agents.push_back(block->agent);
    batch.keys_per_agent.push_back(block->count);
  }
  first_entry_.push_back(entries);
  batch.entries.resize(entries);  // batches are mostly of one size: then this touches nothing
  for (std::size_t b = 0; b < blocks_.size(); ++b) fill(*blocks_[b], batch.entries.data() + first_entry_[b]);
}

// The entries of a block are in order of position, and so in order of arrival.
std::optional<Instant> BatchBuilder::oldest() const {
  std::optional<Instant> oldest;
  for (const Block* block : blocks_) oldest = std::min(oldest.value_or(block->arrived), block->arrived);
  return oldest;
}

std::span<const Fate> BatchBuilder::fates_of(std::size_t b, std::span<const Fate> fates, const Fate& all) const {
  if (fates.empty()) return {&all, 1};
  return part_of(b, fates);
}

void BatchBuilder::fill(const Block& block, Update* to) {
  if (!block.is_report_block()) {
    sort_keys(block, order_);
    for (const std::uint32_t i : order_) *to++ = entry_of(block, i);
    return;
  }
  texts_.resize(block.count);
  const TextSize* sizes = block.sizes();
  const char* text = block.data + block.count * sizeof(TextSize);
  for (std::uint32_t i = 0; i < block.count; ++i) {
    texts_[i] = text;
    text += sizes[i].value + sizes[i].error;
  }
  // Member by member: a temporary that is copied in wider pieces than it was written stalls the
  // processor.
  for (const std::uint32_t i : block.schema->sorted) {
    to->agent = block.agent;
    to->key = block.schema->key(i);
    to->value = {texts_[i], sizes[i].value};
    to->error = {texts_[i] + sizes[i].value, sizes[i].error};
    to->collected_at = block.collected_at;
    ++to;
  }
}

}  // namespace metabatch
