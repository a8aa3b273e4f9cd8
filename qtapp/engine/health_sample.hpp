// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/engine.hpp"
#include "health/collector.hpp"

namespace metabatch::engine {

/// A snapshot as core's health function takes it. The caller adds what a snapshot does not have: a producer that waits, a
/// listener, a spool.
///
/// @shape  writers: lanes; reports: offered so far, of single updates each one counts
///         now: of the clock of the engine, not before the snapshot
health::Sample health_sample(const Snapshot& snapshot, std::size_t writers, std::uint64_t reports, Instant now);

/// The facts of a whole run instead of those of a window.
health::Facts facts_of_run(const health::Sample& end, Duration elapsed);

}  // namespace metabatch::engine
