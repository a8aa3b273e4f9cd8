// SPDX-License-Identifier: Apache-2.0
#include "batching/blocks/blocks.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>

#include "base/bytes.hpp"
#include "base/order.hpp"

namespace metabatch {
namespace {

constexpr std::uint32_t kLinearKeys = 16;  // up to here a scan beats an index

// A small step: blocks are many and mostly small, so slack costs more than the copies of a few
// large ones.
std::uint64_t grown(std::uint64_t size) { return size + size / 8; }

}  // namespace

Block* Blocks::make_entry_block(const Uuid& agent) {
  auto* block = new (pool.take(sizeof(Block)).memory) Block;
  block->agent = agent;
  return block;
}

Block* Blocks::make_report_block(Schema& schema, const Report& report, TextBytes text, Instant now) {
  Block* block = make_entry_block(report.agent);
  block->schema = &schema;
  ++schema.blocks;
  block->count = schema.count();
  overwrite(*block, report, text, now);
  return block;
}

void Blocks::free(Block* block) {
  if (block->is_report_block()) --block->schema->blocks;
  if (block->data != nullptr) pool.give(block->data, block->data_size);
  if (block->items != nullptr) pool.give(block->items, block->item_capacity * sizeof(Item));
  if (block->index != nullptr) pool.give(block->index, (block->index_mask + 1) * sizeof(std::uint32_t));
  pool.give(block, sizeof(Block));
}

void Blocks::overwrite(Block& block, const Report& report, TextBytes text, Instant now) {
  // The old texts are not copied: every one of them is replaced. Space that is large enough is used
  // again, so an agent whose reports keep their size costs no allocation.
  const std::uint64_t needed = block.count * sizeof(TextSize) + text.sum();
  if (needed > block.data_size) {
    if (block.data != nullptr) pool.give(block.data, block.data_size);
    const Pool::Piece piece = pool.take(needed);
    block.data = static_cast<char*>(piece.memory);
    block.data_size = piece.size;
  }
  block.bytes = block.schema->bytes.size() + text.sum();
  block.added_or_apart = now;
  block.collected_at = report.collected_at[0];
  fill(block, report, text.errors > 0);
}

// All sizes come first, so that one pass over them finds every text without reading the texts.
// Reports without errors are by far the most; they skip half of the copies.
void Blocks::fill(Block& block, const Report& report, bool with_errors) {
  assert(block.count == 0 || block.data != nullptr);
  auto* sizes = reinterpret_cast<TextSize*>(block.data);
  char* to = block.data + block.count * sizeof(TextSize);
  const std::string_view* value = report.values.data();
  const std::string_view* error = report.errors.data();
  for (std::uint32_t i = 0; i < block.count; ++i) {
    sizes[i] = {static_cast<std::uint32_t>(value[i].size()), 0};
    copy_bytes(to, value[i].data(), value[i].size());
    to += value[i].size();
    if (!with_errors) continue;
    sizes[i].error = static_cast<std::uint32_t>(error[i].size());
    copy_bytes(to, error[i].data(), error[i].size());
    to += error[i].size();
  }
}

// The address of the block stays, because the list of pending blocks and the agent's slot point to
// it. Its content is built anew, beside the old data, from which the texts are still read; only
// then is that given back. Positions were consecutive in the report block, so entry i gets the
// first position plus i.
void Blocks::to_entry_block(Block& block) {
  if (!block.is_report_block()) return;
  Block old = block;
  block.schema = nullptr;
  block.added_or_apart = Instant::max();
  block.data = nullptr;
  block.data_size = 0;
  block.count = 0;
  block.bytes = 0;
  grow_items(block, old.count);
  grow_data(block, old.bytes);
  const char* text = old.data + old.count * sizeof(TextSize);
  for (std::uint32_t i = 0; i < old.count; ++i) {
    const TextSize size = old.sizes()[i];
    const Update update{old.agent, old.key(i), {text, size.value}, {text + size.value, size.error}, old.collected_at};
    append(block, update, old.position + i, old.arrived, old.added_or_apart);
    text += size.value + size.error;
  }
  --old.schema->blocks;
  pool.give(old.data, old.data_size);
}

// The caller appends in ascending order of positions, or sorts afterwards: position and arrival of
// the block are those of its first entry. `update` must not point into this block, because its data
// may move.
void Blocks::append(Block& block, const Update& update, std::uint64_t position, Instant arrived, Instant added) {
  if (block.count == 0) {
    block.position = position;
    block.arrived = arrived;
  }
  const std::uint64_t bytes = size_of(update);
  if (block.count == block.item_capacity) grow_items(block, static_cast<std::uint32_t>(grown(block.count)) + 1);
  if (block.data_used + bytes > block.data_size) grow_data(block, bytes);
  Item& item = block.items[block.count];
  item = {position,
          arrived,
          added,
          update.collected_at,
          block.data_used,
          static_cast<std::uint32_t>(update.key.size()),
          0,
          static_cast<std::uint32_t>(update.value.size()),
          static_cast<std::uint32_t>(update.error.size()),
          0};
  item.text_at = item.key_at + item.key_size;
  item.text_capacity = item.value_size + item.error_size;
  copy_bytes(block.data + item.key_at, update.key.data(), item.key_size);
  copy_bytes(block.data + item.text_at, update.value.data(), item.value_size);
  copy_bytes(block.data + item.text_at + item.value_size, update.error.data(), item.error_size);
  block.data_used += static_cast<std::uint32_t>(bytes);
  block.bytes += bytes;
  ++block.count;
  if (block.count <= kLinearKeys) return;
  // At most half of the slots are in use, so find() always reaches an empty one.
  if (block.index == nullptr || block.count * 2 > block.index_mask) {
    rebuild_index(block);
  } else {
    insert_index(block, block.count - 1);
  }
}

// A text that fits stays in its place. A longer one is appended, and its old place is lost until
// grow_data() compacts. `block.bytes` counts only what is valid, so that the capacity is charged
// for no gap. Position and arrival stay: a newer value does not give an entry a later place.
void Blocks::replace(Block& block, std::uint32_t i, const Update& update, Instant added) {
  const std::uint64_t text = update.value.size() + update.error.size();
  if (text > block.items[i].text_capacity) {
    if (block.data_used + text > block.data_size) grow_data(block, text);
    block.items[i].text_at = block.data_used;
    block.items[i].text_capacity = static_cast<std::uint32_t>(text);
    block.data_used += static_cast<std::uint32_t>(text);
  }
  Item& item = block.items[i];
  block.bytes += text;
  block.bytes -= std::uint64_t{item.value_size} + item.error_size;
  item.added = added;
  item.collected_at = update.collected_at;
  item.value_size = static_cast<std::uint32_t>(update.value.size());
  item.error_size = static_cast<std::uint32_t>(update.error.size());
  copy_bytes(block.data + item.text_at, update.value.data(), item.value_size);
  copy_bytes(block.data + item.text_at + item.value_size, update.error.data(), item.error_size);
}

void Blocks::grow_items(Block& block, std::uint32_t capacity) {
  const Pool::Piece piece = pool.take(capacity * sizeof(Item));
  auto* items = static_cast<Item*>(piece.memory);
  std::copy(block.items, block.items + block.count, items);
  if (block.items != nullptr) pool.give(block.items, block.item_capacity * sizeof(Item));
  block.items = items;
  block.item_capacity = static_cast<std::uint32_t>(piece.size / sizeof(Item));
}

// Also the compaction: what longer values left behind is not copied along.
void Blocks::grow_data(Block& block, std::uint64_t extra) {
  const Pool::Piece piece = pool.take(block.count == 0 ? extra : grown(block.bytes + extra));
  auto* data = static_cast<char*>(piece.memory);
  std::uint32_t used = 0;
  for (std::uint32_t i = 0; i < block.count; ++i) {
    Item& item = block.items[i];
    const std::uint32_t text = item.value_size + item.error_size;
    copy_bytes(data + used, block.data + item.key_at, item.key_size);
    copy_bytes(data + used + item.key_size, block.data + item.text_at, text);
    item.key_at = used;
    item.text_at = used + item.key_size;
    item.text_capacity = text;
    used += item.key_size + text;
  }
  if (block.data != nullptr) pool.give(block.data, block.data_size);
  block.data = data;
  block.data_size = piece.size;
  block.data_used = used;
}

void Blocks::sort_by_position(Block& block) {
  const auto before = [](const Item& a, const Item& b) { return a.position < b.position; };
  if (std::is_sorted(block.items, block.items + block.count, before)) return;
  std::vector<KeyedIndex> order;
  for (std::uint32_t i = 0; i < block.count; ++i) order.push_back({block.items[i].position, i});
  sort_by_key(order);
  const std::vector<Item> items(block.items, block.items + block.count);
  for (std::uint32_t i = 0; i < block.count; ++i) block.items[i] = items[order[i].index];
  block.position = block.items[0].position;
  block.arrived = block.items[0].arrived;
  rebuild_index(block);
}

// Entries are never removed from an index: after a removal their numbers are others, and it is
// built anew.
void Blocks::rebuild_index(Block& block) {
  if (block.index != nullptr) pool.give(block.index, (block.index_mask + 1) * sizeof(std::uint32_t));
  block.index = nullptr;
  block.index_mask = 0;
  if (block.count <= kLinearKeys) return;
  const std::uint32_t slots = std::bit_ceil(block.count * 4);
  block.index = static_cast<std::uint32_t*>(pool.take(slots * sizeof(std::uint32_t)).memory);
  block.index_mask = slots - 1;
  std::fill_n(block.index, slots, 0U);
  for (std::uint32_t i = 0; i < block.count; ++i) insert_index(block, i);
}

void Blocks::insert_index(Block& block, std::uint32_t i) {
  // Linear probing. 0 is an empty slot, so a slot holds the number of the entry plus 1. The hash is
  // seeded: an agent cannot choose keys that meet in one slot.
  auto slot = static_cast<std::uint32_t>(hash_bytes(block.key(i), seed_)) & block.index_mask;
  while (block.index[slot] != 0) slot = (slot + 1) & block.index_mask;
  block.index[slot] = i + 1;
}

std::uint32_t Blocks::find(const Block& block, std::string_view key, std::uint32_t hint) const {
  // Agents send their keys in the same order, so the hint is nearly always right.
  if (hint < block.count && equal_bytes(block.key(hint), key)) return hint;
  if (block.is_report_block()) {
    const auto& sorted = block.schema->sorted;
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), key, [&block](std::uint32_t i, std::string_view k) {
      return block.schema->key(i) < k;
    });
    return at != sorted.end() && block.schema->key(*at) == key ? *at : kNoEntry;
  }
  if (block.index == nullptr) {
    for (std::uint32_t i = 0; i < block.count; ++i) {
      if (equal_bytes(block.key(i), key)) return i;
    }
    return kNoEntry;
  }
  auto slot = static_cast<std::uint32_t>(hash_bytes(key, seed_)) & block.index_mask;
  for (; block.index[slot] != 0; slot = (slot + 1) & block.index_mask) {
    const std::uint32_t i = block.index[slot] - 1;
    if (equal_bytes(block.key(i), key)) return i;
  }
  return kNoEntry;
}

}  // namespace metabatch
