// SPDX-License-Identifier: Apache-2.0
#include "models/recordings/replay_progress.hpp"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr double kWaitWorthSaying = 2;  // seconds
constexpr double kFastest = 1e6;

struct Replay {
  Q_DECLARE_TR_FUNCTIONS(Replay)
};

QString stateText(const ReplayProgress& progress) {
  switch (progress.state) {
    case ReplayState::reading: return progress.lines == 0 ? Replay::tr("Waiting for the first line") : QString();
    case ReplayState::paused: return Replay::tr("Paused");
    case ReplayState::ended: return Replay::tr("End of the input");
    case ReplayState::failed: return Replay::tr("Reading failed: %1").arg(progress.why);
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
  QString bytes = bytesText(static_cast<double>(progress.bytes));
  if (progress.size > 0) bytes = Replay::tr("%1 of %2").arg(bytes, bytesText(static_cast<double>(progress.size)));
  parts += counted(progress.lines, "line") + ", " + bytes;
  if (progress.at) parts += Replay::tr("recorded at %1").arg(clockText(*progress.at));
  if (progress.untimed > 0)
    parts +=
        Replay::tr("%1 without a time, sent right after the previous line").arg(counted(progress.untimed, "report"));
  const bool isMoving = progress.state == ReplayState::reading;
  if (isMoving && progress.waitSeconds >= kWaitWorthSaying)
    parts += Replay::tr("next line in %1").arg(secondsText(std::ceil(progress.waitSeconds)));
  if (progress.badLines == 0 && progress.state == ReplayState::ended) parts += Replay::tr("no bad line");
  return parts.join(" · ");
}

QString speedText(double speed) {
  if (speed <= 0) return Replay::tr("as fast as possible");
  if (speed == 1) return Replay::tr("at the recorded pace");
  return Replay::tr("%1 times as fast").arg(rateText(speed));
}

std::optional<double> parseSpeed(const QString& text) {
  if (text == "max") return 0.0;
  bool isNumber = false;
  const double speed = text.toDouble(&isNumber);
  if (!isNumber || !(speed > 0) || speed > kFastest) return std::nullopt;
  return speed;
}

}  // namespace metabatch::models
