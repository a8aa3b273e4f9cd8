// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "batching/capacity.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

struct Block;
struct AgentSlot;
struct Schema;
struct TextBytes;

/// The hash that finds an agent; its upper bits also choose the shard.
std::uint64_t agent_hash(const Uuid& agent, std::uint64_t seed);

/// Whether a new entry may be refused.
enum class Admit : std::uint8_t {
  if_it_fits,  ///< a new entry that finds no capacity is dropped
  always,      ///< capacity was promised before (an update absorbed from the fifo)
};

/// What came back from a flight.
struct Settled {
  std::size_t merged = 0;  ///< entries merged back into what waits
  std::size_t joined = 0;  ///< of these, how many met a waiting entry of their key and became one with it
};

/// The longest-waiting entry.
struct Oldest {
  std::uint64_t position;
  Instant arrived;
};

/// One shard: the newest update of each (agent, key) that waits, and the entries in flight. Rules of merging, capacity
/// and accounting live here, and only here. Not thread-safe: the engine puts a lock around each shard.
///
/// Stored by agent: a report whose key set is known is kept as one packed block and overwritten in place by the
/// next; everything else is kept entry by entry (see ARCHITECTURE, "How entries are held").
class Entries {
 public:
  /// `capacity` is shared by all shards and outlives them. All shards of one batcher take the same seed.
  Entries(Capacity& capacity, std::uint64_t seed);
  ~Entries();
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;

  void set_ties(Ties ties);

  /// Offers the updates of a parallel report, as if added one by one in order. `hash` is agent_hash(report.agent).
  ///
  /// @cost about 4 ns an update when the key set is the one held, 10 ns when it is new; no allocation in steady state
  Admission add(const Report& report, std::uint64_t hash, Instant now, Admit admit = Admit::if_it_fits);
  /// Fetches into the processor's cache what the next call will touch, which another processor may have changed last.
  /// Needs no lock: nothing is read.
  void warm() const;
  /// Counts updates that came after close.
  Admission refuse(std::size_t updates);

  /// Moves the entries that arrived before `place` into flight and appends their blocks to `taken`.
  /// Several calls build one batch; then settle() each block before the next batch.
  ///
  /// @return how many entries were moved
  std::size_t take_before(std::uint64_t position, std::vector<Block*>& taken);
  [[nodiscard]] std::optional<Oldest> oldest() const;

  /// Ends the flight of one block.
  ///
  /// @shape fates: one for each entry in key order; or a single one for all
  Settled settle(Block* block, std::span<const Fate> fates, OnFailure on_failure, Instant now, DelayHistogram& delay);

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Storage;
  bool add_as_report_block(AgentSlot& slot, const Report& report, Instant now, Admit admit, Admission& admission);
  bool admit_report_block(const AgentSlot& slot, const Schema& schema, std::uint64_t bytes, Admit admit);
  Admission add_entries(AgentSlot& slot, const Report& report, Instant now, Admit admit);
  std::uint32_t find_pending(Block& pending, std::string_view key, std::uint32_t hint);
  void merge_into(Block& pending, const Report& report, TextBytes text, Instant now, Admission& admission);
  void merge_into(Block& pending, std::uint32_t at, const Update& update, Instant now, Admission& admission);
  bool admit_entry(const AgentSlot& slot, const Update& update, Admit admit);
  void append_pending(AgentSlot& slot, const Update& update, Instant now);
  void link(Block* block);
  void link_last(Block* block);
  void unlink(Block* block);
  Block* split(Block& block, std::uint64_t position);
  void join(Block& block, Block* more);
  std::uint32_t settle_uniform(const Block& block, const Block* pending, Fate fate, Instant now, DelayHistogram& delay);
  std::uint32_t settle_each(Block& block, const Block* pending, std::span<const Fate> fates, OnFailure on_failure,
                            Instant now, DelayHistogram& delay);
  void tally(Fate fate, std::uint64_t entries);
  Settled merge_back(AgentSlot& slot, Block* block);
  std::size_t merge_under(Block& block, Block& pending);

  // Read by all, hardly ever changed; the rest changes with every add and is kept apart.
  Capacity& capacity_;
  Ties ties_ = Ties::keep_first;
  std::unique_ptr<Storage> storage_;
  alignas(64) Counters counters_;
};

}  // namespace metabatch
