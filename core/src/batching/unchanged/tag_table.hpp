// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace metabatch {

/// Records that are found by a tag, a keyed hash of 64 bits: flat, open-addressed, linear probing.
/// It grows by a quarter, so that 17 of 20 to 17 of 25 slots are in use: a record costs at most 1.5
/// times its size. Without records it has no memory.
///
/// @shape Record has a member `std::uint64_t tag`; 0 is an empty slot
template <class Record>
class TagTable {
 public:
  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] bool would_grow() const { return (used_ + 1) * 20 > slots_.size() * 17; }
  void clear() {
    slots_ = {};
    used_ = 0;
  }

  /// The record of a tag, or null. Valid until the next insert or erase.
  [[nodiscard]] Record* find(std::uint64_t tag) {
    if (used_ == 0) return nullptr;
    for (std::size_t at = home(tag); slots_[at].tag != 0; at = after(at))
      if (slots_[at].tag == tag) return &slots_[at];
    return nullptr;
  }

  /// A new record of a tag that has none.
  Record& insert(std::uint64_t tag) {
    if (would_grow()) rebuild(std::max<std::size_t>(kFewest, slots_.size() * 5 / 4));
    Record& slot = empty_slot(tag);
    slot.tag = tag;
    ++used_;
    return slot;
  }

  /// @cost a pass over all slots
  template <class Is>
  void erase_if(Is is) {
    std::size_t kept = 0;
    for (Record& slot : slots_) {
      if (slot.tag == 0) continue;
      if (is(slot)) {
        slot.tag = 0;
        --used_;
      } else {
        ++kept;
      }
    }
    if (kept == 0) return clear();
    rebuild(std::max(kFewest, kept * 4 / 3 + 1));
  }

 private:
  static constexpr std::size_t kFewest = 16;

  [[nodiscard]] std::size_t home(std::uint64_t tag) const {
    return static_cast<std::size_t>(static_cast<Wide>(tag) * slots_.size() >> 64);
  }
  [[nodiscard]] std::size_t after(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
  Record& empty_slot(std::uint64_t tag) {
    std::size_t at = home(tag);
    while (slots_[at].tag != 0) at = after(at);
    return slots_[at];
  }
  void rebuild(std::size_t size) {
    std::vector<Record> old(size);
    old.swap(slots_);
    for (const Record& record : old)
      if (record.tag != 0) empty_slot(record.tag) = record;
  }

  std::vector<Record> slots_;
  std::size_t used_ = 0;
};

}  // namespace metabatch
