// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "batching/blocks/pool.hpp"
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

/// Makes, changes and frees the blocks of one shard.
class Blocks {
 public:
  explicit Blocks(std::uint64_t seed) : seed_(seed) {}

  Block* make_entry_block(const Uuid& agent);
  /// A report block: the keys are the schema's and the stamps are one. The caller sets position and
  /// arrival.
  Block* make_report_block(Schema& schema, const Report& report, TextBytes text, Instant now);
  void free(Block* block);

  /// Overwrites stamps and texts of a report block by a report with the same keys.
  void overwrite(Block& block, const Report& report, TextBytes text, Instant now);
  /// Turns a report block into an entry block; an entry block stays as it is.
  void to_entry_block(Block& block);
  /// Adds an entry behind all others (entry block only).
  void append(Block& block, const Update& update, std::uint64_t position, Instant arrived, Instant added);
  /// Gives entry `i` another value (entry block only).
  void replace(Block& block, std::uint32_t i, const Update& update, Instant added);
  /// Keeps the entries for which keep[i] is true, in order (entry block only).
  template <class Keep>
  void keep_if(Block& block, Keep keep);
  /// Puts the entries in order of their positions (entry block only).
  void sort_by_position(Block& block);
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

/// Entry `i` as an update. For a report block this walks the sizes before it: use Texts to read
/// many.
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
