// SPDX-License-Identifier: Apache-2.0
#include "batching/entries.hpp"

#include "batching/held.hpp"

namespace metabatch {

std::uint64_t agent_hash(const Uuid& agent, std::uint64_t seed) { return hash_agent(agent, seed); }

namespace {

TextBytes measure(const Report& report) {
  TextBytes text{0, 0};
  for (const std::string_view value : report.values) text.values += value.size();
  for (const std::string_view error : report.errors) text.errors += error.size();
  return text;
}

bool has_one_stamp(const Report& report) {
  std::int64_t differ = 0;
  const std::int64_t first = report.collected_at[0].time_since_epoch().count();
  for (const WallTime stamp : report.collected_at) differ |= stamp.time_since_epoch().count() ^ first;
  return differ == 0;
}

constexpr std::uint64_t kMostTextBytes = kMostBlockBytes / 2;  // of a whole block; the keys come on top

Update item_of(const Report& report, std::size_t i) {
  return {report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
}

}  // namespace

Entries::Entries(Room& room, std::uint64_t seed) : room_(room), held_(std::make_unique<Held>(seed)) {}
Entries::~Entries() = default;

void Entries::warm() const {
  prefetch_lines(&counters_, sizeof(Counters) / kLine + 1);
  prefetch_lines(held_.get(), kWarmLines);
}

void Entries::set_ties(Ties ties) { ties_ = ties; }

Admission Entries::refuse(std::size_t updates) {
  counters_.offered += updates;
  counters_.dropped_closed += updates;
  Admission admission;
  admission.dropped_closed = updates;
  return admission;
}

Admission Entries::add(const Report& report, std::uint64_t hash, Instant now, Admit admit) {
  if (report.size() == 0) return {};
  AgentSlot& slot = held_->agents.obtain(report.agent, hash);
  Admission admission;
  if (!add_whole(slot, report, now, admit, admission)) admission = add_each(slot, report, now, admit);
  if (slot.empty()) held_->agents.erase(slot);
  counters_.offered += report.size();
  counters_.waiting += admission.taken;
  counters_.coalesced += admission.coalesced;
  counters_.stale += admission.stale;
  counters_.dropped_full += admission.dropped_full;
  return admission;
}

bool Entries::add_whole(AgentSlot& slot, const Report& report, Instant now, Admit admit, Admission& admission) {
  TextBytes text;
  if (slot.waiting != nullptr) {
    if (!slot.waiting->whole() || !slot.waiting->schema->fits(report, text) || text.sum() > kMostTextBytes)
      return false;
    add_again(*slot.waiting, report, text, now, admission);
    return true;
  }
  Schema* schema = held_->schemas.last();
  if (schema == nullptr || !schema->fits(report, text)) {
    if (!has_one_stamp(report)) return false;
    schema = held_->schemas.find_or_make(report.keys);
    text = measure(report);
  }
  if (schema == nullptr || text.sum() > kMostTextBytes) return false;
  if (!admit_whole(slot, *schema, schema->bytes.size() + text.sum(), admit)) return false;
  Block* block = held_->blocks.make_whole(*schema, report, text, now);
  block->arrived = now;
  block->place = room_.places(block->count);
  slot.waiting = block;
  link_last(block);
  admission.taken = report.size();
  return true;
}

void Entries::add_again(Block& waiting, const Report& report, TextBytes text, Instant now, Admission& admission) {
  if (!replaces(report.collected_at[0], waiting.collected_at, ties_)) {
    admission.stale = report.size();
    return;
  }
  const std::uint64_t before = waiting.bytes;
  held_->blocks.overwrite(waiting, report, text, now);
  if (waiting.bytes != before) room_.charge(0, static_cast<std::int64_t>(waiting.bytes - before));
  admission.coalesced = report.size();
}

bool Entries::admit_whole(const AgentSlot& slot, const Schema& schema, std::uint64_t bytes, Admit admit) {
  std::uint64_t fresh = schema.count();
  if (slot.flying != nullptr && slot.flying->schema == &schema) {
    fresh = 0;
  } else if (slot.flying != nullptr) {
    for (std::uint32_t i = 0; i < schema.count(); ++i)
      fresh -= held_->blocks.find(*slot.flying, schema.key(i), i) != kNoEntry;
  }
  if (fresh > 0 && admit == Admit::if_room) return room_.admit(fresh, bytes);
  room_.charge(static_cast<std::int64_t>(fresh), static_cast<std::int64_t>(bytes));
  return true;
}

Admission Entries::add_each(AgentSlot& slot, const Report& report, Instant now, Admit admit) {
  Admission admission;
  std::uint32_t hint = 0;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Update update = item_of(report, i);
    const std::uint32_t at = slot.waiting == nullptr ? kNoEntry : find_waiting(*slot.waiting, update.key, hint);
    if (at != kNoEntry) {
      hint = at + 1;
      add_again(*slot.waiting, at, update, now, admission);
    } else if (admit_one(slot, update, admit)) {
      append_waiting(slot, update, now);
      hint = slot.waiting->count;
      ++admission.taken;
    } else {
      ++admission.dropped_full;
    }
  }
  return admission;
}

std::uint32_t Entries::find_waiting(Block& waiting, std::string_view key, std::uint32_t hint) {
  held_->blocks.spread(waiting);
  return held_->blocks.find(waiting, key, hint);
}

void Entries::add_again(Block& waiting, std::uint32_t at, const Update& update, Instant now, Admission& admission) {
  if (!replaces(update.collected_at, waiting.items[at].collected_at, ties_)) {
    ++admission.stale;
    return;
  }
  if (waiting.bytes + size_of(update) > kMostBlockBytes) {
    ++admission.dropped_full;
    return;
  }
  const std::uint64_t before = waiting.bytes;
  held_->blocks.replace(waiting, at, update, now);
  if (waiting.bytes != before) room_.charge(0, static_cast<std::int64_t>(waiting.bytes - before));
  ++admission.coalesced;
}

bool Entries::admit_one(const AgentSlot& slot, const Update& update, Admit admit) {
  const std::uint64_t bytes = size_of(update);
  if ((slot.waiting == nullptr ? 0 : slot.waiting->bytes) + bytes > kMostBlockBytes) return false;
  const bool flying = slot.flying != nullptr && held_->blocks.find(*slot.flying, update.key, 0) != kNoEntry;
  if (!flying && admit == Admit::if_room) return room_.admit(1, bytes);
  room_.charge(flying ? 0 : 1, static_cast<std::int64_t>(bytes));
  return true;
}

void Entries::append_waiting(AgentSlot& slot, const Update& update, Instant now) {
  const bool first = slot.waiting == nullptr;
  if (first) slot.waiting = held_->blocks.make_spread(update.agent);
  held_->blocks.append(*slot.waiting, update, room_.places(1), now, now);
  if (first) link_last(slot.waiting);
}

void Entries::link_last(Block* block) {
  block->previous = held_->tail;
  block->next = nullptr;
  (held_->tail != nullptr ? held_->tail->next : held_->head) = block;
  held_->tail = block;
}

// Blocks that come back (split, merged back) come in ascending order of place: starting at the last one makes
// the walk short.
void Entries::link(Block* block) {
  Block* after = held_->last_linked;
  if (after == nullptr || after->place > block->place) {
    after = held_->head != nullptr && held_->head->place < block->place ? held_->head : nullptr;
  }
  while (after != nullptr && after->next != nullptr && after->next->place < block->place) after = after->next;
  block->previous = after;
  block->next = after != nullptr ? after->next : held_->head;
  (after != nullptr ? after->next : held_->head) = block;
  (block->next != nullptr ? block->next->previous : held_->tail) = block;
  held_->last_linked = block;
}

void Entries::unlink(Block* block) {
  if (held_->last_linked == block) held_->last_linked = block->previous;
  (block->previous != nullptr ? block->previous->next : held_->head) = block->next;
  (block->next != nullptr ? block->next->previous : held_->tail) = block->previous;
}

std::optional<Oldest> Entries::oldest() const {
  if (held_->head == nullptr) return std::nullopt;
  return Oldest{held_->head->place, held_->head->arrived};
}

}  // namespace metabatch
