// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/commands/store_run.hpp"
#include "cli/report/results.hpp"
#include "cli/spool/spool.hpp"
#include "cli/terminal/console.hpp"

namespace metabatch::cli {

/// Checks that the database takes that many writers, and that each has enough of the capacity.
///
/// @errors throws UsageError, with the reason
void check_writers(const SessionOptions& options);

/// What ingest and run do before and after their session.

/// Checks the writers and the database before any work and reports what is wrong. A SQLite file
/// that is locked is usable: the store waits for it.
///
/// @errors throws UsageError: those of check_writers()
bool is_usable(const SessionOptions& options, Console& console);

/// The spool of `--spool`, or nothing when there is no such flag.
///
/// @errors throws UsageError: it cannot be used
std::unique_ptr<Spool> open_spool(const std::string& file, Console& console);

struct FinishOptions {
  bool json = false;
  bool data_is_taken = false;  ///< notifications are on stdout: the text for people goes to stderr
  bool is_failed = false;      ///< the input could not be read to its end
};

/// The result of a session: its summary, its health as a whole, how long flushes took.
///
/// @shape reports: offered; of single updates each one counts. input_waits: a full buffer only
///        makes the input wait
RunResult result_of(const SessionResult& session, std::size_t writers, std::uint64_t reports, bool input_waits);

/// Prints the result and returns the exit status.
int finish(const SessionResult& session, const RunResult& result, FinishOptions options, Console& console);

}  // namespace metabatch::cli
