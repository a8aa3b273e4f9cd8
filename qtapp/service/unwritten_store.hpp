// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/lanes.hpp"

namespace metabatch::service {

struct UnwrittenCounts {
  std::uint64_t waiting = 0;    ///< updates in the file that are not known to be written
  std::uint64_t loaded = 0;   ///< updates taken in since the start
  std::uint64_t bad_lines = 0;  ///< lines that could not be
};

/// The port through which a run leaves to the next one what it could not write.
class UnwrittenStore {
 public:
  virtual ~UnwrittenStore() = default;
  /// Called once, before the first update may come from elsewhere.
  ///
  /// @return why there is no going on, or ""
  virtual std::string load(engine::Lanes& lanes) = 0;
  /// Called once, after the lanes are closed.
  virtual void save(engine::Lanes& lanes) = 0;
  [[nodiscard]] virtual UnwrittenCounts counts() const = 0;  ///< any thread
};

}  // namespace metabatch::service
