// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "metabatch/time.hpp"
#include "models/line_problem.hpp"

namespace metabatch::models {

enum class ReplayState : std::uint8_t { reading, paused, ended, failed };

/// The progress of a replay of a file or a pipe.
struct ReplayProgress {
  ReplayState state = ReplayState::reading;
  quint64 lines = 0;                  ///< lines that were read and whose content was added
  quint64 bytes = 0;                  ///< of those lines
  quint64 size = 0;                   ///< bytes in total; 0: unknown, as for a pipe
  quint64 badLines = 0;               ///< refused lines
  quint64 untimed = 0;                ///< reports without a time: sent at once after the line before
  double speed = 1;                   ///< times the recorded pace; 0: as fast as possible
  double waitSeconds = 0;             ///< until the next line is due
  std::optional<WallTime> at;         ///< collected_at of the newest line sent
  QString why;                        ///< failed only
  std::vector<LineProblem> problems;  ///< since the previous progress, in order
  quint64 unreported = 0;             ///< problems beyond that, only counted
};

/// 0 to 1; nothing when the size is unknown.
std::optional<double> replayShare(const ReplayProgress& progress);
/// All of it in one line: the progress, the position in recorded time, the bad lines, and why the
/// replay waits if it does.
QString replayText(const ReplayProgress& progress);
/// `at the recorded pace`, `10 times as fast`, `as fast as possible`
QString speedText(double speed);
/// Parses `--speed`: a number above 0, or `max`.
std::optional<double> parseSpeed(const QString& text);

}  // namespace metabatch::models
