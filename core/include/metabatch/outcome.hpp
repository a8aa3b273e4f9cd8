// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch {

/// Why a batch left.
enum class Reason : std::uint8_t { capacity, scheduled, shutdown };
inline constexpr std::size_t kReasons = 3;
std::string_view name_of(Reason reason);

/// What became of one entry of a flush.
enum class Fate : std::uint8_t {
  written,      ///< its row was changed
  rows_stale,   ///< the row holds a newer collected_at; left alone
  unmatched,    ///< no such row; not retried
  quarantined,  ///< the server refuses the value; not retried
  locked,       ///< its row exists, but somebody else holds the lock: set apart, and retried in a batch of its own
  unwritten,    ///< nothing is known to have been stored; retained or discarded by on_failure
  spooled,      ///< kept in a file for the next start; set by the owner of a closed engine, never by a store
};

/// Classes of failure, chosen by the store. The class decides the backoff.
enum class FailureClass : std::uint8_t {
  none,
  connection,
  deadlock,
  serialization,
  timeout,
  data,
  permission,
  disk,
  other,
};
inline constexpr std::size_t kFailureClasses = 9;
std::string_view name_of(FailureClass failure);

/// What a store reports of one flush.
///
/// @shape fates: empty when every entry shares one fate (written without a failure, unwritten with
///        one); else one per entry, in the order of the batch. `unwritten` needs a failure. With a failure, entries
///        whose fate is known keep it: only the unwritten are merged back.
struct FlushOutcome {
  FailureClass failure = FailureClass::none;
  std::vector<Fate> fates;
  std::size_t chunks_published = 0;
  std::size_t notify_bytes = 0;    ///< payload bytes of the chunks published
  std::size_t publish_errors = 0;  ///< chunks that could not be published
  std::size_t retries = 0;         ///< attempts repeated inside the store (deadlock, serialization, busy)
  bool too_much = false;           ///< it ran into its time limit while bytes were moving: send less next time
  Duration time_limit{};           ///< how long this flush might have taken; 0: no limit, or not known
  std::size_t rows_ahead = 0;      ///< of the rows_stale: rows dated ahead of the server's clock
  Duration ahead_by{};             ///< how far ahead the newest of these is
  bool reconnected = false;        ///< on another connection than the flush before: rows may have been lost meanwhile
  bool table_emptied = false;      ///< it matched no row, where earlier flushes did
  std::string sqlstate;            ///< of the failure, when the store has one
  std::string message;             ///< for people; never holds a secret
};

}  // namespace metabatch
