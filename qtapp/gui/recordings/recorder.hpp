// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>

#include "recording/session_lines.hpp"
#include "models/charts/arrival_ring.hpp"
#include "models/logs/flush_log.hpp"
#include "models/charts/sample.hpp"

namespace metabatch::gui {

/// Records all that a session does, from any of its threads: keeps the newest arrivals to be played again, and writes
/// everything to a file when asked (docs/recording-format.md). What happened before the file began is not counted in it.
class Recorder {
 public:
  /// A report was offered. Costs a copy of its keys, and a write to the file while one is open.
  ///
  /// @shape goesOn: its updates belong to the report before
  void record(const Report& report, bool goesOn = false);
  void record(const models::FlushLine& flush);
  /// Settings that changed since the sample before are written before it.
  void record(const models::Sample& sample);
  void mark(const std::string& text);

  /// What arrived lately. Waits for no file.
  [[nodiscard]] models::ArrivalRing arrivals();

  /// Writes from now on to `file`, instead of the one before.
  ///
  /// @shape  head: `started` is filled in
  /// @return why the file cannot be written, or nothing
  std::optional<std::string> start(const std::string& file, SessionHead head);
  /// The recording that ended by this; nothing where none was written.
  struct Ended {
    std::string file;
    std::uint64_t bytes = 0;
  };
  std::optional<Ended> stop();
  /// The size of the recording that is being written.
  [[nodiscard]] std::optional<std::uint64_t> bytes() const;
  /// Why the recording ended by itself since it was asked last (a full disk), or nothing.
  std::optional<std::string> takeProblem();

 private:
  void write(const std::string& lines);
  [[nodiscard]] Duration since(Instant at) const;

  std::mutex m_ringMutex;
  models::ArrivalRing m_ring;  // m_ringMutex
  Instant m_arrived{};         // m_ringMutex; the report before
  std::atomic<bool> m_isRecording = false;
  std::mutex m_fileMutex;  // all below
  std::ofstream m_file;
  std::string m_name;
  std::string m_problem;
  std::string m_lines;  // its memory is used again
  Instant m_began{};
  std::atomic<std::uint64_t> m_bytes = 0;
  Config m_config;
  std::optional<models::Sample> m_first;  // what was counted before the recording began
  DelayHistogram m_delay;                 // of the sample before
};

}  // namespace metabatch::gui
