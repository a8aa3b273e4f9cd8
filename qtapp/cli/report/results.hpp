// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "metabatch/config.hpp"
#include "metabatch/simulation/summary.hpp"

namespace metabatch::cli {

/// The result of a run, with the counts that only its input knows.
struct RunResult {
  Summary summary{};
  std::uint64_t rejected_lines = 0;  ///< bad lines
  std::uint64_t refused_items = 0;   ///< items of reports whose key does not fit the column; never offered
  std::uint64_t sanitized = 0;       ///< texts in which something was replaced
  std::string digest{};              ///< of the event log (simulate); else empty
};

/// The object of the specification, "The result": every member in its order, on one line.
std::string result_json(const RunResult& result);

/// The same for people: what batching saved, why batches were flushed, the delays, the fates of the updates.
///
/// @shape config: as running
std::string result_text(const RunResult& result, const Config& config);

/// "500 entries fill in 0.56 s, long before the 5 s interval is over, so capacity decides", or what else does.
std::string trigger_text(const Summary& summary, const Config& config);

/// Exit status 3: some of the updates are not in the database, or could not be read.
bool is_incomplete(const RunResult& result);

}  // namespace metabatch::cli
