// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/flags/arguments.hpp"
#include "metabatch/config.hpp"

namespace metabatch::cli {

/// The settings of `ingest`, where no flag says otherwise. A file wants large batches, a wide buffer and no deadline: then
/// most repeats of a key meet in memory, and the database writes the rest in few transactions.
struct IngestPlan {
  Config steady;            ///< for an input that comes without a pause
  Config paced;             ///< for one that pauses: entries are due as in a service
  std::size_t writers = 1;  ///< lanes; how many of them write at once is found out while they do
  bool is_told = false;     ///< flags leave nothing to choose
  bool writers_are_told = false;
};

/// @shape  writers: as given; nothing: chosen. processors: of this machine
/// @errors throws UsageError: as SettingsFlags::config()
IngestPlan plan_ingest(const SettingsFlags& flags, std::optional<std::size_t> writers, bool is_postgres,
                       std::size_t processors);

}  // namespace metabatch::cli
