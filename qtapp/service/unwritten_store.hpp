// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/lanes.hpp"

namespace metabatch::service {

struct UnwrittenCounts {
  std::uint64_t waiting = 0;    ///< updates in the file that may not be written yet
  std::uint64_t loaded = 0;     ///< updates read from the file since the start
  std::uint64_t bad_lines = 0;  ///< lines that could not be read
};

/// Stores the updates that a run could not write, for the next run.
class UnwrittenStore {
 public:
  virtual ~UnwrittenStore() = default;
  /// Adds the updates of the last run. Called once, before any other update is added.
  ///
  /// @return why the run cannot go on, or ""
  virtual std::string load(engine::Lanes& lanes) = 0;
  /// Called once, after the lanes are closed.
  virtual void save(engine::Lanes& lanes) = 0;
  [[nodiscard]] virtual UnwrittenCounts counts() const = 0;  ///< any thread
};

}  // namespace metabatch::service
