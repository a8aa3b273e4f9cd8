// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "metabatch/batch.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/room.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

struct Block;
struct AgentSlot;
struct Schema;

/// The hash that finds an agent; its upper bits also choose the shard.
std::uint64_t agent_hash(const Uuid& agent, std::uint64_t seed);

/// Whether a new entry may be refused.
enum class Admit : std::uint8_t {
  if_room,  ///< a new entry that finds no room is dropped
  always,   ///< room was promised before (an update absorbed from the fifo)
};

/// What came back from a flight.
struct Settled {
  std::size_t merged = 0;  ///< entries merged back into what waits
  std::size_t met = 0;     ///< of these, how many met a waiting entry of their key and became one with it
};

/// The longest-waiting entry.
struct Oldest {
  std::uint64_t place;
  Instant arrived;
};

/// One shard: the newest update of each (agent, key) that waits, and the entries in flight. Rules of merging, room
/// and accounting live here, and only here. Not thread-safe: the engine puts a lock around each shard.
///
/// Stored by agent: a report whose key set is known is kept as one packed block and overwritten in place by the
/// next; everything else is kept entry by entry (see ARCHITECTURE, "How entries are held").
class Entries {
 public:
  /// `room` is shared by all shards and outlives them. All shards of one batcher take the same seed.
  Entries(Room& room, std::uint64_t seed);
  ~Entries();
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

  void set_ties(Ties ties);

  /// Offers the updates of a parallel report, as if added one by one in order. `hash` is agent_hash(report.agent).
  ///
  /// @cost about 4 ns an update when the key set is the one held, 10 ns when it is new; no allocation in steady state
  Admission add(const Report& report, std::uint64_t hash, Instant now, Admit admit = Admit::if_room);
  /// Counts updates that came after close.
  Admission refuse(std::size_t updates);

  /// Moves the entries that arrived before `place` into flight and appends their blocks to `taken`.
  /// Several calls build one batch; then settle() each block before the next batch.
  ///
  /// @return how many entries were moved
  std::size_t take_before(std::uint64_t place, std::vector<Block*>& taken);
  [[nodiscard]] std::optional<Oldest> oldest() const;

  /// Ends the flight of one block.
  ///
  /// @shape fates: one for each entry in key order; or a single one for all
  Settled settle(Block* block, std::span<const Fate> fates, OnFailure on_failure, Instant now, DelayHistogram& delay);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Held;
  bool add_whole(AgentSlot& slot, const Report& report, Instant now, Admit admit, Admission& admission);
  bool admit_whole(const AgentSlot& slot, const Schema& schema, std::uint64_t bytes, Admit admit);
  Admission add_each(AgentSlot& slot, const Report& report, Instant now, Admit admit);
  std::uint32_t find_waiting(Block& waiting, std::string_view key, std::uint32_t hint);
  void add_again(Block& waiting, std::uint32_t at, const Update& update, Instant now, Admission& admission);
  bool admit_one(const AgentSlot& slot, const Update& update, Admit admit);
  void append_waiting(AgentSlot& slot, const Update& update, Instant now);
  void link(Block* block);
  void link_last(Block* block);
  void unlink(Block* block);
  Block* split(Block& block, std::uint64_t place);
  void join(Block& block, Block* more);
  std::uint32_t settle_alike(const Block& block, const Block* waiting, Fate fate, Instant now, DelayHistogram& delay);
  std::uint32_t settle_each(Block& block, const Block* waiting, std::span<const Fate> fates, OnFailure on_failure,
                            Instant now, DelayHistogram& delay);
  void tally(Fate fate, std::uint64_t entries);
  Settled merge_back(AgentSlot& slot, Block* block);
  std::size_t merge_under(Block& block, Block& waiting);

  Room& room_;
  Ties ties_ = Ties::keep_first;
  Counters counters_;
  std::unique_ptr<Held> held_;
};

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
  void add_block(const Block& block, Batch& batch);

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
std::size_t take_oldest(std::size_t shards, std::size_t want, std::uint64_t next_place, std::uint64_t& cursor, Visit visit,
                        std::vector<Block*>& taken) {
  std::size_t got = 0;
  // Arrival numbers are dense but for what merging back left out, so this is nearly always one round.
  for (std::uint64_t until = cursor == 0 ? 0 : std::min(next_place, cursor + want);;) {
    std::uint64_t lowest = next_place;
    for (std::size_t i = 0; i < shards; ++i) {
      visit(i, [&](Entries& entries) {
        got += entries.take_before(until, taken);
        if (const auto oldest = entries.oldest()) lowest = std::min(lowest, oldest->place);
      });
    }
    cursor = lowest;
    if (got == want || lowest == next_place) return got;
    until = std::min(next_place, lowest + (want - got));
  }
}

}  // namespace metabatch
