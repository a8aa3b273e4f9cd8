// SPDX-License-Identifier: Apache-2.0
// The flight of entries: out of what waits, and back or away when the flush ended.
#include <algorithm>
#include <numeric>

#include "batching/held.hpp"

namespace metabatch {

void sort_keys(const Block& block, std::vector<std::uint32_t>& order) {
  if (block.whole()) {
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
  if (!block.whole()) return;
  const std::size_t bytes = block.count * sizeof(TextSize);
  prefetch_lines(block.data, std::min<std::size_t>(bytes / kLine + 1, 8));
}

}  // namespace

std::size_t Entries::take_before(std::uint64_t place, std::vector<Block*>& taken) {
  std::size_t moved = 0;
  while (held_->head != nullptr && held_->head->place < place) {
    Block* waiting = held_->head;
    prefetch_for_batch(*waiting);
    unlink(waiting);
    AgentSlot& slot = held_->agents.at(waiting->agent);
    Block* part = waiting;
    if (waiting->last_place() < place) {
      slot.waiting = nullptr;
    } else {
      part = split(*waiting, place);
      link(waiting);
    }
    moved += part->count;
    if (slot.flying == nullptr) {
      slot.flying = part;
      taken.push_back(part);
    } else {  // a second helping for the batch that is being built
      join(*slot.flying, part);
    }
  }
  counters_.waiting -= moved;
  counters_.in_flight += moved;
  held_->blocks.pool.settle();
  return moved;
}

Block* Entries::split(Block& block, std::uint64_t place) {
  held_->blocks.spread(block);
  Block* front = held_->blocks.make_spread(block.agent);
  std::uint32_t i = 0;
  for (; block.items[i].place < place; ++i) {
    const Item& item = block.items[i];
    held_->blocks.append(*front, entry_of(block, i), item.place, item.arrived, item.added);
  }
  held_->blocks.keep_if(block, [i](std::uint32_t at) { return at >= i; });
  return front;
}

void Entries::join(Block& block, Block* more) {
  held_->blocks.spread(block);
  held_->blocks.spread(*more);
  for (std::uint32_t i = 0; i < more->count; ++i) {
    const Item& item = more->items[i];
    held_->blocks.append(block, entry_of(*more, i), item.place, item.arrived, item.added);
  }
  held_->blocks.free(more);
}

Settled Entries::settle(Block* block, std::span<const Fate> fates, OnFailure on_failure, Instant now,
                        DelayHistogram& delay) {
  AgentSlot& slot = held_->agents.at(block->agent);
  slot.flying = nullptr;
  counters_.in_flight -= block->count;
  const std::uint32_t kept = fates.size() == 1 && (fates[0] != Fate::unwritten || on_failure == OnFailure::discard)
                                 ? settle_alike(*block, slot.waiting, fates[0], now, delay)
                                 : settle_each(*block, slot.waiting, fates, on_failure, now, delay);
  Settled settled;
  if (kept == 0) {
    held_->blocks.free(block);
  } else {
    settled = merge_back(slot, block);
  }
  if (slot.empty()) held_->agents.erase(slot);
  return settled;
}

std::uint32_t Entries::settle_alike(const Block& block, const Block* waiting, Fate fate, Instant now,
                                    DelayHistogram& delay) {
  tally(fate, block.count);
  if (fate == Fate::written && block.whole()) {
    delay.observe(now - block.added, block.count);
  } else if (fate == Fate::written) {
    for (std::uint32_t i = 0; i < block.count; ++i) delay.observe(now - block.items[i].added);
  }
  std::int64_t gone = block.count;
  if (waiting != nullptr) {
    for (std::uint32_t i = 0; i < block.count; ++i) gone -= held_->blocks.find(*waiting, block.key(i), i) != kNoEntry;
  }
  room_.charge(-gone, -static_cast<std::int64_t>(block.bytes));
  return 0;
}

std::uint32_t Entries::settle_each(Block& block, const Block* waiting, std::span<const Fate> fates,
                                   OnFailure on_failure, Instant now, DelayHistogram& delay) {
  sort_keys(block, held_->order);
  held_->keep.assign(block.count, true);
  std::int64_t gone = 0;
  std::uint32_t kept = block.count;
  const std::uint64_t before = block.bytes;
  for (std::uint32_t j = 0; j < block.count; ++j) {
    const std::uint32_t i = held_->order[j];
    const Fate fate = fates.size() == 1 ? fates[0] : fates[j];
    if (fate == Fate::unwritten && on_failure == OnFailure::retain) continue;
    held_->keep[i] = false;
    --kept;
    tally(fate, 1);
    if (fate == Fate::written) delay.observe(now - block.added_at(i));
    gone += waiting == nullptr || held_->blocks.find(*waiting, block.key(i), i) == kNoEntry;
  }
  if (kept == block.count) return kept;
  held_->blocks.spread(block);
  held_->blocks.keep_if(block, [this](std::uint32_t i) { return held_->keep[i]; });
  room_.charge(-gone, static_cast<std::int64_t>(block.bytes - before));
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
  if (Block* waiting = slot.waiting) {
    unlink(waiting);
    settled.met = merge_under(*block, *waiting);
    held_->blocks.free(waiting);
  }
  slot.waiting = block;
  link(block);
  counters_.waiting += settled.merged - settled.met;
  return settled;
}

// As if the entries of `block` had been added first and those of `waiting` after them: so they keep their places.
std::size_t Entries::merge_under(Block& block, Block& waiting) {
  Blocks& blocks = held_->blocks;
  blocks.spread(block);
  blocks.spread(waiting);
  std::size_t met = 0;
  const std::uint64_t bytes = block.bytes + waiting.bytes;
  for (std::uint32_t i = 0; i < waiting.count; ++i) {
    const Item& item = waiting.items[i];
    const Update update = entry_of(waiting, i);
    const std::uint32_t at = blocks.find(block, update.key, i);
    if (at == kNoEntry) {
      blocks.append(block, update, item.place, item.arrived, item.added);
      continue;
    }
    ++met;
    if (replaces(item.collected_at, block.items[at].collected_at, ties_)) {
      blocks.replace(block, at, update, item.added);
      ++counters_.coalesced;
    } else {
      ++counters_.stale;
    }
  }
  room_.charge(0, static_cast<std::int64_t>(block.bytes - bytes));
  return met;
}

}  // namespace metabatch
