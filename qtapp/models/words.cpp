// SPDX-License-Identifier: Apache-2.0
#include "models/words.hpp"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <limits>

namespace metabatch::models {
namespace {

// All counted nouns, for translators: the word alone, in the forms that numbers ask for.
[[maybe_unused]] constexpr const char* kNouns[][3] = {
    QT_TRANSLATE_N_NOOP3("counted", "agent", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "byte", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "finding", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "flush", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "flush attempt", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "line", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "notice", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "notification", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "problem", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "report", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "scrape", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "update", "a noun after a number"),
    QT_TRANSLATE_N_NOOP3("counted", "value", "a noun after a number")};

const QLocale& english() {
  static const QLocale locale(QLocale::English, QLocale::UnitedStates);
  return locale;
}

}  // namespace

QString withCommas(quint64 number) { return english().toString(number); }

QString rateText(double rate) {
  if (!std::isfinite(rate)) return QStringLiteral("–");
  if (rate == 0) return QStringLiteral("0");
  const double size = std::abs(rate);
  if (size < 0.005) return QStringLiteral("< 0.01");
  if (size >= 99.95) return english().toString(rate, 'f', 0);
  QString text = english().toString(rate, 'f', size < 9.995 ? 2 : 1);
  while (text.contains('.') && (text.endsWith('0') || text.endsWith('.'))) text.chop(1);
  return text;
}

QString axisText(double value) {
  if (value == 0) return QStringLiteral("0");
  return std::abs(value) < 0.1 ? english().toString(value, 'g', 3) : rateText(value);
}

QString secondsText(double seconds) {
  if (!std::isfinite(seconds)) return QStringLiteral("–");
  if (seconds < 0.9995) return rateText(seconds * 1e3) + " ms";
  if (seconds < 60) return rateText(seconds) + " s";
  const auto whole = static_cast<qint64>(std::llround(seconds));
  const qint64 hours = whole / 3600, minutes = whole % 3600 / 60;
  if (hours > 0) return QStringLiteral("%1 h %2 min").arg(hours).arg(minutes);
  return whole % 60 == 0 ? QStringLiteral("%1 min").arg(minutes)
                         : QStringLiteral("%1 min %2 s").arg(minutes).arg(whole % 60);
}

QString percentText(double share) {
  if (!std::isfinite(share)) return QStringLiteral("–");
  // Never rounds up to all: 99.97 % saved is not 100 %.
  const double shown = share * 100 >= 99.95 && share < 1 ? std::floor(share * 1e4) / 100 : share * 100;
  return english().toString(shown, 'f', share >= 0.9995 && share < 1 ? 2 : 1) + " %";
}

QString bytesText(double bytes) {
  if (bytes < 1024) return withCommas(static_cast<quint64>(bytes)) + " B";
  if (bytes < 1024.0 * 1024) return rateText(bytes / 1024) + " KiB";
  return rateText(bytes / 1024 / 1024) + " MiB";
}

QString counted(quint64 number, const char* noun) {
  const auto some = static_cast<int>(std::min<quint64>(number, std::numeric_limits<int>::max()));
  QString word = QCoreApplication::translate("counted", noun, nullptr, some);
  const bool isEnglish = word == QLatin1String(noun);
  if (isEnglish && number != 1) word += word.endsWith("sh") ? QStringLiteral("es") : QStringLiteral("s");
  return withCommas(number) + ' ' + word;
}

QString uuidText(const Uuid& id) { return QString::fromStdString(format_uuid(id)); }

QString clockText(WallTime time, bool withMilliseconds) {
  const qint64 ms = time.time_since_epoch().count() / 1000;
  return QDateTime::fromMSecsSinceEpoch(ms).toString(withMilliseconds ? "hh:mm:ss.zzz" : "hh:mm:ss");
}

}  // namespace metabatch::models
