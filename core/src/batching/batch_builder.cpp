// SPDX-License-Identifier: Apache-2.0
#include "batching/batch_builder.hpp"

#include "batching/storage.hpp"

namespace metabatch {

namespace {

std::uint64_t big_endian(const std::uint8_t* bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8 | bytes[i];
  return number;
}

}  // namespace

void BatchBuilder::build(std::span<Block* const> taken, Batch& batch) {
  sortable_.clear();
  for (Block* block : taken) {
    const std::uint8_t* id = block->agent.bytes.data();
    sortable_.push_back({big_endian(id), big_endian(id + 8), block});
  }
  std::sort(sortable_.begin(), sortable_.end(),
            [](const Sortable& a, const Sortable& b) { return a.high != b.high ? a.high < b.high : a.low < b.low; });
  batch.agents.clear();
  batch.keys_per_agent.clear();
  blocks_.clear();
  first_entry_.clear();
  std::uint32_t entries = 0;
  for (const Sortable& next : sortable_) {
    first_entry_.push_back(entries);
    entries += next.block->count;
    blocks_.push_back(next.block);
    batch.agents.push_back(next.block->agent);
    batch.keys_per_agent.push_back(next.block->count);
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
  return fates.subspan(first_entry_[b], first_entry_[b + 1] - first_entry_[b]);
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
  // Member by member: a temporary that is copied in wider pieces than it was written stalls the processor.
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
