// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "batching/blocks/blocks.hpp"
#include "batching/blocks/schema.hpp"
#include "batching/entries/agent_table.hpp"
#include "batching/entries/entry_rules.hpp"
#include "batching/entries/pending_list.hpp"
#include "batching/flight.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// Adds reports to the entries of one shard. An update becomes a new pending entry, or becomes one
/// with the entry of its key, or is dropped. A report whose key set is known becomes one report
/// block or overwrites it; any other is added entry by entry.
class Adder {
 public:
  /// All of these outlive the adder.
  Adder(const EntryRules& rules, Blocks& blocks, PendingList& pending, std::uint64_t seed)
      : rules_(rules), blocks_(blocks), pending_(pending), schemas_(seed) {}

  /// `slot`: of the agent; empty afterwards when it was empty and everything was dropped. `apart`:
  /// what is set apart of the agent, or null; an update of such a key becomes one with the entry
  /// there.
  ///
  /// @shape report: not empty
  Admission add(AgentSlot& slot, Block* apart, const Report& report, Instant now, Admit admit) {
    Admission admission;
    if (apart == nullptr && add_as_report_block(slot, report, now, admit, admission)) return admission;
    Adding adding{slot, apart, now, admit, admission, std::nullopt};
    add_entries(adding, report);
    return admission;
  }
  /// Distinct keys of an agent that are buffered.
  [[nodiscard]] std::uint64_t count_keys(const AgentSlot& slot, const Block* apart) const;

 private:
  /// One report that is added entry by entry.
  struct Adding {
    AgentSlot& slot;
    Block* apart;
    Instant now;
    Admit admit;
    Admission& admission;
    std::optional<std::uint64_t> keys;  ///< distinct keys of the agent, once they had to be counted
  };
  bool add_as_report_block(AgentSlot& slot, const Report& report, Instant now, Admit admit, Admission& admission);
  bool admit_report_block(const AgentSlot& slot, const Schema& schema, std::uint64_t bytes, Admit admit);
  void merge_report(Block& block, const Report& report, TextBytes text, Instant now, Admission& admission);
  void add_entries(Adding& adding, const Report& report);
  bool merge_apart(Adding& adding, const Update& update);
  void merge_into(Adding& adding, Block& block, std::uint32_t at, const Update& update);
  void add_entry(Adding& adding, const Update& update);
  bool agent_has_capacity(Adding& adding) const;
  void append_pending(AgentSlot& slot, const Update& update, Instant now);

  const EntryRules& rules_;
  Blocks& blocks_;
  PendingList& pending_;
  Schemas schemas_;
};

}  // namespace metabatch
