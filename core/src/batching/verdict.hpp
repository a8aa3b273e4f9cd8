// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "batching/schedule.hpp"
#include "metabatch/outcome.hpp"

namespace metabatch {

/// What a flush outcome means for the entries of its batch.
struct Verdict {
  std::span<const Fate> fates;  ///< one for each entry; empty: `all` is the fate of every one
  Fate all = Fate::written;
  std::size_t settled = 0;  ///< entries that left for good: neither unwritten nor locked
  bool progress = false;    ///< some entry is not unwritten: the next batch need not wait for a backoff
};

/// Reads an outcome. An entry that fails in a batch of its own, because it is too much or for a
/// reason that may be its own (data, other), must not keep the others from being written: it is set
/// apart as if its row were locked.
///
/// @shape outcome.fates: empty, or as many as `entries`
/// @owns  nothing: the outcome must outlive the verdict
Verdict judge(const FlushOutcome& outcome, std::size_t entries, OnFailure on_failure);

/// The same for the schedule.
FlushEnd flush_end(const FlushOutcome& outcome, const Verdict& verdict, std::size_t entries, Duration took);

}  // namespace metabatch
