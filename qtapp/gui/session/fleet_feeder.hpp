// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/lanes.hpp"
#include "gui/recordings/recorder.hpp"
#include "metabatch/simulation/fleet.hpp"

namespace metabatch::gui {

/// Rows of a fleet offered in the window: registering them takes seconds, in which the session does
/// nothing else.
inline constexpr int kMostFleetRows = 1'000'000;
/// Every fleet of the window has the same agents, so that it finds the rows that an earlier one
/// registered.
inline constexpr std::uint64_t kFleetSeed = 1;

/// Lets a simulated fleet report in real time, on a thread of its own.
class FleetFeeder {
 public:
  /// @owns `recorder`, which hears every report, outlives the feeder
  explicit FleetFeeder(Recorder& recorder) : m_recorder(recorder) {}
  ~FleetFeeder() { stop(); }

  /// Ends the fleet that reports, if one does, and lets another one begin.
  ///
  /// @owns `lanes` must outlive the feeder, or stop() comes first
  void start(const Fleet& fleet, engine::Lanes& lanes);
  void stop();

  /// How many reports were offered, by all fleets.
  [[nodiscard]] std::uint64_t reports() const { return m_reports; }

 private:
  void run(const Fleet& options, engine::Lanes& lanes);
  bool sleepUntil(std::chrono::steady_clock::time_point when);

  Recorder& m_recorder;
  std::thread m_thread;
  std::mutex m_mutex;
  std::condition_variable m_stopping;
  bool m_isStopping = false;  // m_mutex
  std::atomic<std::uint64_t> m_reports = 0;
};

}  // namespace metabatch::gui
