// SPDX-License-Identifier: Apache-2.0
// The flight of entries: out of what waits, and back or away when the flush ended.
#include <algorithm>
#include <numeric>

#include "batching/storage.hpp"

namespace metabatch {

void sort_keys(const Block& block, std::vector<std::uint32_t>& order) {
  if (block.is_report_block()) {
    order = block.schema->sorted;
    return;
  }
  order.resize(block.count);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&block](std::uint32_t a, std::uint32_t b) { return block.key(a) < block.key(b); });
}

namespace {

// Another core wrote these lines; the batch is built from them soon.
void prefetch_for_batch(const Block& block) {
  __builtin_prefetch(block.next, 1);
  if (!block.is_report_block()) return;
  const std::size_t bytes = block.count * sizeof(TextSize);
  prefetch_lines(block.data, std::min<std::size_t>(bytes / kLine + 1, 8));
}

}  // namespace

std::size_t Entries::take_before(std::uint64_t position, std::vector<Block*>& taken) {
  std::size_t moved = 0;
  while (storage_->head != nullptr && storage_->head->position < position) {
    Block* pending = storage_->head;
    prefetch_for_batch(*pending);
    unlink(pending);
    AgentSlot& slot = storage_->agents.at(pending->agent);
    Block* part = pending;
    if (pending->last_position() < position) {
      slot.pending = nullptr;
    } else {
      part = split(*pending, position);
      link(pending);
    }
    moved += part->count;
    if (slot.in_flight == nullptr) {
      slot.in_flight = part;
      taken.push_back(part);
    } else {  // a second helping for the batch that is being built
      join(*slot.in_flight, part);
    }
  }
  counters_.pending -= moved;
  counters_.in_flight += moved;
  storage_->blocks.pool.settle();
  return moved;
}

Block* Entries::split(Block& block, std::uint64_t position) {
  storage_->blocks.to_entry_block(block);
  Block* front = storage_->blocks.make_entry_block(block.agent);
  std::uint32_t i = 0;
  for (; block.items[i].position < position; ++i) {
    const Item& item = block.items[i];
    storage_->blocks.append(*front, entry_of(block, i), item.position, item.arrived, item.added);
  }
  storage_->blocks.keep_if(block, [i](std::uint32_t at) { return at >= i; });
  return front;
}

void Entries::join(Block& block, Block* more) {
  storage_->blocks.to_entry_block(block);
  storage_->blocks.to_entry_block(*more);
  for (std::uint32_t i = 0; i < more->count; ++i) {
    const Item& item = more->items[i];
    storage_->blocks.append(block, entry_of(*more, i), item.position, item.arrived, item.added);
  }
  storage_->blocks.free(more);
}

Settled Entries::settle(Block* block, std::span<const Fate> fates, OnFailure on_failure, Instant now,
                        DelayHistogram& delay) {
  AgentSlot& slot = storage_->agents.at(block->agent);
  slot.in_flight = nullptr;
  counters_.in_flight -= block->count;
  const std::uint32_t kept = fates.size() == 1 && (fates[0] != Fate::unwritten || on_failure == OnFailure::discard)
                                 ? settle_uniform(*block, slot.pending, fates[0], now, delay)
                                 : settle_each(*block, slot.pending, fates, on_failure, now, delay);
  Settled settled;
  if (kept == 0) {
    storage_->blocks.free(block);
  } else {
    settled = merge_back(slot, block);
  }
  if (slot.empty()) storage_->agents.erase(slot);
  return settled;
}

std::uint32_t Entries::settle_uniform(const Block& block, const Block* pending, Fate fate, Instant now,
                                      DelayHistogram& delay) {
  tally(fate, block.count);
  if (fate == Fate::written && block.is_report_block()) {
    delay.observe(now - block.added, block.count);
  } else if (fate == Fate::written) {
    for (std::uint32_t i = 0; i < block.count; ++i) delay.observe(now - block.items[i].added);
  }
  std::int64_t gone = block.count;
  if (pending != nullptr) {
    for (std::uint32_t i = 0; i < block.count; ++i)
      gone -= storage_->blocks.find(*pending, block.key(i), i) != kNoEntry;
  }
  capacity_.charge(-gone, -static_cast<std::int64_t>(block.bytes));
  return 0;
}

std::uint32_t Entries::settle_each(Block& block, const Block* pending, std::span<const Fate> fates,
                                   OnFailure on_failure, Instant now, DelayHistogram& delay) {
  sort_keys(block, storage_->order);
  storage_->keep.assign(block.count, true);
  std::int64_t gone = 0;
  std::uint32_t kept = block.count;
  const std::uint64_t before = block.bytes;
  for (std::uint32_t j = 0; j < block.count; ++j) {
    const std::uint32_t i = storage_->order[j];
    const Fate fate = fates.size() == 1 ? fates[0] : fates[j];
    if (fate == Fate::unwritten && on_failure == OnFailure::retain) continue;
    storage_->keep[i] = false;
    --kept;
    tally(fate, 1);
    if (fate == Fate::written) delay.observe(now - block.added_at(i));
    gone += pending == nullptr || storage_->blocks.find(*pending, block.key(i), i) == kNoEntry;
  }
  if (kept == block.count) return kept;
  storage_->blocks.to_entry_block(block);
  storage_->blocks.keep_if(block, [this](std::uint32_t i) { return storage_->keep[i]; });
  capacity_.charge(-gone, static_cast<std::int64_t>(block.bytes - before));
  return kept;
}

void Entries::tally(Fate fate, std::uint64_t entries) {
  switch (fate) {
    case Fate::written: counters_.written += entries; return;
    case Fate::rows_stale: counters_.rows_stale += entries; return;
    case Fate::unmatched: counters_.unmatched += entries; return;
    case Fate::quarantined: counters_.quarantined += entries; return;
    case Fate::unwritten: counters_.discarded += entries; return;
    case Fate::spooled: counters_.spooled += entries; return;
  }
}

Settled Entries::merge_back(AgentSlot& slot, Block* block) {
  Settled settled{block->count, 0};
  if (Block* pending = slot.pending) {
    unlink(pending);
    settled.joined = merge_under(*block, *pending);
    storage_->blocks.free(pending);
  }
  slot.pending = block;
  link(block);
  counters_.pending += settled.merged - settled.joined;
  return settled;
}

// As if the entries of `block` had been added first and those of `waiting` after them: so they keep their places.
std::size_t Entries::merge_under(Block& block, Block& pending) {
  Blocks& blocks = storage_->blocks;
  blocks.to_entry_block(block);
  blocks.to_entry_block(pending);
  std::size_t joined = 0;
  const std::uint64_t bytes = block.bytes + pending.bytes;
  for (std::uint32_t i = 0; i < pending.count; ++i) {
    const Item& item = pending.items[i];
    const Update update = entry_of(pending, i);
    const std::uint32_t at = blocks.find(block, update.key, i);
    if (at == kNoEntry) {
      blocks.append(block, update, item.position, item.arrived, item.added);
      continue;
    }
    ++joined;
    if (replaces(item.collected_at, block.items[at].collected_at, ties_)) {
      blocks.replace(block, at, update, item.added);
      ++counters_.coalesced;
    } else {
      ++counters_.stale;
    }
  }
  capacity_.charge(0, static_cast<std::int64_t>(block.bytes - bytes));
  return joined;
}

}  // namespace metabatch
