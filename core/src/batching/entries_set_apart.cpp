// SPDX-License-Identifier: Apache-2.0
// Entries that are set apart because somebody else holds the lock of their row.
#include <algorithm>

#include "batching/storage.hpp"

namespace metabatch {

// A report of an agent that has entries set apart: an update of such a key becomes one with its
// entry there, and claims no position. All others are added as usual.
void Entries::add_beside(AgentSlot& slot, Block& apart, const Report& report, Instant now, Admit admit,
                         Admission& admission) {
  KeyCount keys;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Update update{report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
    if (const std::uint32_t at = storage_->blocks.find(apart, update.key, 0); at != kNoEntry) {
      const std::uint64_t before = apart.bytes;
      merge_into(apart, at, update, now, admission);
      if (apart.bytes != before) capacity_.charge_set_apart(0, static_cast<std::int64_t>(apart.bytes - before));
      continue;
    }
    const std::uint32_t at = slot.pending == nullptr ? kNoEntry : find_pending(*slot.pending, update.key, 0);
    if (at != kNoEntry) {
      merge_into(*slot.pending, at, update, now, admission);
    } else {
      add_entry(slot, update, now, admit, keys, admission);
    }
  }
}

// Moves the entries of a landed block that go apart, as ways says. Where a newer update of such a
// key arrived during the flight, it is pending: it becomes one with the entry, as if it had been
// added after it, so that the key is in one state only. Distinct keys stay as many as they were.
std::size_t Entries::set_apart(AgentSlot& slot, const Block& block, Instant now) {
  Blocks& blocks = storage_->blocks;
  AgentSlot& home = storage_->set_apart.obtain(block.agent, storage_->set_apart.hash(block.agent));
  if (home.pending == nullptr) home.pending = blocks.make_entry_block(block.agent);
  has_set_apart_ = true;
  Block& apart = *home.pending;
  apart.added_or_apart = std::min({apart.set_apart_since(), block.set_apart_since(), now});
  if (slot.pending != nullptr) blocks.to_entry_block(*slot.pending);
  storage_->absorbed.assign(slot.pending == nullptr ? 0 : slot.pending->count, false);
  const std::uint64_t before = apart.bytes;
  std::uint64_t losers = 0;
  std::size_t moved = 0, absorbed = 0;
  for (std::uint32_t i = 0; i < block.count; ++i) {
    if (storage_->ways[i] != Way::apart) continue;
    ++moved;
    const Item& item = block.items[i];
    Update update = entry_of(block, i);
    Instant added = item.added;
    const std::uint32_t at = slot.pending == nullptr ? kNoEntry : blocks.find(*slot.pending, update.key, i);
    if (at != kNoEntry) {
      const Item& later = slot.pending->items[at];
      const bool wins = replaces(later.collected_at, item.collected_at, ties_);
      ++(wins ? counters_.coalesced : counters_.stale);
      losers += size_of(wins ? item : later);
      if (wins) update = entry_of(*slot.pending, at), added = later.added;
      storage_->absorbed[at] = true;
      ++absorbed;
    }
    blocks.append(apart, update, item.position, item.arrived, added);
  }
  counters_.set_apart += moved;
  capacity_.charge(0, -static_cast<std::int64_t>(losers));
  capacity_.charge_set_apart(static_cast<std::int64_t>(moved), static_cast<std::int64_t>(apart.bytes - before));
  if (absorbed > 0) remove_absorbed(slot, absorbed);
  return absorbed;
}

void Entries::remove_absorbed(AgentSlot& slot, std::size_t absorbed) {
  Block* pending = slot.pending;
  counters_.pending -= absorbed;
  unlink(pending);
  storage_->blocks.keep_if(*pending, [this](std::uint32_t i) { return !storage_->absorbed[i]; });
  if (pending->count == 0) {
    storage_->blocks.free(pending);
    slot.pending = nullptr;
  } else {
    link(pending);
  }
}

void Entries::list_set_apart(std::uint64_t from, std::vector<SetApartEntry>& entries) const {
  if (!has_set_apart_) return;
  storage_->set_apart.for_each([&](const AgentSlot& slot) {
    for (std::uint32_t i = 0; i < slot.pending->count; ++i) {
      const Item& item = slot.pending->items[i];
      if (item.position >= from) entries.push_back({item.position, size_of(item)});
    }
  });
}

std::size_t Entries::take_set_apart(std::uint64_t from, std::uint64_t until, std::vector<Block*>& taken) {
  if (!has_set_apart_) return 0;
  const auto leaves = [&](const Item& item) { return item.position >= from && item.position < until; };
  std::vector<Uuid> agents;
  storage_->set_apart.for_each([&](const AgentSlot& slot) {
    const Block& block = *slot.pending;
    if (std::any_of(block.items, block.items + block.count, leaves)) agents.push_back(block.agent);
  });
  Blocks& blocks = storage_->blocks;
  std::size_t moved = 0;
  for (const Uuid& agent : agents) {
    AgentSlot& home = storage_->set_apart.at(agent);
    Block* part = home.pending;
    if (std::all_of(part->items, part->items + part->count, leaves)) {
      home.pending = nullptr;
      storage_->set_apart.erase(home);
    } else {
      Block& apart = *part;
      part = blocks.make_entry_block(agent);
      part->added_or_apart = apart.set_apart_since();
      for (std::uint32_t i = 0; i < apart.count; ++i) {
        const Item& item = apart.items[i];
        if (leaves(item)) blocks.append(*part, entry_of(apart, i), item.position, item.arrived, item.added);
      }
      blocks.keep_if(apart, [&](std::uint32_t i) { return !leaves(apart.items[i]); });
    }
    blocks.sort_by_position(*part);  // they were appended in the order of their flights
    moved += part->count;
    capacity_.charge_set_apart(-static_cast<std::int64_t>(part->count), -static_cast<std::int64_t>(part->bytes));
    put_in_flight(storage_->agents.obtain(agent, storage_->agents.hash(agent)), part, taken);
  }
  has_set_apart_ = !storage_->set_apart.is_empty();
  counters_.set_apart -= moved;
  counters_.in_flight += moved;
  return moved;
}

std::optional<SetApartAges> Entries::set_apart_ages() const {
  if (!has_set_apart_) return std::nullopt;
  SetApartAges ages{Instant::max(), Instant::max()};
  storage_->set_apart.for_each([&](const AgentSlot& slot) {
    ages.since = std::min(ages.since, slot.pending->set_apart_since());
    for (std::uint32_t i = 0; i < slot.pending->count; ++i)
      ages.arrived = std::min(ages.arrived, slot.pending->items[i].arrived);
  });
  return ages;
}

}  // namespace metabatch
