// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "health/health.hpp"

namespace metabatch::health {

inline constexpr Duration kWindow = std::chrono::seconds(30);  ///< of what is judged
inline constexpr std::int64_t kWindowIntervals = 3;            ///< where that is longer than kWindow

/// One sample of a running machine. Counts are cumulative since its start.
struct Sample {
  Instant at{};
  Config config;  ///< as running, defaults filled in
  std::int64_t writers = 1;
  Counters counters;
  FlushCounters flushes;
  std::uint64_t reports = 0;           ///< offered; of single updates each one counts
  std::optional<Duration> flush_time;  ///< of all flushes together, successful and failed; without holds
  Now now;
};

/// Turns cumulative samples into the facts of a window. Knows no clock: samples carry their
/// instants.
///
/// A changed config begins a new window there; counts that went back (another process answers)
/// begin one "since the start". Overdue time goes on over a change of settings.
///
///     collector.record(sample);                 // about twice a second, at least once a second
///     const Assessment health = assess(collector.facts());
///
/// @units instants as the driver's monotonic clock; they do not go back
/// @cost  record: constant, no allocation once the window is full; at most kPoints points are kept
class Collector {
 public:
  void record(const Sample& sample);
  /// At the newest sample; an empty window before the second.
  [[nodiscard]] Facts facts() const;
  [[nodiscard]] bool is_empty() const { return points_.empty(); }
  /// Forgets everything: another machine is sampled from now on.
  void clear() { *this = Collector(); }

 private:
  static constexpr std::size_t kPoints = 256;
  struct Point {
    Instant at{};
    Counters counters;
    FlushCounters flushes;
    std::uint64_t reports = 0;
    std::uint64_t buffered_entries = 0, buffered_bytes = 0;
    std::optional<Duration> flush_time;
  };

  void begin(WindowStart start);
  void observe_progress(const Sample& sample);
  void append(const Sample& sample);
  [[nodiscard]] Duration window_length() const;
  [[nodiscard]] std::optional<FlushCost> cost() const;
  void add_growth(Window& window) const;

  std::deque<Point> points_;  // oldest first; the first is the begin of the window
  WindowStart start_ = WindowStart::start;
  Sample newest_;
  Instant progress_{};  // the newest sample at which nothing was due or a flush had completed
};

/// What happened since `begin`, when every count was 0, until `end`.
Facts facts_since(Instant begin, const Sample& end);

}  // namespace metabatch::health
