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

constexpr std::uint64_t kMaxTextBytes = kMaxBlockBytes / 2;  // of a whole block; the keys come on top

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
  AgentSlot& slot = storage_->agents.obtain(report.agent, hash);
  Admission admission;
  if (!add_as_report_block(slot, report, now, admit, admission)) admission = add_entries(slot, report, now, admit);
  if (slot.empty()) storage_->agents.erase(slot);
  counters_.offered += report.size();
  counters_.pending += admission.taken;
  counters_.coalesced += admission.coalesced;
  counters_.stale += admission.stale;
  counters_.dropped_full += admission.dropped_full;
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
  if (fresh > 0 && admit == Admit::if_it_fits) return capacity_.admit(fresh, bytes);
  capacity_.charge(static_cast<std::int64_t>(fresh), static_cast<std::int64_t>(bytes));
  return true;
}

Admission Entries::add_entries(AgentSlot& slot, const Report& report, Instant now, Admit admit) {
  Admission admission;
  std::uint32_t hint = 0;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Update update = item_of(report, i);
    const std::uint32_t at = slot.pending == nullptr ? kNoEntry : find_pending(*slot.pending, update.key, hint);
    if (at != kNoEntry) {
      hint = at + 1;
      merge_into(*slot.pending, at, update, now, admission);
    } else if (admit_entry(slot, update, admit)) {
      append_pending(slot, update, now);
      hint = slot.pending->count;
      ++admission.taken;
    } else {
      ++admission.dropped_full;
    }
  }
  return admission;
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

bool Entries::admit_entry(const AgentSlot& slot, const Update& update, Admit admit) {
  const std::uint64_t bytes = size_of(update);
  if ((slot.pending == nullptr ? 0 : slot.pending->bytes) + bytes > kMaxBlockBytes) return false;
  const bool in_flight = slot.in_flight != nullptr && storage_->blocks.find(*slot.in_flight, update.key, 0) != kNoEntry;
  if (!in_flight && admit == Admit::if_it_fits) return capacity_.admit(1, bytes);
  capacity_.charge(in_flight ? 0 : 1, static_cast<std::int64_t>(bytes));
  return true;
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

// Blocks that come back (split, merged back) come in ascending order of place: starting at the last one makes
// the walk short.
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
