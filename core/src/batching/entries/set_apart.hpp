// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "batching/blocks/blocks.hpp"
#include "batching/entries/agent_table.hpp"
#include "batching/entries/entry_rules.hpp"
#include "batching/flight.hpp"

namespace metabatch {

/// The entries of one shard that are set apart, because somebody else holds the lock of their row:
/// one entry block for each agent that has any. An entry keeps the position and the arrival that it
/// had. What is here is charged to the capacity as set apart.
class SetApart {
 public:
  /// The rules and the blocks outlive this.
  SetApart(const EntryRules& rules, Blocks& blocks, std::uint64_t seed)
      : rules_(rules), blocks_(blocks), agents_(seed) {}
  ~SetApart();
  SetApart(const SetApart&) = delete;
  SetApart& operator=(const SetApart&) = delete;

  [[nodiscard]] bool is_empty() const { return agents_.is_empty(); }
  /// The block of an agent; null: nothing of it is set apart. Valid until the next put() or take().
  Block* find(const Uuid& agent, std::uint64_t hash);

  /// What a put() did.
  struct Put {
    std::size_t entries = 0;    ///< put here
    std::size_t coalesced = 0;  ///< pending entries that replaced one of these
    std::size_t stale = 0;      ///< pending entries that did not
    [[nodiscard]] std::size_t absorbed() const { return coalesced + stale; }
  };
  /// Copies the entries of a landed block whose way is `apart` here. A pending entry of such a key
  /// becomes one with it and leaves `pending`, which may be empty afterwards.
  ///
  /// @shape block: an entry block, of which nothing is set apart yet; ways: one for each of its
  ///        entries; pending: what is pending of the agent, or null
  Put put(const Block& block, std::span<const Way> ways, Block* pending, Instant now);
  /// Moves the entries that arrived at `from` or later and before `until` out.
  ///
  /// @return a block for each of their agents, which the caller owns; its entries are in order of
  ///         position
  std::vector<Block*> take(std::uint64_t from, std::uint64_t until);

  /// Appends the entries that arrived at `from` or later.
  void list(std::uint64_t from, std::vector<SetApartEntry>& entries) const;
  /// @shape not empty
  [[nodiscard]] SetApartAges ages() const;

 private:
  const EntryRules& rules_;
  Blocks& blocks_;
  AgentTable agents_;           // `pending` of a slot is the block of what is set apart of its agent
  std::vector<bool> absorbed_;  // working memory of put(): which pending entries leave
};

}  // namespace metabatch
