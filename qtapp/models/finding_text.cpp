// SPDX-License-Identifier: Apache-2.0
#include "models/finding_text.hpp"

#include <QCoreApplication>
#include <cmath>

#include "health/text.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

// The names of all codes, for translators.
[[maybe_unused]] constexpr const char* kPatterns[] = {QT_TRANSLATE_NOOP("HealthHeadline", "unreachable"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "unreachable"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "measuring"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "measuring"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "not_writing"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "not_writing"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "not_writing_paused"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "not_writing_paused"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "dropped_full"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "dropped_full"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "dropped_full_bytes"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "dropped_full_bytes"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "dropped_fifo"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "dropped_fifo"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "dropped_agent_full"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "dropped_agent_full"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "dropped_closed"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "dropped_closed"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "discarded"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "discarded"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "quarantined"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "quarantined"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "behind_batch"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "behind_batch"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "behind_small"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "behind_small"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "behind_database"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "behind_database"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "flushes_failing"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "flushes_failing"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "flush_failures"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "flush_failures"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "table_emptied"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "table_emptied"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "publish_errors"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "publish_errors"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "not_listening"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "not_listening"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "rows_stale"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "rows_stale"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "unmatched"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "unmatched"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "locked"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "locked"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "rows_in_future"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "rows_in_future"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "buffer_nearly_full"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "buffer_nearly_full"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "notify_queue"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "notify_queue"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "paused"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "paused"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "closing"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "closing"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "spool_waiting"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "spool_waiting"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "idle"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "idle"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "database_decides"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "database_decides"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "capacity_decides"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "capacity_decides"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "largest_batch"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "largest_batch"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "interval_decides"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "interval_decides"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "values_repeat"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "values_repeat"),
                                                      QT_TRANSLATE_NOOP("HealthHeadline", "values_left_out"),
                                                      QT_TRANSLATE_NOOP("HealthSentence", "values_left_out")};

QString fillText(double seconds) {
  if (seconds == 0) return QCoreApplication::translate("Health", "the buffer is full");
  if (!std::isfinite(seconds)) return QCoreApplication::translate("Health", "the buffer does not grow");
  return QCoreApplication::translate("Health", "the buffer is full in %1").arg(secondsText(std::round(seconds)));
}

QString behindText(double behind) {
  if (!std::isfinite(behind)) return {};
  return QCoreApplication::translate("Health", " (this host's is %1 behind the newest row)")
      .arg(secondsText(std::round(behind)));
}

QString forText(double seconds) {
  if (!std::isfinite(seconds)) return {};
  return QCoreApplication::translate("Health", " for %1").arg(secondsText(std::round(seconds)));
}

QString causeText(const health::Finding& finding) {
  QString cause = QString::fromStdString(finding.detail).section('\n', 0, 0).trimmed();
  if (cause.isEmpty() && finding.failure != FailureClass::none) cause = text(name_of(finding.failure));
  return cause.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(cause);
}

QString valueText(double value, QChar form) {
  switch (form.unicode()) {
    case 's': return secondsText(value < 1 ? value : std::round(value));
    case 'n': return withCommas(static_cast<quint64>(std::llround(std::max(value, 0.0))));
    case 'p': return percentText(value);
    case 'b': return bytesText(value);
    case 'f': return fillText(value);
    case 'c': return behindText(value);
    case 'd': return forText(value);
    default: return rateText(value);
  }
}

/// Returns nothing when the language of the window has no pattern for the code.
QString filled(const char* context, const health::Finding& finding) {
  const QString name = text(health::name_of(finding.code));
  const QString pattern = QCoreApplication::translate(context, name.toLatin1());
  if (pattern == name) return {};
  QString filled;
  for (qsizetype at = 0; at < pattern.size(); ++at) {
    const qsizetype end = pattern[at] == '{' ? pattern.indexOf('}', at) : -1;
    if (end < 0) {
      filled += pattern[at];
      continue;
    }
    const auto index = static_cast<std::size_t>(pattern[at + 1].digitValue());
    filled += pattern[at + 1] == 'c'     ? causeText(finding)
              : index < health::kNumbers ? valueText(finding.numbers[index], pattern[at + 2])
                                         : QString();
    at = end;
  }
  return filled;
}

}  // namespace

QString findingText(const health::Finding& finding) {
  const QString translated = filled("HealthSentence", finding);
  return translated.isEmpty() ? QString::fromStdString(health::describe(finding)) : translated;
}

QString headlineText(const health::Finding& finding) {
  const QString translated = filled("HealthHeadline", finding);
  return translated.isEmpty() ? QString::fromStdString(health::headline(finding)) : translated;
}

}  // namespace metabatch::models
