// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "metabatch/result.hpp"

/// Two kinds of time that cannot be confused, and no way to read a clock: every function of
/// core that needs the time has it as a parameter. Drivers own the clocks.
namespace metabatch {

/// A span of time in integer nanoseconds.
using Duration = std::chrono::nanoseconds;

constexpr double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Tags without now(): a time_point over them can be named and compared, never read off a clock.
struct MonotonicTag {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = true;
};
struct WallTag {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = false;
};

/// A point on the driver's monotonic clock; decides when flushes are due.
using Instant = std::chrono::time_point<MonotonicTag, Duration>;

/// A point in civil time, microseconds since 1970-01-01T00:00:00Z (the resolution of
/// PostgreSQL's timestamptz); stamps data, never decides when to flush.
using WallTime = std::chrono::time_point<WallTag, std::chrono::microseconds>;

/// Reads RFC 3339 with any offset (`2026-01-02T03:04:05.678901Z`, `...+02:00`, lower case t and z,
/// a space for the T). Digits below a microsecond round half up; a leap second counts as the next
/// second. Years outside 0..9999 are a sign and four to six digits (`+10000-...`, `-4713-...`;
/// -0001 is 2 BC).
///
/// @errors bad_time: at = first offending byte (of a field out of range its first, of a text too
///         short its size); time_out_of_range: PostgreSQL cannot hold it, or it is after
///         294247-01-10T04:00:54.775807Z, the last microsecond that a WallTime can hold
/// @source RFC 3339 section 5.6; PostgreSQL timestamp.h (4714-11-24 BC .. 294276-12-31)
Result<WallTime> parse_wall_time(std::string_view text);

/// `2026-01-02T03:04:05.678901Z`: UTC, trailing zeros of the fraction trimmed, no dot when whole.
/// Reads back.
std::string format_wall_time(WallTime time);

/// Reads `250ms`, `5s`, `2m`, `1h`, `1m30s`, `1.5s`, `0`; units ns us ms s m h d. What is below a
/// nanosecond is cut.
///
/// @errors bad_duration: at = first offending byte (a sign is accepted: the caller judges the
///         value); of a number too large for 63 bits of nanoseconds its first
Result<Duration> parse_duration(std::string_view text);

/// A short form that parse_duration reads back to the same value: `250ms`, `5s`, `1m30s`, `1.5s`,
/// `0`.
std::string format_duration(Duration duration);

}  // namespace metabatch
