// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metabatch/outcome.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// The entries of one flush, ready to be written. Built by the machine, read by the driver, valid
/// until complete() ends the flush.
struct Batch {
  std::uint64_t id = 0;  ///< 1, 2, 3, ...; what complete() asks for
  Reason reason = Reason::scheduled;
  bool set_apart = false;       ///< a retry of entries that were locked: the store must not wait for their locks
  std::vector<Update> entries;  ///< sorted by (agent bytes, key bytes); each (agent, key) once
  std::vector<Uuid> agents;     ///< the distinct agents, ascending: what the chunks name
  std::vector<std::uint32_t> keys_per_agent;  ///< entries of each of `agents`
};

}  // namespace metabatch
