// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "metabatch/time.hpp"

namespace metabatch::faults {

enum class Subject { batcher, engine };

struct Result {
  std::string finding;  ///< what went wrong, with the seed; empty: nothing
  Duration simulated{};
  std::uint64_t flushes = 0;
};

/// One run: a world drawn from `seed`, a fleet that reports, faults, and then a quiet time. The
/// counters must balance at every moment. During the run, every entry that no fault concerns must
/// be written within a bound (liveness). At the end, the newest value of every key must be in its
/// row, unless it was refused or its row is missing.
Result simulate(std::uint64_t seed, Subject subject);

}  // namespace metabatch::faults
