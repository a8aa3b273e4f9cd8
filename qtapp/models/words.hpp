// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <string_view>

#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"

/// Numbers and times for people, the same in every view.
namespace metabatch::models {

/// `1,234,567`
QString withCommas(quint64 number);
/// `1.8`, `60`, `12,345`: three significant digits or a whole number; an en dash for what was not
/// measured.
QString rateText(double rate);
/// The same for the labels of an axis, whose numbers are round: `0.002`, `50`, `10,000`.
QString axisText(double value);
/// `0.56 s`, `280 ms`, `3.1 ms`, `2 min 5 s`
QString secondsText(double seconds);
/// `96.9 %`
QString percentText(double share);
/// `12.3 MiB`
QString bytesText(double bytes);
/// `1 agent`, `2 agents`
QString counted(quint64 number, const char* noun);
QString uuidText(const Uuid& id);
inline QString text(std::string_view words) {
  return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
}
/// `14:03:07` in the time zone of the machine.
QString clockText(WallTime time, bool withMilliseconds = false);

}  // namespace metabatch::models
