// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>

#include "bench_pg_ground.hpp"

namespace metabatch::bench {

/// One way to write a flush, on a connection of its own.
class Form {
 public:
  virtual ~Form() = default;
  /// What is not measured: for all the flushes of a turn, before the first. No two of them share a row.
  virtual void prepare(std::span<const Work>) {}
  /// What is measured. Ends the program when a row was not written. `number`: of the work in its turn.
  virtual void flush(const Work& work, std::size_t number) = 0;
  [[nodiscard]] virtual int backend() const = 0;  ///< once it has flushed
};

/// As the origin writes: arrays as text, in the order of a map, no guard, the statement parsed and planned each time (two round
/// trips), then each chunk in a transaction of its own, again two round trips.
///
/// @source coder/coder agentapi/metadatabatcher (flush), lib/pq's extended protocol; the statement is worded anew
std::unique_ptr<Form> origin_form(const Ground& ground);
/// Work that a store is spared, to measure what that work costs.
enum class Spared {
  nothing,
  pruning,               ///< the pages were pruned before, as the positions of floor_form() are looked up before
  pruning_and_notifying  ///< and no NOTIFY is sent: what floor_form() does, but for finding the rows
};
/// The store as the program has it, or (`by_agent` false) restricted to finding row by row.
std::unique_ptr<Form> store_form(const Ground& ground, bool by_agent = true, Spared spared = Spared::nothing);
/// The least that PostgreSQL does for such rows: found by ctid, sorted, binary, prepared, without NOTIFY. Positions are
/// looked up for all of a turn at once, so that no page is left warm for its write. The pages are pruned all the same.
std::unique_ptr<Form> floor_form(const Ground& ground);

}  // namespace metabatch::bench
