// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/terminal/console.hpp"
#include "metabatch/simulation/recording.hpp"

namespace metabatch::cli {

/// The arrivals of a recorded session (docs/recording-format.md), in memory.
struct RecordingFile {
  std::shared_ptr<Recording> reports = std::make_shared<Recording>();
  std::uint64_t updates = 0;
  std::uint64_t bad_lines = 0;
};

/// Reads the whole FILE, or standard input for `-`; reports each bad line on stderr with its number
/// and reason.
///
/// @errors throws UsageError: the file cannot be read, or no update is in it
RecordingFile read_recording(const std::string& name, Console& console);

}  // namespace metabatch::cli
