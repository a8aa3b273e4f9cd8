// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/metrics.hpp"
#include "metabatch/simulation/findings.hpp"
#include "metabatch/simulation/recording.hpp"
#include "metabatch/simulation/scenario.hpp"
#include "metabatch/simulation/summary.hpp"
#include "metabatch/simulation/timeline.hpp"

namespace metabatch {

namespace health {
struct Sample;  // health/collector.hpp
}

/// One line of the event log, without its end:
///
///     NS take   r=R id=N reason=capacity|scheduled|shutdown entries=N agents=N chunks=N
///     NS done   r=R id=N written=N rows_stale=N unmatched=N [locked=N] [quarantined=N] published=N publish_errors=N
///               notify_bytes=N
///     NS fail   r=R id=N class=connection|... entries=N
///     NS drop   r=R                      the first update dropped since the last flush ended
///     NS dropped r=R updates=N           how many these were, when that flush has ended
///     NS set    r=R FIELD=TEXT           a setting changed
///     NS agents N                        so many report from now on
///     NS close  r=R held=N
///     NS end    r=R offered=N ...        all counters, when nothing is left to do
///
/// @units NS: virtual nanoseconds since the start; R: replica, from 0. One blank between words
using EventSink = std::function<void(std::string_view line)>;

/// The results of one replica so far.
struct ReplicaState {
  Config config;  ///< as running
  Counters counters;
  Metrics metrics;
  std::uint64_t buffered_entries = 0;
  std::uint64_t buffered_bytes = 0;
  Duration busy{};  ///< how long a flush was in flight, in all
  bool in_flight = false;
  bool finished = false;
};

/// A fleet, the real batcher and a modelled database in virtual time: time goes from event to event
/// and costs nothing in between. Each replica is a Batcher, driven as production drives it: a flush
/// in flight takes the time the model draws, and what arrives meanwhile waits, is merged or, with
/// `fifo`, drops exactly when the origin would.
///
/// The same scenario gives the same event log on every platform. At the end of `duration` no more
/// reports come, every replica is closed and drains for at most final_flush_timeout.
///
/// @cost about 10 ns an update; memory as the fleet and the timeline need it, whatever the time
///       simulated
class Simulator {
 public:
  static Simulator create(const ValidScenario& scenario);
  /// Plays a recording in place of the fleet of the scenario: its reports up to `duration`. All
  /// rows exist; an agent goes to the replica that its id chooses.
  ///
  /// @errors unequal_lists: at = index of the report whose lists differ in length
  static Result<Simulator> create(const ValidScenario& scenario, std::shared_ptr<const Recording> recording);
  Simulator(Simulator&&) noexcept;
  Simulator& operator=(Simulator&&) noexcept;
  ~Simulator();

  /// Passes every line of the event log to `sink` from now on; null: to none. The digest does not
  /// depend on it.
  void set_sink(EventSink sink);

  /// Lets virtual time pass up to and including `until` (counted from the start), or less: it stops
  /// early when it is finished, or after `most_reports` reports, so that a caller can do something
  /// else meanwhile.
  void run_until(Duration until, std::uint64_t most_reports = std::numeric_limits<std::uint64_t>::max());
  void run_for(Duration time);
  /// To the end.
  void run() { run_until(Duration::max()); }

  /// Changes the settings of all replicas now.
  ///
  /// @errors those of validated_change(); then nothing changes
  Result<void> reconfigure(const Config& wanted);

  /// Begins or ends a fault of the database while the simulation runs: at the first tenth of a
  /// second after now() that is not before `not_before`. It stays until it is ended, whoever began
  /// it. scenario() has its time from then on, and a run of that scenario has the same event log.
  ///
  /// @errors field_too_large: the list of its times is full; then nothing changes
  Result<Duration> set_fault(Fault fault, bool is_on, Duration not_before = {});
  /// Whether the fault is there after the next tenth of a second.
  [[nodiscard]] bool has_fault(Fault fault) const;

  [[nodiscard]] bool finished() const;
  /// Virtual time since the start.
  [[nodiscard]] Duration now() const;
  [[nodiscard]] const Scenario& scenario() const;  ///< as running: defaults filled in

  /// Of all replicas, over the time in which reports came (at most `duration`).
  [[nodiscard]] Summary summary() const;
  /// The same, with the other facts that reasons() and warnings() (findings.hpp) need.
  [[nodiscard]] RunFacts facts() const;
  /// RunFacts::saved alone. @cost of the replicas; the two above visit every row of the fleet
  [[nodiscard]] std::optional<double> saved() const;
  /// The course of the simulation: a sample every `sample_every`, over the time since the sample
  /// before. Instants count from the start. Rates are per second; NaN where nothing could be
  /// measured. Series:
  ///   batch_size, flushes_capacity, flushes_scheduled, flushes_shutdown, flush_failures, flush_seconds (mean),
  ///   held, waiting, queued, in_flight, room_entries, room_bytes, room_share (of the fullest replica, 0 to 1),
  ///   updates, reports, dropped, coalesced, stale, rows_stale, unmatched, writes, notifies, unbatched (writes without
  ///   batching; as many notifies), delay_p50, delay_p99, delay_max (seconds), agents
  [[nodiscard]] const Timeline& timeline() const;
  /// The timeline as CSV: a header `time_s,SERIES,...`, then a line a sample, empty where nothing
  /// was measured. Of a run with more than 100,000 samples a line stands for several and has the
  /// last of them.
  [[nodiscard]] std::string timeline_csv() const;
  /// SHA-256 of the event log so far, each line with a line feed behind it, in hex.
  [[nodiscard]] std::string digest() const;
  /// Lines of the event log so far.
  [[nodiscard]] std::uint64_t events() const;

  [[nodiscard]] std::uint64_t reports() const;           ///< that arrived
  [[nodiscard]] std::uint64_t late_reports() const;      ///< of these: late
  [[nodiscard]] std::uint64_t repeated_reports() const;  ///< of these: duplicates
  [[nodiscard]] std::uint64_t agents_present() const;
  [[nodiscard]] std::size_t replicas() const;
  [[nodiscard]] ReplicaState replica(std::size_t index) const;
  [[nodiscard]] Counters counters() const;  ///< the sum of all replicas
  /// All replicas at this moment, for health (health/collector.hpp).
  [[nodiscard]] health::Sample health_sample() const;

 private:
  struct Machinery;
  explicit Simulator(std::unique_ptr<Machinery> machinery);
  std::unique_ptr<Machinery> machinery_;
};

}  // namespace metabatch
