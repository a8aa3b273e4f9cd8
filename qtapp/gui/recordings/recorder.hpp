// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>

#include "models/charts/arrival_ring.hpp"
#include "models/charts/sample.hpp"
#include "models/logs/flush_log.hpp"
#include "recording/session_lines.hpp"

namespace metabatch::gui {

/// Records everything that a session does, from any of its threads. It stores the newest arrivals
/// for replays, and writes everything to a file on request (docs/recording-format.md). The file
/// counts from its own beginning.
class Recorder {
 public:
  /// Records a report that was offered. Costs a copy of its keys, and a write to the file while one
  /// is open.
  ///
  /// @shape goesOn: its updates belong to the previous report
  void record(const Report& report, bool goesOn = false);
  void record(const models::FlushLine& flush);
  /// Records a sample. Settings that changed since the previous one are written before it.
  void record(const models::Sample& sample);
  void mark(const std::string& text);

  /// The recent arrivals. Does not wait for the file.
  [[nodiscard]] models::ArrivalRing arrivals();

  /// Writes to `file` from now on, instead of the previous file.
  ///
  /// @shape  head: `started` is filled in
  /// @return why the file cannot be written, or nothing
  std::optional<std::string> start(const std::string& file, SessionHead head);
  /// The recording that this call ended; nothing when none was written.
  struct Ended {
    std::string file;
    std::uint64_t bytes = 0;
  };
  std::optional<Ended> stop();
  /// The size of the running recording.
  [[nodiscard]] std::optional<std::uint64_t> bytes() const;
  /// Why the recording ended by itself since the last call (a full disk), or nothing.
  std::optional<std::string> takeProblem();

 private:
  void write(const std::string& lines);
  [[nodiscard]] Duration since(Instant at) const;

  std::mutex m_ringMutex;
  models::ArrivalRing m_ring;  // m_ringMutex
  Instant m_arrived{};         // m_ringMutex; the previous report
  std::atomic<bool> m_isRecording = false;
  std::mutex m_fileMutex;  // all below
  std::ofstream m_file;
  std::string m_name;
  std::string m_problem;
  std::string m_lines;  // its memory is reused
  Instant m_began{};
  std::atomic<std::uint64_t> m_bytes = 0;
  Config m_config;
  std::optional<models::Sample> m_first;  // what was counted before the recording began
  DelayHistogram m_delay;                 // of the previous sample
};

}  // namespace metabatch::gui
