// SPDX-License-Identifier: Apache-2.0
#include "batching/entries/set_apart.hpp"

#include <algorithm>

namespace metabatch {

SetApart::~SetApart() {
  agents_.for_each([this](const AgentSlot& slot) { blocks_.free(slot.pending); });
}

Block* SetApart::find(const Uuid& agent, std::uint64_t hash) {
  const AgentSlot* slot = agents_.find(agent, hash);
  return slot == nullptr ? nullptr : slot->pending;
}

// Where a newer update of such a key arrived during the flight, it is pending: it becomes one with
// the entry, as if it had been added after it, so that the key is in one state only. Distinct keys
// stay as many as they were.
SetApart::Put SetApart::put(const Block& block, std::span<const Way> ways, Block* pending, Instant now) {
  AgentSlot& slot = agents_.obtain(block.agent, agents_.hash(block.agent));
  if (slot.pending == nullptr) slot.pending = blocks_.make_entry_block(block.agent);
  Block& apart = *slot.pending;
  apart.added_or_apart = std::min({apart.set_apart_since(), block.set_apart_since(), now});
  if (pending != nullptr) blocks_.to_entry_block(*pending);
  absorbed_.assign(pending == nullptr ? 0 : pending->count, false);
  const std::uint64_t before = apart.bytes;
  std::uint64_t lost = 0;  // bytes of the older of two
  Put sum;
  for (std::uint32_t i = 0; i < block.count; ++i) {
    if (ways[i] != Way::apart) continue;
    ++sum.entries;
    const Item& item = block.items[i];
    const std::uint32_t at = pending == nullptr ? kNoEntry : blocks_.find(*pending, block.key(i), i);
    if (at == kNoEntry) {
      blocks_.append(apart, entry_of(block, i), item.position, item.arrived, item.added);
      continue;
    }
    const Item& later = pending->items[at];
    const bool wins = rules_.replaces(later.collected_at, item.collected_at);
    ++(wins ? sum.coalesced : sum.stale);
    lost += size_of(wins ? item : later);
    absorbed_[at] = true;
    blocks_.append(apart, wins ? entry_of(*pending, at) : entry_of(block, i), item.position, item.arrived,
                   wins ? later.added : item.added);
  }
  rules_.capacity.charge(0, -static_cast<std::int64_t>(lost));
  rules_.capacity.charge_set_apart(static_cast<std::int64_t>(sum.entries),
                                   static_cast<std::int64_t>(apart.bytes - before));
  if (sum.absorbed() > 0) blocks_.keep_if(*pending, [this](std::uint32_t i) { return !absorbed_[i]; });
  return sum;
}

std::vector<Block*> SetApart::take(std::uint64_t from, std::uint64_t until) {
  const auto leaves = [&](const Item& item) { return item.position >= from && item.position < until; };
  // The agents come first: a slot must not be erased while the table is visited.
  std::vector<Uuid> agents;
  agents_.for_each([&](const AgentSlot& slot) {
    const Block& block = *slot.pending;
    if (std::any_of(block.items, block.items + block.count, leaves)) agents.push_back(block.agent);
  });
  std::vector<Block*> parts;
  for (const Uuid& agent : agents) {
    AgentSlot& slot = agents_.at(agent);
    Block* part = slot.pending;
    if (std::all_of(part->items, part->items + part->count, leaves)) {
      slot.pending = nullptr;
      agents_.erase(slot);
    } else {
      Block& apart = *part;
      part = blocks_.make_entry_block(agent);
      part->added_or_apart = apart.set_apart_since();
      for (std::uint32_t i = 0; i < apart.count; ++i) {
        const Item& item = apart.items[i];
        if (leaves(item)) blocks_.append(*part, entry_of(apart, i), item.position, item.arrived, item.added);
      }
      blocks_.keep_if(apart, [&](std::uint32_t i) { return !leaves(apart.items[i]); });
    }
    blocks_.sort_by_position(*part);  // they were appended in the order of their flights
    rules_.capacity.charge_set_apart(-static_cast<std::int64_t>(part->count), -static_cast<std::int64_t>(part->bytes));
    parts.push_back(part);
  }
  return parts;
}

void SetApart::list(std::uint64_t from, std::vector<SetApartEntry>& entries) const {
  agents_.for_each([&](const AgentSlot& slot) {
    for (std::uint32_t i = 0; i < slot.pending->count; ++i) {
      const Item& item = slot.pending->items[i];
      if (item.position >= from) entries.push_back({item.position, size_of(item)});
    }
  });
}

SetApartAges SetApart::ages() const {
  SetApartAges ages{Instant::max(), Instant::max()};
  agents_.for_each([&](const AgentSlot& slot) {
    ages.since = std::min(ages.since, slot.pending->set_apart_since());
    for (std::uint32_t i = 0; i < slot.pending->count; ++i)
      ages.arrived = std::min(ages.arrived, slot.pending->items[i].arrived);
  });
  return ages;
}

}  // namespace metabatch
