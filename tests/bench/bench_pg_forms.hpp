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
  /// Prepares all flushes of a turn; not measured. No two of them share a row.
  virtual void prepare(std::span<const Work>) {}
  /// The measured part. Ends the program when a row was not written. `number`: of the work in its
  /// turn.
  virtual void flush(const Work& work, std::size_t number) = 0;
  [[nodiscard]] virtual int backend() const = 0;  ///< once it has flushed
};

/// As the origin writes: arrays as text, in the order of a map, without a guard, the statement
/// parsed and planned each time (two round trips). Then each chunk in a transaction of its own,
/// again two round trips.
///
/// @source coder/coder agentapi/metadatabatcher (flush), lib/pq's extended protocol; the statement
///         is worded anew
std::unique_ptr<Form> origin_form(const Ground& ground);
/// Work that a store can skip, to measure what that work costs.
enum class Spared {
  nothing,
  pruning,               ///< the pages were pruned before, just as floor_form() looks up the positions before
  pruning_and_notifying  ///< no NOTIFY is sent either: what floor_form() does, except that rows must be found
};
/// The store as the program uses it, or (`by_agent` false) restricted to finding row by row.
std::unique_ptr<Form> store_form(const Ground& ground, bool by_agent = true, Spared spared = Spared::nothing);
/// The minimum that PostgreSQL must do for such rows: found by ctid, sorted, binary, prepared,
/// without NOTIFY. The positions of a whole turn are looked up at once, so that no page is still
/// warm for its write. The pages are pruned in any case.
std::unique_ptr<Form> floor_form(const Ground& ground);

}  // namespace metabatch::bench
