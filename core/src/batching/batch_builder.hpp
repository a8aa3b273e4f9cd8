// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "batching/entries.hpp"
#include "metabatch/batch.hpp"

namespace metabatch {

/// Builds the sorted entries, agents and counts of a batch from taken blocks. Keeps its working memory.
class BatchBuilder {
 public:
  void build(std::span<Block* const> taken, Batch& batch);
  /// The blocks, ascending by agent: block b became the entries first_entry()[b] .. first_entry()[b + 1].
  [[nodiscard]] std::span<Block* const> blocks() const { return blocks_; }
  [[nodiscard]] std::span<const std::uint32_t> first_entry() const { return first_entry_; }
  /// The fates of block b, out of those of the batch; `all` where every entry shares it.
  [[nodiscard]] std::span<const Fate> fates_of(std::size_t b, std::span<const Fate> fates, const Fate& all) const;

 private:
  void fill(const Block& block, Update* to);

  struct Sortable {
    std::uint64_t high, low;  ///< the agent's bytes as numbers: two comparisons instead of sixteen
    Block* block;
  };
  std::vector<Sortable> sortable_;
  std::vector<Block*> blocks_;
  std::vector<std::uint32_t> first_entry_;
  std::vector<std::uint32_t> order_;
  std::vector<const char*> texts_;
};

/// Collects the `want` longest-waiting entries of several shards. `visit(i, f)` calls f(Entries&) with shard i, locked
/// where it must be. `next_place` was read before: what arrived before it is in a shard. `cursor`: no entry that waits
/// has a lower place; 0 when that is not known (after merging back). Moved on for the next call.
///
/// @return how many were taken: fewer than `want` only when no more wait
template <class Visit>
std::size_t take_oldest(std::size_t shards, std::size_t want, std::uint64_t next_position, std::uint64_t& cursor,
                        Visit visit, std::vector<Block*>& taken) {
  std::size_t got = 0;
  // Arrival numbers are dense but for what merging back left out, so this is nearly always one round.
  for (std::uint64_t until = cursor == 0 ? 0 : std::min(next_position, cursor + want);;) {
    std::uint64_t lowest = next_position;
    for (std::size_t i = 0; i < shards; ++i) {
      visit(i, [&](Entries& entries) {
        got += entries.take_before(until, taken);
        if (const auto oldest = entries.oldest()) lowest = std::min(lowest, oldest->position);
      });
    }
    cursor = lowest;
    if (got == want || lowest == next_position) return got;
    until = std::min(next_position, lowest + (want - got));
  }
}

}  // namespace metabatch
