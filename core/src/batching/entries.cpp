// SPDX-License-Identifier: Apache-2.0
#include "batching/entries.hpp"

#include "batching/storage.hpp"

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

constexpr std::uint64_t kMaxTextBytes = kMaxBlockBytes / 2;  // of a report block; the keys come on top

Update item_of(const Report& report, std::size_t i) {
  return {report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
}

}  // namespace

Entries::Entries(Capacity& capacity, std::uint64_t seed)
    : capacity_(capacity), storage_(std::make_unique<Storage>(seed)) {}
Entries::~Entries() = default;

void Entries::warm() const {
  prefetch_lines(&counters_, sizeof(Counters) / kLine + 1);
  prefetch_lines(storage_.get(), kWarmLines);
}

void Entries::set_rules(Ties ties, std::uint64_t agent_capacity) {
  ties_ = ties;
  agent_capacity_ = agent_capacity;
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
  AgentSlot* apart = has_set_apart_ ? storage_->set_apart.find(report.agent, hash) : nullptr;
  AgentSlot& slot = storage_->agents.obtain(report.agent, hash);
  Admission admission;
  if (apart != nullptr) {
    add_beside(slot, *apart->pending, report, now, admit, admission);
  } else if (!add_as_report_block(slot, report, now, admit, admission)) {
    admission = add_entries(slot, report, now, admit);
  }
  if (slot.empty()) storage_->agents.erase(slot);
  counters_.offered += report.size();
  counters_.pending += admission.taken;
  counters_.coalesced += admission.coalesced;
  counters_.stale += admission.stale;
  counters_.dropped_full += admission.dropped_full;
  counters_.dropped_agent_full += admission.dropped_agent_full;
  return admission;
}

bool Entries::add_as_report_block(AgentSlot& slot, const Report& report, Instant now, Admit admit,
                                  Admission& admission) {
  TextBytes text;
  if (slot.pending != nullptr) {
    if (!slot.pending->is_report_block() || !slot.pending->schema->fits(report, text) || text.sum() > kMaxTextBytes)
      return false;
    merge_into(*slot.pending, report, text, now, admission);
    return true;
  }
  Schema* schema = storage_->schemas.last();
  if (schema == nullptr || !schema->fits(report, text)) {
    if (!has_one_stamp(report)) return false;
    schema = storage_->schemas.find_or_make(report.keys);
    text = measure(report);
  }
  if (schema == nullptr || text.sum() > kMaxTextBytes) return false;
  if (!admit_report_block(slot, *schema, schema->bytes.size() + text.sum(), admit)) return false;
  Block* block = storage_->blocks.make_report_block(*schema, report, text, now);
  block->arrived = now;
  block->position = capacity_.claim_positions(block->count);
  slot.pending = block;
  link_last(block);
  admission.taken = report.size();
  return true;
}

void Entries::merge_into(Block& pending, const Report& report, TextBytes text, Instant now, Admission& admission) {
  if (!replaces(report.collected_at[0], pending.collected_at, ties_)) {
    admission.stale = report.size();
    return;
  }
  const std::uint64_t before = pending.bytes;
  storage_->blocks.overwrite(pending, report, text, now);
  if (pending.bytes != before) capacity_.charge(0, static_cast<std::int64_t>(pending.bytes - before));
  admission.coalesced = report.size();
}

bool Entries::admit_report_block(const AgentSlot& slot, const Schema& schema, std::uint64_t bytes, Admit admit) {
  std::uint64_t fresh = schema.count();
  if (slot.in_flight != nullptr && slot.in_flight->schema == &schema) {
    fresh = 0;
  } else if (slot.in_flight != nullptr) {
    for (std::uint32_t i = 0; i < schema.count(); ++i)
      fresh -= storage_->blocks.find(*slot.in_flight, schema.key(i), i) != kNoEntry;
  }
  if (fresh > 0 && admit == Admit::if_it_fits) {
    if (most_keys(slot) + fresh > agent_capacity_) return false;  // entry by entry, where it is counted exactly
    return capacity_.admit(fresh, bytes);
  }
  capacity_.charge(static_cast<std::int64_t>(fresh), static_cast<std::int64_t>(bytes));
  return true;
}

Admission Entries::add_entries(AgentSlot& slot, const Report& report, Instant now, Admit admit) {
  Admission admission;
  KeyCount keys;
  std::uint32_t hint = 0;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Update update = item_of(report, i);
    const std::uint32_t at = slot.pending == nullptr ? kNoEntry : find_pending(*slot.pending, update.key, hint);
    if (at != kNoEntry) {
      hint = at + 1;
      merge_into(*slot.pending, at, update, now, admission);
    } else {
      add_entry(slot, update, now, admit, keys, admission);
      hint = slot.pending == nullptr ? 0 : slot.pending->count;
    }
  }
  return admission;
}

// The key is neither pending nor set apart.
void Entries::add_entry(AgentSlot& slot, const Update& update, Instant now, Admit admit, KeyCount& keys,
                        Admission& admission) {
  const std::uint64_t bytes = size_of(update);
  const bool flies = slot.in_flight != nullptr && storage_->blocks.find(*slot.in_flight, update.key, 0) != kNoEntry;
  const bool may_be_refused = !flies && admit == Admit::if_it_fits;
  if (may_be_refused && !agent_has_capacity(slot, keys)) {
    ++admission.dropped_agent_full;
    return;
  }
  const bool addressable = (slot.pending == nullptr ? 0 : slot.pending->bytes) + bytes <= kMaxBlockBytes;
  if (!addressable || (may_be_refused && !capacity_.admit(1, bytes))) {
    ++admission.dropped_full;
    return;
  }
  if (!may_be_refused) capacity_.charge(flies ? 0 : 1, static_cast<std::int64_t>(bytes));
  if (keys && !flies) ++*keys;
  append_pending(slot, update, now);
  ++admission.taken;
}

// Distinct keys are at most as many as the entries of all three states; a key in flight may be
// pending as well.
std::uint64_t Entries::most_keys(const AgentSlot& slot) const {
  std::uint64_t keys = slot.pending == nullptr ? 0 : slot.pending->count;
  if (slot.in_flight != nullptr) keys += slot.in_flight->count;
  const AgentSlot* apart =
      has_set_apart_ ? storage_->set_apart.find(slot.agent, storage_->set_apart.hash(slot.agent)) : nullptr;
  return apart == nullptr ? keys : keys + apart->pending->count;
}

std::uint64_t Entries::count_keys(const AgentSlot& slot) const {
  std::uint64_t keys = most_keys(slot);
  if (slot.pending == nullptr || slot.in_flight == nullptr) return keys;
  for (std::uint32_t i = 0; i < slot.in_flight->count; ++i)
    keys -= storage_->blocks.find(*slot.pending, slot.in_flight->key(i), i) != kNoEntry;
  return keys;
}

std::uint64_t Entries::keys_of(const Uuid& agent, std::uint64_t hash) {
  if (const AgentSlot* slot = storage_->agents.find(agent, hash)) return count_keys(*slot);
  const AgentSlot* apart = storage_->set_apart.find(agent, hash);
  return apart == nullptr ? 0 : apart->pending->count;
}

// Counting exactly costs a search for each key, so it is done once a report, and only near the
// limit.
bool Entries::agent_has_capacity(const AgentSlot& slot, KeyCount& keys) const {
  if (!keys) {
    if (most_keys(slot) < agent_capacity_) return true;
    keys = count_keys(slot);
  }
  return *keys < agent_capacity_;
}

std::uint32_t Entries::find_pending(Block& pending, std::string_view key, std::uint32_t hint) {
  storage_->blocks.to_entry_block(pending);
  return storage_->blocks.find(pending, key, hint);
}

void Entries::merge_into(Block& pending, std::uint32_t at, const Update& update, Instant now, Admission& admission) {
  if (!replaces(update.collected_at, pending.items[at].collected_at, ties_)) {
    ++admission.stale;
    return;
  }
  if (pending.bytes + size_of(update) > kMaxBlockBytes) {
    ++admission.dropped_full;
    return;
  }
  const std::uint64_t before = pending.bytes;
  storage_->blocks.replace(pending, at, update, now);
  if (pending.bytes != before) capacity_.charge(0, static_cast<std::int64_t>(pending.bytes - before));
  ++admission.coalesced;
}

void Entries::append_pending(AgentSlot& slot, const Update& update, Instant now) {
  const bool first = slot.pending == nullptr;
  if (first) slot.pending = storage_->blocks.make_entry_block(update.agent);
  storage_->blocks.append(*slot.pending, update, capacity_.claim_positions(1), now, now);
  if (first) link_last(slot.pending);
}

void Entries::link_last(Block* block) {
  block->previous = storage_->tail;
  block->next = nullptr;
  (storage_->tail != nullptr ? storage_->tail->next : storage_->head) = block;
  storage_->tail = block;
}

// Blocks that come back (split, merged back) come in ascending order of place: starting at the last
// one makes the walk short.
void Entries::link(Block* block) {
  Block* after = storage_->last_linked;
  if (after == nullptr || after->position > block->position) {
    after = storage_->head != nullptr && storage_->head->position < block->position ? storage_->head : nullptr;
  }
  while (after != nullptr && after->next != nullptr && after->next->position < block->position) after = after->next;
  block->previous = after;
  block->next = after != nullptr ? after->next : storage_->head;
  (after != nullptr ? after->next : storage_->head) = block;
  (block->next != nullptr ? block->next->previous : storage_->tail) = block;
  storage_->last_linked = block;
}

void Entries::unlink(Block* block) {
  if (storage_->last_linked == block) storage_->last_linked = block->previous;
  (block->previous != nullptr ? block->previous->next : storage_->head) = block->next;
  (block->next != nullptr ? block->next->previous : storage_->tail) = block->previous;
}

std::optional<Oldest> Entries::oldest() const {
  if (storage_->head == nullptr) return std::nullopt;
  return Oldest{storage_->head->position, storage_->head->arrived};
}

}  // namespace metabatch
