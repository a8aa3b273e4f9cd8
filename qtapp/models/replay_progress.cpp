// SPDX-License-Identifier: Apache-2.0
#include "models/replay_progress.hpp"

#include <QStringList>
#include <algorithm>
#include <cmath>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr double kWaitWorthSaying = 2;  // seconds
constexpr double kFastest = 1e6;

QString stateText(const ReplayProgress& progress) {
  switch (progress.state) {
    case ReplayState::reading: return progress.lines == 0 ? QStringLiteral("Waiting for the first line") : QString();
    case ReplayState::paused: return QStringLiteral("Paused");
    case ReplayState::ended: return QStringLiteral("End of the input");
    case ReplayState::failed: return "Reading failed: " + progress.why;
  }
  return {};
}

}  // namespace

std::optional<double> replayShare(const ReplayProgress& progress) {
  if (progress.size == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(progress.bytes) / static_cast<double>(progress.size));
}

QString replayText(const ReplayProgress& progress) {
  QStringList parts;
  const QString state = stateText(progress);
  if (!state.isEmpty()) parts += state;
  QString read = counted(progress.lines, "line") + ", " + bytesText(static_cast<double>(progress.bytes));
  if (progress.size > 0) read += " of " + bytesText(static_cast<double>(progress.size));
  parts += read;
  if (progress.at) parts += "recorded at " + clockText(*progress.at);
  if (progress.untimed > 0)
    parts += counted(progress.untimed, "report") + " without a time, each sent right after the line before it";
  const bool isMoving = progress.state == ReplayState::reading;
  if (isMoving && progress.waitSeconds >= kWaitWorthSaying)
    parts += "next line in " + secondsText(std::ceil(progress.waitSeconds));
  if (progress.badLines == 0 && progress.state == ReplayState::ended) parts += QStringLiteral("no bad line");
  return parts.join(" · ");
}

QString speedText(double speed) {
  if (speed <= 0) return QStringLiteral("as fast as possible");
  if (speed == 1) return QStringLiteral("at the recorded pace");
  return QStringLiteral("%1 times as fast").arg(rateText(speed));
}

std::optional<double> parseSpeed(const QString& text) {
  if (text == "max") return 0.0;
  bool isNumber = false;
  const double speed = text.toDouble(&isNumber);
  if (!isNumber || !(speed > 0) || speed > kFastest) return std::nullopt;
  return speed;
}

}  // namespace metabatch::models
