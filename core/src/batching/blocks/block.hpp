// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "batching/blocks/pool.hpp"
#include "batching/blocks/schema.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// One entry of a spread block. Offsets point into the block's data.
struct Item {
  std::uint64_t position;  ///< arrival number of the first update of this entry; items are ascending in it
  Instant arrived;         ///< when that was
  Instant added;           ///< when the update held was added
  WallTime collected_at;
  std::uint32_t key_at, key_size;
  std::uint32_t text_at, value_size, error_size, text_capacity;
};

/// Sizes of one entry of a whole block; the bytes follow all sizes, value then error, in key order of the schema.
struct TextSize {
  std::uint32_t value, error;
};

/// All entries of one agent that wait, or that are in flight. Two layouts:
///
/// *whole*: a report as it was sent: one stamp, one arrival, keys from a shared schema, texts packed. A newer
/// report with the same key set overwrites it in one pass. This is what nearly every agent's block is.
///
/// *spread*: entries of their own stamps, arrivals and keys. What becomes of a block when a report is split by
/// a full batch or a full capacity, brings other keys or other stamps, or is merged back under a newer one.
struct Block {
  Block* previous = nullptr;  ///< waiting blocks of a shard, ascending in place
  Block* next = nullptr;
  Schema* schema = nullptr;  ///< null: spread
  Uuid agent;
  std::uint64_t position = 0;  ///< of the first entry
  Instant arrived{};           ///< of the first entry
  Instant added{};             ///< whole: when the updates held were added
  WallTime collected_at{};     ///< whole: of all entries
  std::uint32_t count = 0;
  std::uint32_t item_capacity = 0;
  std::uint64_t bytes = 0;  ///< of keys, values and errors
  char* data = nullptr;
  std::uint64_t data_size = 0;
  std::uint32_t data_used = 0;     ///< spread
  std::uint32_t index_mask = 0;    ///< spread: size of the index - 1; 0 without one
  Item* items = nullptr;           ///< spread
  std::uint32_t* index = nullptr;  ///< spread, many keys: open-addressed, item position + 1

  [[nodiscard]] bool is_report_block() const { return schema != nullptr; }
  [[nodiscard]] std::uint64_t last_position() const {
    return is_report_block() ? position + count - 1 : items[count - 1].position;
  }
  [[nodiscard]] const TextSize* sizes() const { return reinterpret_cast<const TextSize*>(data); }
  [[nodiscard]] std::string_view key(std::uint32_t i) const {
    return is_report_block() ? schema->key(i) : std::string_view(data + items[i].key_at, items[i].key_size);
  }
  [[nodiscard]] Instant added_at(std::uint32_t i) const { return is_report_block() ? added : items[i].added; }
};

inline constexpr std::uint32_t kNoEntry = 0xffffffff;
/// Data of one agent's block stays addressable by 32 bits: what would make it larger finds no capacity.
inline constexpr std::uint64_t kMaxBlockBytes = std::uint64_t{1} << 31;

/// Makes, changes and frees the blocks of one shard.
class Blocks {
 public:
  explicit Blocks(std::uint64_t seed) : seed_(seed) {}

  Block* make_entry_block(const Uuid& agent);
  /// A whole block of a report whose keys are the schema's and whose stamps are one. Place and arrival are the caller's.
  Block* make_report_block(Schema& schema, const Report& report, TextBytes text, Instant now);
  void free(Block* block);

  /// Overwrites stamps and texts of a whole block by a report with the same keys.
  void overwrite(Block& block, const Report& report, TextBytes text, Instant now);
  /// Turns a whole block into a spread one; a spread one stays as it is.
  void to_entry_block(Block& block);
  /// Adds an entry behind all others (spread only).
  void append(Block& block, const Update& update, std::uint64_t position, Instant arrived, Instant added);
  /// Gives entry `i` another value (spread only).
  void replace(Block& block, std::uint32_t i, const Update& update, Instant added);
  /// Keeps the entries for which keep[i] is true, in order (spread only).
  template <class Keep>
  void keep_if(Block& block, Keep keep);
  /// The position of a key, or kNoEntry. `hint`: where it probably is.
  [[nodiscard]] std::uint32_t find(const Block& block, std::string_view key, std::uint32_t hint) const;

  Pool pool;

 private:
  void fill(Block& block, const Report& report, bool with_errors);
  void grow_items(Block& block, std::uint32_t capacity);
  void grow_data(Block& block, std::uint64_t extra);
  void rebuild_index(Block& block);
  void insert_index(Block& block, std::uint32_t i);

  std::uint64_t seed_;
};

/// Entry `i` as an update. For a whole block this walks the sizes before it: use Texts to read many.
Update entry_of(const Block& block, std::uint32_t i);

template <class Keep>
void Blocks::keep_if(Block& block, Keep keep) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < block.count; ++i) {
    Item& item = block.items[i];
    if (keep(i)) {
      block.items[kept++] = item;
    } else {
      block.bytes -= std::uint64_t{item.key_size} + item.value_size + item.error_size;
    }
  }
  block.count = kept;
  if (kept > 0) {
    block.position = block.items[0].position;
    block.arrived = block.items[0].arrived;
  }
  rebuild_index(block);
}

}  // namespace metabatch
