// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// One report as it arrived, to be played again with other settings.
///
/// @shape keys, values, errors: one item each per update, in order; stamps: one per update, or
///        none: made on arrival, as for reports of agents
struct RecordedReport {
  Duration at{};  ///< counted from the start of the recording
  Uuid agent;
  std::vector<std::string> keys, values, errors;
  std::vector<WallTime> stamps;
};

/// Reports in the order of `at`.
using Recording = std::vector<RecordedReport>;

}  // namespace metabatch
