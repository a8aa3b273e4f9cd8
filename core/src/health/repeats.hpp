// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"

namespace metabatch::health {

/// Entries that repeated the value of their row: what leaving them out saves, or would save
/// (specification, "Unchanged values").
struct Repeats {
  double share = 0;  ///< of the entries that were to be written, 0 to 1
  Duration within{};
  bool are_left_out = false;
  /// Whether leaving them out is worth a piece of advice.
  [[nodiscard]] bool is_notable() const { return are_left_out || share >= 0.1; }
};

/// What a run or a window shows of it: what was left out, or while that is off, what was found on a
/// sample.
///
/// @return none: nothing repeated, or nothing was examined
std::optional<Repeats> repeats_of(const Config& config, const Counters& counters, const FlushCounters& flushes);

/// "63 % of the entries repeated the value that was written less than 60 s before: ..."
std::string describe(const Repeats& repeats);

}  // namespace metabatch::health
