// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metabatch/outcome.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

/// The distribution of the time that a flush takes.
enum class LatencyShape : std::uint8_t {
  fixed,        ///< always p50
  uniform,      ///< evenly round p50, so wide that p99 is the 99th percentile
  exponential,  ///< a least time and an exponential one on top, through p50 and p99
  lognormal,    ///< the usual shape of a database: through p50 and p99, with a long tail
};
std::string_view name_of(LatencyShape shape);

/// Two points of a distribution; the shape says what is between and beyond.
struct Latency {
  LatencyShape shape = LatencyShape::lognormal;
  Duration p50 = std::chrono::milliseconds(4);
  Duration p99 = std::chrono::milliseconds(20);  ///< not below p50; of no meaning when fixed
  bool operator==(const Latency&) const = default;
};

/// A span of virtual time, counted from the start.
struct Window {
  Duration begin{};
  Duration length{};
  [[nodiscard]] Duration end() const { return begin + length; }
  bool operator==(const Window&) const = default;
};

/// What can be wrong with the database at times, each with a list of these times.
enum class Fault : std::uint8_t { away, slow, locked_row, refused_values, cut_off };
inline constexpr std::size_t kFaults = 5;
/// The name of its list in a scenario: `store.outages`.
std::string_view name_of(Fault fault);
/// A few words for people: `database gone`.
std::string_view label_of(Fault fault);

inline constexpr std::uint32_t kRefusedRows = 100;

/// A modelled database: how long a flush takes, and how it ends. Each replica writes on one
/// connection of its own. The connections do not slow each other down.
///
/// @units shares are per million
struct StoreModel {
  Latency latency;
  Duration row_cost = std::chrono::microseconds(4);  ///< added for each entry of a flush
  std::uint32_t failures = 0;                        ///< share of flushes that fail after all, nothing written
  FailureClass failure_class = FailureClass::other;  ///< of these
  std::vector<Window> outages;  ///< no connection: a flush that begins in one fails, one that is in flight breaks
  Duration outage_answer = std::chrono::milliseconds(10);  ///< how long it takes to find out
  std::vector<Window> slow;  ///< a flush that begins in one takes slow_factor times as long
  std::int64_t slow_factor = 10;
  std::uint32_t publish_failures = 0;  ///< share of chunks that cannot be published; the rows are written all the same
  std::vector<Window> locked;          ///< somebody holds the lock of one row: a flush that begins in one leaves it out
  std::vector<Window> refused;  ///< one row in kRefusedRows has values that the database refuses, in flushes as above
  std::vector<Window> cut_off;  ///< nothing of a flush that begins in one can be published; its rows are written
  bool operator==(const StoreModel&) const = default;
};

}  // namespace metabatch
