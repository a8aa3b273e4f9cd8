// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/engine.hpp"
#include "health/collector.hpp"

namespace metabatch::engine {

/// Converts a snapshot into a sample for core's health function. The caller adds what a snapshot
/// does not have: a waiting producer, a listener, a spool.
///
/// @shape  writers: lanes; reports: offered so far; each single update counts as one
///         now: of the clock of the engine, not before the snapshot
health::Sample health_sample(const Snapshot& snapshot, std::size_t writers, std::uint64_t reports, Instant now);

/// The facts of a whole run, not of a window.
health::Facts facts_of_run(const health::Sample& end, Duration elapsed);

}  // namespace metabatch::engine
