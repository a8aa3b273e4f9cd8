// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/fleet.hpp"
#include "engine/lanes.hpp"

namespace metabatch::gui {

/// Rows of a fleet offered in the window: registering them takes seconds, in which the session does nothing else.
inline constexpr int kMostFleetRows = 1'000'000;

/// Lets a simulated fleet report in real time, on a thread of its own, and writes what it sent to a file when asked.
class FleetFeeder {
 public:
  ~FleetFeeder() { stop(); }

  /// Ends the fleet that reports, if one does, and lets another one begin.
  ///
  /// @owns `lanes` must outlive the feeder, or stop() comes first
  void start(const engine::FleetOptions& fleet, engine::Lanes& lanes);
  void stop();

  /// How many reports were offered, by all fleets.
  [[nodiscard]] std::uint64_t reports() const { return m_reports; }

  /// Writes every update sent from now on to `file`, as `metabatch ingest` reads them; empty: no more.
  ///
  /// @return why the file cannot be written, or why the one before is not whole, or nothing
  std::optional<std::string> record(const std::string& file);
  /// Why a recording that was running has ended, once.
  std::optional<std::string> takeTrouble();

 private:
  void run(const engine::FleetOptions& options, engine::Lanes& lanes);
  bool sleepUntil(std::chrono::steady_clock::time_point when);
  void write(const Report& report);
  std::optional<std::string> endFile();

  std::thread m_thread;
  std::mutex m_mutex;
  std::condition_variable m_stopping;
  bool m_isStopping = false;  // m_mutex
  std::atomic<std::uint64_t> m_reports = 0;
  std::mutex m_fileMutex;
  std::ofstream m_file;                  // m_fileMutex
  std::string m_fileName;                // m_fileMutex
  std::optional<std::string> m_trouble;  // m_fileMutex
  std::atomic<bool> m_isRecording = false;
  engine::Stamper m_stamper{engine::system_clock()};
};

}  // namespace metabatch::gui
