// SPDX-License-Identifier: Apache-2.0
#include "batching/entries.hpp"

#include <algorithm>

#include "batching/blocks/blocks.hpp"
#include "batching/blocks/splice.hpp"
#include "batching/entries/adder.hpp"
#include "batching/entries/agent_table.hpp"
#include "batching/entries/pending_list.hpp"
#include "batching/entries/set_apart.hpp"

namespace metabatch {

std::uint64_t agent_hash(const Uuid& agent, std::uint64_t seed) { return hash_agent(agent, seed); }

/// The memory of one shard.
struct alignas(64) Entries::Storage {
  Storage(const EntryRules& rules, std::uint64_t seed)
      : agents(seed), adder(rules, blocks, pending, seed), blocks(seed), set_apart(rules, blocks, seed) {}
  ~Storage() {
    agents.for_each([this](const AgentSlot& slot) {
      if (slot.pending != nullptr) blocks.free(slot.pending);
      if (slot.in_flight != nullptr) blocks.free(slot.in_flight);
    });
  }

  // What every add and every flush touch comes first, together: kWarmLines lines.
  AgentTable agents;  // who has entries that are pending or in flight
  PendingList pending;
  Adder adder;
  Blocks blocks;
  SetApart set_apart;  // destroyed before the blocks, which it uses

  // Working memory of a landing.
  std::vector<std::uint32_t> order;
  std::vector<Way> ways;
};

namespace {

constexpr std::size_t kWarmLines = 4;

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

Entries::Entries(Capacity& capacity, std::uint64_t seed)
    : rules_{capacity}, storage_(std::make_unique<Storage>(rules_, seed)) {}
Entries::~Entries() = default;

void Entries::warm() const {
  prefetch_lines(&counters_, sizeof(Counters) / kLine + 1);
  prefetch_lines(storage_.get(), kWarmLines);
}

void Entries::warm_slot(std::uint64_t hash) const { storage_->agents.warm(hash); }

void Entries::warm_block(const Uuid& agent, std::uint64_t hash) const {
  const AgentSlot* const slot = storage_->agents.find(agent, hash);
  if (slot != nullptr && slot->pending != nullptr) prefetch_lines(slot->pending, sizeof(Block) / kLine + 1);
}

void Entries::set_rules(Ties ties, std::uint64_t agent_capacity) {
  rules_.ties = ties;
  rules_.agent_capacity = agent_capacity;
}

Admission Entries::refuse(std::size_t updates) {
  counters_.offered += updates;
  counters_.dropped_closed += updates;
  Admission admission;
  admission.dropped_closed = updates;
  return admission;
}

Admission Entries::add(const Report& report, std::uint64_t hash, Instant now, Admit admit) {
  if (report.size() == 0) return {};
  Block* apart = has_set_apart_ ? storage_->set_apart.find(report.agent, hash) : nullptr;
  AgentSlot& slot = storage_->agents.obtain(report.agent, hash);
  const Admission admission = storage_->adder.add(slot, apart, report, now, admit);
  if (slot.empty()) storage_->agents.erase(slot);
  counters_.offered += report.size();
  counters_.pending += admission.taken;
  counters_.coalesced += admission.coalesced;
  counters_.stale += admission.stale;
  counters_.dropped_full += admission.dropped_full;
  counters_.dropped_agent_full += admission.dropped_agent_full;
  return admission;
}

std::uint64_t Entries::keys_of(const Uuid& agent, std::uint64_t hash) {
  const Block* apart = has_set_apart_ ? storage_->set_apart.find(agent, hash) : nullptr;
  const AgentSlot* slot = storage_->agents.find(agent, hash);
  return storage_->adder.count_keys(slot == nullptr ? AgentSlot{} : *slot, apart);
}

std::optional<Oldest> Entries::oldest() const {
  const Block* first = storage_->pending.first();
  if (first == nullptr) return std::nullopt;
  return Oldest{first->position, first->arrived};
}

std::size_t Entries::take_before(std::uint64_t position, std::vector<Block*>& taken) {
  PendingList& pending = storage_->pending;
  std::size_t moved = 0;
  for (Block* block = pending.first(); block != nullptr && block->position < position; block = pending.first()) {
    prefetch_for_batch(*block);
    pending.unlink(block);
    AgentSlot& slot = storage_->agents.at(block->agent);
    Block* part = block;
    if (block->last_position() < position) {
      slot.pending = nullptr;
    } else {
      part = split(storage_->blocks, *block, position);
      pending.link(block);
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
    join(storage_->blocks, *slot.in_flight, part);
    return;
  }
  slot.in_flight = part;
  taken.push_back(part);
}

Block* Entries::untake(Block* block, std::uint64_t position, Settled& settled) {
  if (block->last_position() < position) return block;
  AgentSlot& slot = storage_->agents.at(block->agent);
  Block* remainder = block;
  slot.in_flight = block->position < position ? split(storage_->blocks, *remainder, position) : nullptr;
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
    rules_.capacity.charge(-gone, -static_cast<std::int64_t>(before));
    if (slot.empty()) storage_->agents.erase(slot);
    return nullptr;
  }
  blocks.to_entry_block(*block);
  blocks.keep_if(*block, [this](std::uint32_t i) { return storage_->ways[i] == Way::back; });
  rules_.capacity.charge(-gone, -static_cast<std::int64_t>(before - block->bytes));
  return block;
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
    storage_->pending.unlink(pending);
    settled.joined = merge_under(*block, *pending);
    storage_->blocks.free(pending);
  }
  slot.pending = block;
  storage_->pending.link(block);
  counters_.pending += settled.returned - settled.joined;
  return settled;
}

// As if the entries of `block` had been added first and those of `pending` after them: so they keep
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
    if (rules_.replaces(item.collected_at, block.items[at].collected_at)) {
      blocks.replace(block, at, update, item.added);
      ++counters_.coalesced;
    } else {
      ++counters_.stale;
    }
  }
  rules_.capacity.charge(0, static_cast<std::int64_t>(block.bytes - bytes));
  return joined;
}

// The pending entries that are absorbed may have been the first of their block: it gets its new
// place, or is freed.
std::size_t Entries::set_apart(AgentSlot& slot, const Block& block, Instant now) {
  const SetApart::Put put = storage_->set_apart.put(block, storage_->ways, slot.pending, now);
  has_set_apart_ = true;
  counters_.set_apart += put.entries;
  counters_.coalesced += put.coalesced;
  counters_.stale += put.stale;
  counters_.pending -= put.absorbed();
  if (put.absorbed() == 0) return 0;
  storage_->pending.unlink(slot.pending);
  if (slot.pending->count > 0) {
    storage_->pending.link(slot.pending);
  } else {
    storage_->blocks.free(slot.pending);
    slot.pending = nullptr;
  }
  return put.absorbed();
}

void Entries::list_set_apart(std::uint64_t from, std::vector<SetApartEntry>& entries) const {
  if (has_set_apart_) storage_->set_apart.list(from, entries);
}

std::size_t Entries::take_set_apart(std::uint64_t from, std::uint64_t until, std::vector<Block*>& taken) {
  if (!has_set_apart_) return 0;
  std::size_t moved = 0;
  for (Block* part : storage_->set_apart.take(from, until)) {
    moved += part->count;
    put_in_flight(storage_->agents.obtain(part->agent, storage_->agents.hash(part->agent)), part, taken);
  }
  has_set_apart_ = !storage_->set_apart.is_empty();
  counters_.set_apart -= moved;
  counters_.in_flight += moved;
  return moved;
}

std::optional<SetApartAges> Entries::set_apart_ages() const {
  if (!has_set_apart_) return std::nullopt;
  return storage_->set_apart.ages();
}

}  // namespace metabatch
