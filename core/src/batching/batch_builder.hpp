// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/order.hpp"
#include "batching/entries.hpp"
#include "metabatch/batch.hpp"

namespace metabatch {

/// Builds the sorted entries, agents and counts of a batch from taken blocks. Keeps its working
/// memory.
class BatchBuilder {
 public:
  void build(std::span<Block* const> taken, Batch& batch);
  /// The blocks, ascending by agent: block b became the entries first_entry()[b] .. first_entry()[b
  /// + 1].
  [[nodiscard]] std::span<Block* const> blocks() const { return blocks_; }
  [[nodiscard]] std::span<const std::uint32_t> first_entry() const { return first_entry_; }
  /// The fates of block b, out of those of the batch; `all` where every entry shares it.
  [[nodiscard]] std::span<const Fate> fates_of(std::size_t b, std::span<const Fate> fates, const Fate& all) const;

  /// What concerns block b, out of one value for each entry of the batch.
  template <class Value>
  [[nodiscard]] std::span<const Value> part_of(std::size_t b, std::span<const Value> values) const {
    return values.subspan(first_entry_[b], first_entry_[b + 1] - first_entry_[b]);
  }

  /// When the earliest of the entries arrived; none: there is no entry.
  [[nodiscard]] std::optional<Instant> oldest() const;

 private:
  void fill(const Block& block, Update* to);

  std::vector<KeyedIndex> by_agent_;
  std::vector<Block*> blocks_;
  std::vector<std::uint32_t> first_entry_;
  std::vector<std::uint32_t> order_;
  std::vector<const char*> texts_;
};

}  // namespace metabatch
