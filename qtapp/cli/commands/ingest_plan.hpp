// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/flags/arguments.hpp"
#include "metabatch/config.hpp"

namespace metabatch::cli {

/// The settings of `ingest`, where no flag says otherwise. A file wants large batches, a wide
/// buffer and no deadline: then most repeats of a key meet in memory, and the database writes the
/// rest in few transactions.
struct IngestPlan {
  ValidConfig steady;       ///< for an input that comes without a pause
  ValidConfig paced;        ///< for one that pauses: entries are due as in a service
  std::size_t writers = 1;  ///< lanes; how many of them write at once is found out while they do
  bool is_told = false;     ///< flags leave nothing to choose
  bool writers_are_told = false;
};

/// What the plan depends on beside the flags.
struct IngestStore {
  bool is_postgres = false;
  bool registers = false;      ///< a flush inserts the rows that it finds missing
  std::size_t processors = 1;  ///< of this machine
};

/// @shape  writers: as given; nothing: chosen
/// @errors throws UsageError: as SettingsFlags::config()
IngestPlan plan_ingest(const SettingsFlags& flags, std::optional<std::size_t> writers, const IngestStore& store);

}  // namespace metabatch::cli
