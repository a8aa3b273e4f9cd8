// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/terminal/console.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "engine/lanes.hpp"
#include "service/unwritten_store.hpp"
#include "sql/database_address.hpp"

namespace metabatch::cli {

struct SessionOptions {
  Config config;
  sql::Database database;
  bool register_missing = false;
  bool print_notifications = false;
  std::size_t writers = 1;              ///< lanes, each with a connection of its own
  service::UnwrittenStore* unwritten_store = nullptr;  ///< what was left by the last run, and is left to the next; or none
};

struct SessionResult {
  engine::Snapshot snapshot;
  Duration elapsed{};
  bool is_interrupted = false;
  bool is_failed = false;  ///< what the last run left could not be taken in, which was said
};

/// Called on the thread that feeds the lanes; returns when there is nothing more, or soon after stop was requested.
using Feed = std::function<void(engine::Lanes&, Stop&)>;
/// Makes the status line of a moment; also a place to say more. Called on the session's thread, some four
/// times a second, only when somebody watches.
using Watch = std::function<std::string(const engine::Snapshot&, Duration elapsed)>;

/// The lanes on their stores, from the first update to the drained end. SIGINT and SIGTERM end the feed and
/// drain within final_flush_timeout; a second one ends the process at once and says what was lost. Failed flushes and drops
/// are said on the console, the same one at most every 10 s.
///
/// @return nothing: the settings are impossible, which was said
std::optional<SessionResult> run_session(const SessionOptions& options, Console& console, const Feed& feed,
                                         const Watch& watch);

}  // namespace metabatch::cli
