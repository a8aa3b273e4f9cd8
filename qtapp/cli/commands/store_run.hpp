// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/report/flush_times.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/stop_signals.hpp"
#include "engine/lanes.hpp"
#include "engine/writer_gate.hpp"
#include "pubsub/pubsub_settings.hpp"
#include "service/unwritten_store.hpp"
#include "sql/database_address.hpp"

namespace metabatch::cli {

struct SessionOptions {
  ValidConfig config;
  sql::Database database;
  bool register_missing = false;
  bool print_notifications = false;
  pubsub::PubsubSettings pubsub{};                     ///< where notifications go
  std::size_t writers = 1;                             ///< lanes, each with a connection of its own
  engine::WriterGate* gate = nullptr;                  ///< lets only some of the writers write at once; or none
  service::UnwrittenStore* unwritten_store = nullptr;  ///< stores unwritten updates for the next run; or none
};

struct SessionResult {
  engine::Snapshot snapshot;
  Duration elapsed{};
  bool is_interrupted = false;
  FlushFigures flush_times;
  bool is_failed = false;  ///< the updates of the last run could not be added; this was reported
};

/// Adds updates to the lanes on a thread of its own. Returns when there are no more, or soon after
/// a stop was requested.
using Feed = std::function<void(engine::Lanes&, Stop&)>;
/// Makes the status line from a snapshot. Called on the session's thread about four times a second,
/// only when the console is live.
using Watch = std::function<std::string(const engine::Snapshot&, Duration elapsed)>;

/// Runs the lanes on their stores, from the first update to the drained end. SIGINT, SIGTERM and
/// SIGHUP end the feed and drain within final_flush_timeout. A repeated SIGTERM or SIGHUP changes
/// nothing: a supervisor may signal the process and its group. A second SIGINT (Ctrl-C) cancels the
/// running write, stores the unwritten updates in `unwritten_store` and ends the process with a
/// report of the loss. Failed flushes and drops are reported on the console, the same one at most
/// every 10 s.
///
/// @shape options: check_writers() accepted them
/// @return nothing: another process writes the SQLite file in a way that excludes this one, and a
///         message has said so
std::optional<SessionResult> run_session(const SessionOptions& options, Console& console, const Feed& feed,
                                         const Watch& watch);

}  // namespace metabatch::cli
