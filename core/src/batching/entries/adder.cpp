// SPDX-License-Identifier: Apache-2.0
#include "batching/entries/adder.hpp"

namespace metabatch {
namespace {

constexpr std::uint64_t kMaxTextBytes = kMaxBlockBytes / 2;  // of a report block; the keys come on top

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

Update item_of(const Report& report, std::size_t i) {
  return {report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
}

// Distinct keys are at most as many as the entries of all three states; a key in flight may be
// pending as well.
std::uint64_t most_keys(const AgentSlot& slot, const Block* apart) {
  std::uint64_t keys = apart == nullptr ? 0 : apart->count;
  if (slot.pending != nullptr) keys += slot.pending->count;
  if (slot.in_flight != nullptr) keys += slot.in_flight->count;
  return keys;
}

}  // namespace

// False: it is to be added entry by entry, and no entry was changed.
bool Adder::add_as_report_block(AgentSlot& slot, const Report& report, Instant now, Admit admit, Admission& admission) {
  TextBytes text;
  if (slot.pending != nullptr) {
    if (!slot.pending->is_report_block() || !slot.pending->schema->fits(report, text) || text.sum() > kMaxTextBytes)
      return false;
    merge_report(*slot.pending, report, text, now, admission);
    return true;
  }
  Schema* schema = schemas_.last();
  if (schema == nullptr || !schema->fits(report, text)) {
    if (!has_one_stamp(report)) return false;
    schema = schemas_.find_or_make(report.keys);
    text = measure(report);
  }
  if (schema == nullptr || text.sum() > kMaxTextBytes) return false;
  if (!admit_report_block(slot, *schema, schema->bytes.size() + text.sum(), admit)) return false;
  Block* block = blocks_.make_report_block(*schema, report, text, now);
  block->arrived = now;
  block->position = rules_.capacity.claim_positions(block->count);
  slot.pending = block;
  pending_.link_last(block);
  admission.taken = report.size();
  return true;
}

// Nothing of the agent is set apart.
bool Adder::admit_report_block(const AgentSlot& slot, const Schema& schema, std::uint64_t bytes, Admit admit) {
  std::uint64_t fresh = schema.count();
  if (slot.in_flight != nullptr && slot.in_flight->schema == &schema) {
    fresh = 0;
  } else if (slot.in_flight != nullptr) {
    for (std::uint32_t i = 0; i < schema.count(); ++i)
      fresh -= blocks_.find(*slot.in_flight, schema.key(i), i) != kNoEntry;
  }
  if (fresh > 0 && admit == Admit::if_it_fits) {
    // Entry by entry, where it is counted exactly.
    if (most_keys(slot, nullptr) + fresh > rules_.agent_capacity) return false;
    return rules_.capacity.admit(fresh, bytes);
  }
  rules_.capacity.charge(static_cast<std::int64_t>(fresh), static_cast<std::int64_t>(bytes));
  return true;
}

void Adder::merge_report(Block& block, const Report& report, TextBytes text, Instant now, Admission& admission) {
  if (!rules_.replaces(report.collected_at[0], block.collected_at)) {
    admission.stale = report.size();
    return;
  }
  const std::uint64_t before = block.bytes;
  blocks_.overwrite(block, report, text, now);
  if (block.bytes != before) rules_.capacity.charge(0, static_cast<std::int64_t>(block.bytes - before));
  admission.coalesced = report.size();
}

void Adder::add_entries(Adding& adding, const Report& report) {
  AgentSlot& slot = adding.slot;
  std::uint32_t hint = 0;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Update update = item_of(report, i);
    if (adding.apart != nullptr && merge_apart(adding, update)) continue;
    std::uint32_t at = kNoEntry;
    if (slot.pending != nullptr) {
      blocks_.to_entry_block(*slot.pending);
      at = blocks_.find(*slot.pending, update.key, hint);
    }
    if (at != kNoEntry) {
      hint = at + 1;
      merge_into(adding, *slot.pending, at, update);
    } else {
      add_entry(adding, update);
      hint = slot.pending == nullptr ? 0 : slot.pending->count;
    }
  }
}

// An update of a key that is set apart claims no position: it gets that of the entry. False: the
// key is not set apart.
bool Adder::merge_apart(Adding& adding, const Update& update) {
  Block& apart = *adding.apart;
  const std::uint32_t at = blocks_.find(apart, update.key, 0);
  if (at == kNoEntry) return false;
  const std::uint64_t before = apart.bytes;
  merge_into(adding, apart, at, update);
  if (apart.bytes != before) rules_.capacity.charge_set_apart(0, static_cast<std::int64_t>(apart.bytes - before));
  return true;
}

void Adder::merge_into(Adding& adding, Block& block, std::uint32_t at, const Update& update) {
  if (!rules_.replaces(update.collected_at, block.items[at].collected_at)) {
    ++adding.admission.stale;
    return;
  }
  if (block.bytes + size_of(update) > kMaxBlockBytes) {
    ++adding.admission.dropped_full;
    return;
  }
  const std::uint64_t before = block.bytes;
  blocks_.replace(block, at, update, adding.now);
  if (block.bytes != before) rules_.capacity.charge(0, static_cast<std::int64_t>(block.bytes - before));
  ++adding.admission.coalesced;
}

// The key is neither pending nor set apart. Where it is in flight it uses capacity already, so
// nothing is refused for the number of keys.
void Adder::add_entry(Adding& adding, const Update& update) {
  AgentSlot& slot = adding.slot;
  const std::uint64_t bytes = size_of(update);
  const bool flies = slot.in_flight != nullptr && blocks_.find(*slot.in_flight, update.key, 0) != kNoEntry;
  const bool may_be_refused = !flies && adding.admit == Admit::if_it_fits;
  if (may_be_refused && !agent_has_capacity(adding)) {
    ++adding.admission.dropped_agent_full;
    return;
  }
  const bool addressable = (slot.pending == nullptr ? 0 : slot.pending->bytes) + bytes <= kMaxBlockBytes;
  if (!addressable || (may_be_refused && !rules_.capacity.admit(1, bytes))) {
    ++adding.admission.dropped_full;
    return;
  }
  if (!may_be_refused) rules_.capacity.charge(flies ? 0 : 1, static_cast<std::int64_t>(bytes));
  if (adding.keys && !flies) ++*adding.keys;
  append_pending(slot, update, adding.now);
  ++adding.admission.taken;
}

// Counting exactly costs a search for each key, so it is done once a report, and only near the
// limit.
bool Adder::agent_has_capacity(Adding& adding) const {
  if (!adding.keys) {
    if (most_keys(adding.slot, adding.apart) < rules_.agent_capacity) return true;
    adding.keys = count_keys(adding.slot, adding.apart);
  }
  return *adding.keys < rules_.agent_capacity;
}

std::uint64_t Adder::count_keys(const AgentSlot& slot, const Block* apart) const {
  std::uint64_t keys = most_keys(slot, apart);
  if (slot.pending == nullptr || slot.in_flight == nullptr) return keys;
  for (std::uint32_t i = 0; i < slot.in_flight->count; ++i)
    keys -= blocks_.find(*slot.pending, slot.in_flight->key(i), i) != kNoEntry;
  return keys;
}

// The entry is appended first: a block in the list has a position.
void Adder::append_pending(AgentSlot& slot, const Update& update, Instant now) {
  const bool first = slot.pending == nullptr;
  if (first) slot.pending = blocks_.make_entry_block(update.agent);
  blocks_.append(*slot.pending, update, rules_.capacity.claim_positions(1), now, now);
  if (first) pending_.link_last(slot.pending);
}

}  // namespace metabatch
