// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metabatch/simulation/findings.hpp"
#include "metabatch/simulation/recording.hpp"
#include "metabatch/simulation/scenario.hpp"
#include "metabatch/simulation/summary.hpp"

namespace metabatch {

/// What to look for. Changes of settings in the scenario are left out: they would undo what is
/// tried. A queue_capacity that is the default of the scenario follows each setting that is tried,
/// as it does when that setting is applied to a running machine (validated_change()).
struct TuneQuestion {
  ValidScenario scenario;                        ///< the fleet, the database, and the settings in use today
  Duration max_delay = std::chrono::seconds(5);  ///< neither judged_delay() nor the interval may be above it
  std::vector<std::int64_t> batch_sizes;         ///< to try; empty: chosen round what the fleet sends
  std::vector<Duration> intervals;               ///< empty: chosen round max_delay
  std::vector<SchedulePolicy> schedules;         ///< empty: all
  std::vector<QueuePolicy> queues;               ///< empty: all
  Duration time_a_point{};                       ///< virtual; 0: some intervals, at most the scenario's duration
  std::shared_ptr<const Recording> recording;    ///< played in place of the fleet
};

/// One setting that was tried, on the same arrivals as all others.
struct TunePoint {
  RunFacts run;              ///< config: with defaults filled in
  Filling filling;           ///< capacity or interval decides, and by how much
  bool today = false;        ///< the settings of the scenario itself
  bool meets = false;        ///< nothing lost, judged_delay() and the interval within max_delay
  bool on_frontier = false;  ///< nothing is lost, and no other such point is better in writes + NOTIFYs a second or in
                             ///< judged_delay() without being worse in the other
  [[nodiscard]] double cost_per_s() const { return run.summary.db_writes_per_s + run.summary.notifies_per_s; }
  /// Seconds: p99 of what a watcher sees and of what was written, the larger. Updates that are
  /// coalesced away have no delay of their own, but their rows age.
  [[nodiscard]] double judged_delay() const { return std::max(run.summary.age_p99, run.summary.delay_p99); }
};

/// What to set, and why.
struct Recommendation {
  std::size_t point = 0;  ///< index in points()
  bool meets = false;     ///< false: nothing tried keeps max_delay; this comes closest, and of equals the cheapest
  std::vector<RunFinding> reasons;   ///< what decides under these settings, in numbers
  std::vector<RunFinding> warnings;  ///< where they cannot do what they seem to
  std::vector<RunFinding> today;     ///< the same about the settings in use
};

/// Tries settings one after the other by short simulations of the same arrivals.
///
/// @cost a step is one simulation: tens of milliseconds for 600 agents; memory of one at a time
class Tuner {
 public:
  /// @errors those of validated(), of each setting to try; field_too_small: max_delay is not above
  ///         0, at = number of fields; those of Simulator::create() for the recording
  static Result<Tuner> create(TuneQuestion question);
  Tuner(Tuner&&) noexcept;
  Tuner& operator=(Tuner&&) noexcept;
  ~Tuner();

  /// Tries the next setting; false when there is none left.
  bool step();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] std::size_t size() const;  ///< how many there are to try
  [[nodiscard]] std::size_t done() const;

  /// Those tried, in the order of trying; the settings of the scenario come first.
  [[nodiscard]] std::span<const TunePoint> points() const;
  /// Indices in points() of those on the frontier, by ascending delay.
  [[nodiscard]] std::vector<std::size_t> frontier() const;
  /// Of what was tried so far; none before the first step. Least writes + NOTIFYs among those that
  /// meet the question; of those that differ by less than 2 % the smaller delay, and then
  /// `coalesce`, `fixed`, the smaller batch.
  [[nodiscard]] std::optional<Recommendation> recommendation() const;
  [[nodiscard]] const TuneQuestion& question() const;  ///< empty lists filled in

 private:
  struct Sweep;
  explicit Tuner(std::unique_ptr<Sweep> sweep);
  std::unique_ptr<Sweep> sweep_;
};

}  // namespace metabatch
