// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "batching/blocks/schema.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// One entry of an entry block. Offsets point into the block's data.
struct Item {
  std::uint64_t position;  ///< arrival number of the first update of this entry; items are ascending in it
  Instant arrived;         ///< when that was
  Instant added;           ///< when the update held was added
  WallTime collected_at;
  std::uint32_t key_at, key_size;
  std::uint32_t text_at, value_size, error_size, text_capacity;
};

/// Sizes of one entry of a report block; the bytes follow all sizes, value then error, in key order
/// of the schema.
struct TextSize {
  std::uint32_t value, error;
};

/// All entries of one agent that are pending, in flight or set apart. A block has one of two
/// layouts:
///
/// *report block*: a report as it was sent: one stamp, one arrival, keys from a shared schema,
/// texts packed. A newer report with the same key set overwrites it in one pass. Nearly every
/// agent's block is one.
///
/// *entry block*: entries of their own stamps, arrivals and keys. A report block becomes one when a
/// full batch or a full buffer splits the report, when other keys or stamps join it, and when it is
/// merged back under a newer one.
struct Block {
  Block* previous = nullptr;  ///< waiting blocks of a shard, ascending in place
  Block* next = nullptr;
  Schema* schema = nullptr;  ///< null: an entry block
  Uuid agent;
  std::uint64_t position = 0;  ///< of the first entry
  Instant arrived{};           ///< of the first entry
  WallTime collected_at{};     ///< report block: of all entries
  /// Report block: when its updates were added. Entry block: when its first entry was set apart;
  /// max: none ever was. One field, because blocks are many and either kind needs one of the two.
  Instant added_or_apart = Instant::max();
  std::uint32_t count = 0;
  std::uint32_t item_capacity = 0;
  std::uint64_t bytes = 0;  ///< of keys, values and errors
  char* data = nullptr;
  std::uint64_t data_size = 0;
  std::uint32_t data_used = 0;     ///< entry block
  std::uint32_t index_mask = 0;    ///< entry block: size of the index - 1; 0 without one
  Item* items = nullptr;           ///< entry block
  std::uint32_t* index = nullptr;  ///< entry block, many keys: open-addressed, item position + 1

  [[nodiscard]] bool is_report_block() const { return schema != nullptr; }
  [[nodiscard]] std::uint64_t last_position() const {
    return is_report_block() ? position + count - 1 : items[count - 1].position;
  }
  [[nodiscard]] const TextSize* sizes() const { return reinterpret_cast<const TextSize*>(data); }
  [[nodiscard]] std::string_view key(std::uint32_t i) const {
    return is_report_block() ? schema->key(i) : std::string_view(data + items[i].key_at, items[i].key_size);
  }
  [[nodiscard]] Instant set_apart_since() const { return is_report_block() ? Instant::max() : added_or_apart; }
  [[nodiscard]] Instant added_at(std::uint32_t i) const { return is_report_block() ? added_or_apart : items[i].added; }
};

inline constexpr std::uint32_t kNoEntry = 0xffffffff;
/// Data of one agent's block stays addressable by 32 bits: what would make it larger finds no
/// capacity.
inline constexpr std::uint64_t kMaxBlockBytes = std::uint64_t{1} << 31;

/// Bytes of an update as the capacity counts them: key, value and error.
inline std::uint64_t size_of(const Update& update) {
  return update.key.size() + update.value.size() + update.error.size();
}
inline std::uint64_t size_of(const Item& item) {
  return std::uint64_t{item.key_size} + item.value_size + item.error_size;
}

/// Entry `i` as an update. For a report block this walks the sizes before it: use Texts to read
/// many.
Update entry_of(const Block& block, std::uint32_t i);

/// Indexes of a block's entries in byte order of their keys.
void sort_keys(const Block& block, std::vector<std::uint32_t>& order);

}  // namespace metabatch
