// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "batching/capacity.hpp"
#include "metabatch/config.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

/// What all parts of one shard's entries go by: the capacity that they use, and the settings that
/// may change while they run.
struct EntryRules {
  Capacity& capacity;
  std::uint64_t agent_capacity = UINT64_MAX;  ///< how many distinct keys of one agent may be buffered
  Ties ties = Ties::keep_first;

  /// Does the later arrival replace the buffered one?
  [[nodiscard]] bool replaces(WallTime later, WallTime buffered) const {
    return later > buffered || (later == buffered && ties == Ties::keep_last);
  }
};

}  // namespace metabatch
