// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/report/flush_times.hpp"
#include "health/health.hpp"
#include "metabatch/config.hpp"
#include "metabatch/simulation/summary.hpp"

namespace metabatch::cli {

/// What `ingest` chose, or was told.
struct ChosenSettings {
  Config config{};          ///< that it ended with
  bool is_steady = false;   ///< the input came without a pause: there was no deadline
  std::size_t writers = 1;  ///< lanes
  std::size_t writing = 1;  ///< of them, how many were allowed to write at once in the end
  std::string form{};       ///< what the input is, where it is not one object a line
};

/// The result of a run, with the counts that only its input knows.
struct RunResult {
  Summary summary{};
  std::uint64_t rejected_lines = 0;            ///< bad lines
  std::uint64_t refused_items = 0;             ///< items of reports whose key does not fit the column; never offered
  std::uint64_t sanitized = 0;                 ///< texts in which something was replaced
  std::string digest{};                        ///< of the event log (simulate); else empty
  std::optional<Duration> oldest_unwritten{};  ///< how long the oldest entry that is still buffered has waited
  std::optional<health::Assessment> assessment{};  ///< of the whole run (run, ingest)
  bool is_saved_known = true;                      ///< simulate: what batching saved may be shown
  std::optional<FlushFigures> flush_times{};       ///< run, ingest
  std::optional<ChosenSettings> chosen{};          ///< ingest
};

/// The object of the specification, "The result": every member in order, on one line. A run adds
/// `flush_s` and `store`, which `simulate --store-from` reads.
std::string result_json(const RunResult& result);

/// The result for people: what batching saved, why batches were flushed, the delays, the fates of
/// the updates.
///
/// @shape config: as running
std::string result_text(const RunResult& result, const Config& config);

/// "500 entries fill in 0.56 s, long before the 5 s interval is over, so capacity decides", or the
/// sentence for another trigger.
std::string trigger_text(const Summary& summary, const Config& config);

/// Exit status 3: some of the updates are not in the database, or could not be read.
bool is_incomplete(const RunResult& result);

}  // namespace metabatch::cli
