// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "batching/capacity.hpp"
#include "batching/entries/entry_rules.hpp"
#include "batching/flight.hpp"
#include "batching/unchanged/leaving.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

struct Block;
struct AgentSlot;

/// The hash that finds an agent; its upper bits also choose the shard.
std::uint64_t agent_hash(const Uuid& agent, std::uint64_t seed);

/// One shard: the newest update of each (agent, key). An entry is in one of three states: pending,
/// in flight, or set apart because its row is locked. This class moves entries from one state to
/// another and counts them; Adder adds updates, PendingList has the order of what is pending, and
/// SetApart has what is set apart. Not thread-safe: the engine puts a lock around each shard.
///
/// Invariant: a key is pending or set apart, never both; beside that it may be in flight. So an
/// update of a key that is set apart finds its entry there, and no batch of pending entries ever
/// brings that key.
///
/// Stored by agent: a report whose key set is known is kept as one report block and overwritten in
/// place by the next; everything else is kept entry by entry (ARCHITECTURE, "How entries are
/// held").
class Entries {
 public:
  /// `capacity` is shared by all shards and outlives them. All shards of one batcher take the same
  /// seed.
  Entries(Capacity& capacity, std::uint64_t seed);
  ~Entries();
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

  /// `agent_capacity`: how many distinct keys of one agent may be buffered.
  void set_rules(Ties ties, std::uint64_t agent_capacity);

  /// Offers the updates of a parallel report, as if added one by one in order. `hash` is
  /// agent_hash(report.agent).
  ///
  /// @cost about 4 ns an update when the key set is the one held, 10 ns when it is new; no
  ///       allocation in steady state
  Admission add(const Report& report, std::uint64_t hash, Instant now, Admit admit = Admit::if_it_fits);
  /// Fetches into the processor's cache what the next call will touch, which another processor may
  /// have changed last. Needs no lock: nothing is read.
  void warm() const;
  /// Prefetches what an add to one agent will touch, in two steps: where the agent is found, then
  /// its pending block. The second step reads what the first one fetches, so do the first step for
  /// several agents before the second. The lock of the shard must be held.
  void warm_slot(std::uint64_t hash) const;
  void warm_block(const Uuid& agent, std::uint64_t hash) const;
  /// Counts updates that came after close.
  Admission refuse(std::size_t updates);
  /// Distinct keys of an agent that are buffered.
  [[nodiscard]] std::uint64_t keys_of(const Uuid& agent, std::uint64_t hash);

  /// Moves the entries that arrived before `position` into flight and appends their blocks to
  /// `taken`. Several calls build one batch; then settle() each block before the next batch.
  ///
  /// @return how many entries were moved
  std::size_t take_before(std::uint64_t position, std::vector<Block*>& taken);
  /// Moves the entries of a taken block that arrived at `position` or later back: the batch has no
  /// capacity for them.
  ///
  /// @return what is left of the block; null: nothing
  Block* untake(Block* block, std::uint64_t position, Settled& settled);
  /// Takes entries out of a taken block, which are counted `unchanged` or `stale`.
  ///
  /// @shape  leaving: one for each entry in key order
  /// @return what is left of the block; null: nothing
  Block* leave_out(Block* block, std::span<const Leaving> leaving);
  [[nodiscard]] std::optional<Oldest> oldest() const;

  /// Appends the entries that are set apart and arrived at `from` or later.
  void list_set_apart(std::uint64_t from, std::vector<SetApartEntry>& entries) const;
  /// Moves those that arrived at `from` or later and before `until` into flight, as take_before()
  /// does.
  std::size_t take_set_apart(std::uint64_t from, std::uint64_t until, std::vector<Block*>& taken);
  [[nodiscard]] std::optional<SetApartAges> set_apart_ages() const;

  /// Ends the flight of one block. The caller gives back the capacity that it freed: where threads
  /// share it, each time costs a cache line.
  ///
  /// @shape fates: one for each entry in key order; or a single one for all
  Settled settle(Block* block, std::span<const Fate> fates, const Landing& landing, DelayHistogram& delay);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Storage;
  void put_in_flight(AgentSlot& slot, Block* part, std::vector<Block*>& taken);
  Settled settle_uniform(const Block& block, const Block* pending, Fate fate, Instant now, DelayHistogram& delay);
  Settled settle_each(AgentSlot& slot, Block* block, std::span<const Fate> fates, const Landing& landing,
                      DelayHistogram& delay);
  void tally(Fate fate, std::uint64_t entries);
  Settled merge_back(AgentSlot& slot, Block* block);
  std::size_t merge_under(Block& block, Block& pending);
  std::size_t set_apart(AgentSlot& slot, const Block& block, Instant now);

  // Read by all, hardly ever changed; the rest changes with every add and is kept apart.
  EntryRules rules_;
  bool has_set_apart_ = false;
  std::unique_ptr<Storage> storage_;
  alignas(64) Counters counters_;
};

}  // namespace metabatch
