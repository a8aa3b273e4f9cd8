// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/config.hpp"
#include "metabatch/simulation/summary.hpp"

/// What a run shows about its settings: kinds with numbers, and one sentence for each.
namespace metabatch {

enum class FindingKind : std::uint8_t {
  // why the settings do what they do
  capacity_decides,  ///< a batch fills in `a` seconds, before the interval of `b` seconds is over
  interval_decides,  ///< `a` entries arrive in an interval of `b` seconds, fewer than a batch holds
  chunks_a_flush,    ///< a flush needs `a` chunks for its agents; fewer, larger flushes share them
  flush_time,        ///< a flush takes `a` seconds on average: its rows are locked so long
  busy,              ///< share `a` of the time has a flush in flight
  room,              ///< at most share `a` of the capacity of `b` was in use
  saves,             ///< share `a` of the writes and NOTIFYs of unbatched reports is saved; `b` a second remain
  delay,             ///< the delay p99 is `a` seconds, wanted are `b`
  age,               ///< for 99 % of the time a watcher sees values at most `a` seconds old; the bound is `b`
  values_repeat,     ///< share `a` of the entries repeated the value written less than `b` seconds before
  values_left_out,   ///< the same, and they were left out
  // warnings: settings that cannot do what they seem to
  interval_cannot_matter,  ///< `a` entries arrive a second: a batch of `b` is full long before the interval is over
  batch_never_fills,       ///< a batch of `b` is never full: only `a` entries arrive in an interval
  fifo_drops,              ///< `a` updates of `b` were dropped because the queue was full while a flush was in flight
  room_drops,              ///< `a` updates of `b` were dropped because the buffer was full
  store_saturated,         ///< share `a` of the time has a flush in flight: the database is the limit, not the settings
  room_nearly_full,        ///< share `a` of the capacity of `b` was in use
  delay_missed,            ///< delay or age p99 is `a` seconds, above the bound of `b`
  left_unwritten,          ///< `a` entries could not be written before the final flush timed out
  flushes_failed,          ///< `a` flushes failed; values were up to `b` seconds old
};

struct RunFinding {
  FindingKind kind;
  double a = 0;
  double b = 0;
  bool operator==(const RunFinding&) const = default;
};

[[nodiscard]] bool is_warning(FindingKind kind);
std::string_view name_of(FindingKind kind);
/// One sentence for people.
std::string describe(const RunFinding& finding);

/// A run and what was measured of it beside its Summary.
struct RunFacts {
  Summary summary;
  Config config;  ///< of each replica, as running
  std::int64_t replicas = 1;
  double chunks_a_flush = 0;  ///< mean, of successful flushes
  double flush_seconds = 0;   ///< mean, of successful flushes
  double busy_share = 0;      ///< share of the time with a flush in flight, of the busiest replica
  double room_share = 0;      ///< the fullest that a buffer was, 0 to 1
  bool finished = false;      ///< closed and drained: the buffered entries stay unwritten
  /// Share of the writes and NOTIFYs that batching saved so far; failed attempts count as writes.
  /// None: show an en dash (specification, "Health").
  std::optional<double> saved;
};

/// Why the settings do what they do in this run.
std::vector<RunFinding> reasons(const RunFacts& facts);
/// Where they cannot do what they seem to.
std::vector<RunFinding> warnings(const RunFacts& facts);

}  // namespace metabatch
