// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "fleet/arrivals.hpp"
#include "metabatch/batcher.hpp"
#include "metabatch/simulation/simulator.hpp"
#include "simulation/event_log.hpp"
#include "simulation/model_store.hpp"
#include "simulation/row_ages.hpp"
#include "simulation/samples.hpp"

namespace metabatch {

/// The machines' clocks when virtual time begins. It is far enough from 0 that "due at once", which
/// a machine reports as an instant long past, differs from a tick of this instant.
inline constexpr Instant kOrigin{std::chrono::hours(24)};

/// One batcher and its connection.
struct Replica {
  Replica(Batcher a_batcher, ModelStore a_store, std::uint64_t a_number)
      : batcher(std::move(a_batcher)), store(a_store), number(a_number) {}

  Batcher batcher;
  ModelStore store;
  std::uint64_t number;
  const Batch* batch = nullptr;  ///< in flight
  ModelFlight flight;
  std::vector<std::uint32_t> rows;  ///< of the batch in flight
  Duration took_at{};
  Duration deadline = kNever;  ///< when to ask for a batch; before now: at once
  Duration closes = kNever;    ///< when the final flush times out
  std::uint64_t drops = 0;     ///< since the last flush ended
  Duration busy{};
  Duration succeeded_at{};        ///< the last flush that did, or the start
  Duration apart_since = kNever;  ///< the first of the entries that are set apart
  std::uint64_t failures_in_a_row = 0;
  FailureClass failure = FailureClass::none;  ///< of the last flush
  double fullest = 0;                         ///< share of the capacity
  bool finished = false;
};

/// A complete simulation. At one instant things happen in this order: flushes end, settings change,
/// reports come (each followed by the flush that it makes due), ticks fire, a sample is taken,
/// arrivals end.
struct Simulator::Machinery {
  Machinery(const ValidScenario& a_scenario, std::unique_ptr<Arrivals> an_arrivals);

  void run_until(Duration until, std::uint64_t most_reports);
  Result<void> reconfigure(const Config& wanted);
  Result<Duration> set_fault(Fault fault, bool is_on, Duration not_before);
  [[nodiscard]] bool has_fault(Fault fault) const;

  [[nodiscard]] Counters counters() const;
  [[nodiscard]] Metrics metrics() const;
  [[nodiscard]] Summary summary(const Metrics& metrics) const;
  [[nodiscard]] Duration elapsed() const { return std::min(now, scenario.duration); }

  Scenario scenario;
  std::unique_ptr<Arrivals> arrivals;
  ModelTable table;
  RowAges ages;
  EventLog log;
  Samples samples;
  std::vector<Replica> replicas;
  Duration now{};
  std::uint64_t reports = 0, late = 0, repeated = 0;
  std::uint64_t agents = 0;
  bool closed = false;
  bool finished = false;

 private:
  [[nodiscard]] Instant instant() const { return kOrigin + now; }
  [[nodiscard]] Duration next_arrival() const;
  void break_flights(Duration at);
  bool deliver();
  void note_arrival(const Arrival& arrival);
  void before_arrivals();
  void after_arrivals();
  void recompute();
  void change_setting(const SettingChange& change);
  void poll(Replica& replica);
  bool take(Replica& replica);
  void complete(Replica& replica);
  void log_outcome(const Replica& replica, const FlushOutcome& outcome);
  void end_drops(Replica& replica);
  void close();
  void finish(Replica& replica);
  void sample();

  /// A fault that was begun while it runs: since when, and all other times of it.
  struct Begun {
    std::optional<Duration> at;
    std::vector<Window> others;
  };
  std::array<Begun, kFaults> begun_;
  std::size_t next_change_ = 0;
  Duration next_sample_;
  Duration before_at_ = kNever;  // the earliest flush that ends or setting that changes
  Duration after_at_ = kNever;   // the earliest deadline, sample or the end; never too late
};

}  // namespace metabatch
