// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "metabatch/time.hpp"

namespace metabatch::models {

/// A line that was not taken, or of which something was left out.
struct LineProblem {
  quint64 line = 0;  ///< from 1
  QString what;
  bool operator==(const LineProblem&) const = default;
};

enum class ReplayState : std::uint8_t { reading, paused, ended, failed };

/// How far the replay of a file or a pipe is.
struct ReplayProgress {
  ReplayState state = ReplayState::reading;
  quint64 lines = 0;                  ///< read, and what was on them taken
  quint64 bytes = 0;                  ///< of those lines
  quint64 size = 0;                   ///< bytes in all; 0: not known, as of a pipe
  quint64 badLines = 0;               ///< not taken
  quint64 untimed = 0;                ///< reports, which carry no time: sent at once after the line before
  double speed = 1;                   ///< times the recorded pace; 0: as fast as possible
  double waitSeconds = 0;             ///< until the next line is due
  std::optional<WallTime> at;         ///< collected_at of the newest line sent
  QString why;                        ///< failed only
  std::vector<LineProblem> problems;  ///< since the progress before, in order
  quint64 unreported = 0;                 ///< problems too many to carry, counted only
};

/// 0 to 1; nothing where the size is not known.
std::optional<double> replayShare(const ReplayProgress& progress);
/// All of it in one line: how far, where in recorded time, what was bad, and why nothing moves where nothing does.
QString replayText(const ReplayProgress& progress);
/// `at the recorded pace`, `10 times as fast`, `as fast as possible`
QString speedText(double speed);
/// What `--speed` takes: a number above 0, or `max`.
std::optional<double> parseSpeed(const QString& text);

}  // namespace metabatch::models
