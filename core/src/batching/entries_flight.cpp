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

Way way_of(Fate fate, const Landing& landing) {
  if (fate == Fate::locked) return Way::apart;
  if (fate != Fate::unwritten || landing.on_failure == OnFailure::discard) return Way::out;
  return landing.set_apart ? Way::apart : Way::back;
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
    put_in_flight(slot, part, taken);
  }
  counters_.pending -= moved;
  counters_.in_flight += moved;
  storage_->blocks.pool.settle();
  return moved;
}

// An agent has one block in flight: a second part for the batch that is being built joins the
// first.
void Entries::put_in_flight(AgentSlot& slot, Block* part, std::vector<Block*>& taken) {
  if (slot.in_flight != nullptr) {
    join(*slot.in_flight, part);
    return;
  }
  slot.in_flight = part;
  taken.push_back(part);
}

Block* Entries::untake(Block* block, std::uint64_t position, Settled& settled) {
  if (block->last_position() < position) return block;
  AgentSlot& slot = storage_->agents.at(block->agent);
  Block* remainder = block;
  slot.in_flight = block->position < position ? split(*remainder, position) : nullptr;
  counters_.in_flight -= remainder->count;
  settled += merge_back(slot, remainder);
  return slot.in_flight;
}

Block* Entries::leave_out(Block* block, std::span<const Leaving> leaving) {
  Blocks& blocks = storage_->blocks;
  AgentSlot& slot = storage_->agents.at(block->agent);
  sort_keys(*block, storage_->order);
  storage_->ways.assign(block->count, Way::back);
  std::int64_t gone = 0;  // keys that are not buffered any more
  std::size_t left = 0;
  for (std::uint32_t j = 0; j < block->count; ++j) {
    if (leaving[j] == Leaving::written) continue;
    const std::uint32_t i = storage_->order[j];
    storage_->ways[i] = Way::out;
    ++left;
    ++(leaving[j] == Leaving::unchanged ? counters_.unchanged : counters_.stale);
    gone += slot.pending == nullptr || blocks.find(*slot.pending, block->key(i), i) == kNoEntry;
  }
  if (left == 0) return block;
  counters_.in_flight -= left;
  const std::uint64_t before = block->bytes;
  if (left == block->count) {
    slot.in_flight = nullptr;
    blocks.free(block);
    capacity_.charge(-gone, -static_cast<std::int64_t>(before));
    if (slot.empty()) storage_->agents.erase(slot);
    return nullptr;
  }
  blocks.to_entry_block(*block);
  blocks.keep_if(*block, [this](std::uint32_t i) { return storage_->ways[i] == Way::back; });
  capacity_.charge(-gone, -static_cast<std::int64_t>(before - block->bytes));
  return block;
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

Settled Entries::settle(Block* block, std::span<const Fate> fates, const Landing& landing, DelayHistogram& delay) {
  AgentSlot& slot = storage_->agents.at(block->agent);
  slot.in_flight = nullptr;
  counters_.in_flight -= block->count;
  Settled settled;
  if (fates.size() == 1 && way_of(fates[0], landing) == Way::out) {
    settled = settle_uniform(*block, slot.pending, fates[0], landing.now, delay);
    storage_->blocks.free(block);
  } else {
    settled = settle_each(slot, block, fates, landing, delay);
  }
  if (slot.empty()) storage_->agents.erase(slot);
  return settled;
}

Settled Entries::settle_uniform(const Block& block, const Block* pending, Fate fate, Instant now,
                                DelayHistogram& delay) {
  tally(fate, block.count);
  if (fate == Fate::written && block.is_report_block()) {
    delay.observe(now - block.added_or_apart, block.count);
  } else if (fate == Fate::written) {
    for (std::uint32_t i = 0; i < block.count; ++i) delay.observe(now - block.items[i].added);
  }
  std::int64_t gone = block.count;
  if (pending != nullptr) {
    for (std::uint32_t i = 0; i < block.count; ++i)
      gone -= storage_->blocks.find(*pending, block.key(i), i) != kNoEntry;
  }
  Settled settled;
  settled.freed_entries = gone;
  settled.freed_bytes = static_cast<std::int64_t>(block.bytes);
  return settled;
}

// The order of the steps matters: an entry that goes out frees its key only when no pending entry
// holds it, so this is asked before set_apart() absorbs pending entries; and what is merged back
// must not meet entries that leave.
Settled Entries::settle_each(AgentSlot& slot, Block* block, std::span<const Fate> fates, const Landing& landing,
                             DelayHistogram& delay) {
  sort_keys(*block, storage_->order);
  storage_->ways.assign(block->count, Way::back);
  std::int64_t gone = 0;
  std::uint32_t back = 0, apart = 0;
  for (std::uint32_t j = 0; j < block->count; ++j) {
    const std::uint32_t i = storage_->order[j];
    const Fate fate = fates.size() == 1 ? fates[0] : fates[j];
    const Way way = storage_->ways[i] = way_of(fate, landing);
    back += way == Way::back;
    apart += way == Way::apart;
    if (way != Way::out) continue;
    tally(fate, 1);
    if (fate == Fate::written) delay.observe(landing.now - block->added_at(i));
    gone += slot.pending == nullptr || storage_->blocks.find(*slot.pending, block->key(i), i) == kNoEntry;
  }
  Settled settled;
  if (back == block->count) return merge_back(slot, block);
  storage_->blocks.to_entry_block(*block);
  if (apart > 0) settled.absorbed = set_apart(slot, *block, landing.now);
  std::uint64_t freed = 0;
  for (std::uint32_t i = 0; i < block->count; ++i)
    freed += storage_->ways[i] == Way::out ? size_of(block->items[i]) : 0;
  settled.freed_entries = gone;
  settled.freed_bytes = static_cast<std::int64_t>(freed);
  if (back == 0) {
    storage_->blocks.free(block);
    return settled;
  }
  storage_->blocks.keep_if(*block, [this](std::uint32_t i) { return storage_->ways[i] == Way::back; });
  settled += merge_back(slot, block);
  return settled;
}

void Entries::tally(Fate fate, std::uint64_t entries) {
  switch (fate) {
    case Fate::written: counters_.written += entries; return;
    case Fate::rows_stale: counters_.rows_stale += entries; return;
    case Fate::unmatched: counters_.unmatched += entries; return;
    case Fate::quarantined: counters_.quarantined += entries; return;
    case Fate::locked: return;  // it stays
    case Fate::unwritten: counters_.discarded += entries; return;
    case Fate::spooled: counters_.spooled += entries; return;
  }
}

Settled Entries::merge_back(AgentSlot& slot, Block* block) {
  Settled settled{block->count, 0, 0};
  if (Block* pending = slot.pending) {
    unlink(pending);
    settled.joined = merge_under(*block, *pending);
    storage_->blocks.free(pending);
  }
  slot.pending = block;
  link(block);
  counters_.pending += settled.returned - settled.joined;
  return settled;
}

// As if the entries of `block` had been added first and those of `waiting` after them: so they keep
// their places.
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
