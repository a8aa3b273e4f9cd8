// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batching/blocks/block.hpp"

namespace metabatch {

/// The pending blocks of one shard, ascending in position. The links are in the blocks, so a block
/// is in one list at most, and linking allocates nothing.
///
/// Invariant: no two blocks have the same position. Who changes the position of a block in the list
/// unlinks it and links it again, before anything else is asked of the list.
class PendingList {
 public:
  /// The block of the longest-pending entry; null: nothing is pending.
  [[nodiscard]] Block* first() const { return first_; }

  /// Puts a block behind all others: its first entry arrived after theirs.
  void link_last(Block* block) {
    block->previous = last_;
    block->next = nullptr;
    (last_ != nullptr ? last_->next : first_) = block;
    last_ = block;
  }

  /// Puts a block in its place. Blocks that come back (split, merged back) come in ascending order
  /// of place: starting at the last one makes the walk short.
  void link(Block* block) {
    Block* after = last_linked_;
    if (after == nullptr || after->position > block->position)
      after = first_ != nullptr && first_->position < block->position ? first_ : nullptr;
    while (after != nullptr && after->next != nullptr && after->next->position < block->position) after = after->next;
    block->previous = after;
    block->next = after != nullptr ? after->next : first_;
    (after != nullptr ? after->next : first_) = block;
    (block->next != nullptr ? block->next->previous : last_) = block;
    last_linked_ = block;
  }

  void unlink(Block* block) {
    if (last_linked_ == block) last_linked_ = block->previous;
    (block->previous != nullptr ? block->previous->next : first_) = block->next;
    (block->next != nullptr ? block->next->previous : last_) = block->previous;
  }

 private:
  Block* first_ = nullptr;
  Block* last_ = nullptr;
  Block* last_linked_ = nullptr;  // where the next block to link in the middle probably belongs
};

}  // namespace metabatch
