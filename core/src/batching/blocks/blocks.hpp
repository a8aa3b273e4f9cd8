// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "batching/blocks/block.hpp"
#include "batching/blocks/pool.hpp"

namespace metabatch {

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

template <class Keep>
void Blocks::keep_if(Block& block, Keep keep) {
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < block.count; ++i) {
    Item& item = block.items[i];
    if (keep(i)) {
      block.items[kept++] = item;
    } else {
      block.bytes -= size_of(item);
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
