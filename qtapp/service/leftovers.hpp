// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "engine/lanes.hpp"

namespace metabatch::service {

struct KeptCounts {
  std::uint64_t waiting = 0;    ///< updates in the file that are not known to be written
  std::uint64_t taken_in = 0;   ///< updates taken in since the start
  std::uint64_t bad_lines = 0;  ///< lines that could not be
};

/// The port through which a run leaves to the next one what it could not write.
class Keeping {
 public:
  virtual ~Keeping() = default;
  /// Called once, before the first update may come from elsewhere.
  ///
  /// @return why there is no going on, or ""
  virtual std::string take_in(engine::Lanes& lanes) = 0;
  /// Called once, after the lanes are closed.
  virtual void keep(engine::Lanes& lanes) = 0;
  [[nodiscard]] virtual KeptCounts counts() const = 0;  ///< any thread
};

}  // namespace metabatch::service
