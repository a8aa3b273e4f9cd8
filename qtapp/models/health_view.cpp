// SPDX-License-Identifier: Apache-2.0
#include "models/health_view.hpp"

#include <QCoreApplication>
#include <cmath>

#include "models/finding_text.hpp"
#include "models/words.hpp"

namespace metabatch::models {
namespace {

struct Health {
  Q_DECLARE_TR_FUNCTIONS(Health)
};

QString spanText(const health::Assessment& health) {
  QString length = secondsText(std::round(std::chrono::duration<double>(health.span).count()));
  switch (health.start) {
    case health::WindowStart::full: return Health::tr("last %1").arg(length);
    case health::WindowStart::change: return Health::tr("since the change, %1").arg(length);
    case health::WindowStart::start: return Health::tr("since the start, %1").arg(length);
  }
  return length;
}

QString ratesText(const health::Rates& rates) {
  if (rates.unbatched <= 0) return Health::tr("No reports arrive.");
  return Health::tr("%1 writes and NOTIFYs a second instead of %2")
      .arg(rateText(rates.flushes + rates.failures + rates.notifies), rateText(rates.unbatched));
}

}  // namespace

Severity severityOf(health::Severity severity) {
  switch (severity) {
    case health::Severity::alarm: return Severity::alarm;
    case health::Severity::warning: return Severity::warning;
    case health::Severity::notice: return Severity::notice;
    case health::Severity::good: return Severity::good;
  }
  return Severity::notice;
}

health::Sample healthSample(const Sample& sample, const Condition& condition) {
  health::Sample shown{.at = sample.at,
                       .config = sample.config,
                       .counters = sample.counters,
                       .flushes = sample.flushes,
                       .reports = sample.reports,
                       .flush_time = sample.flushTime,
                       .now = {}};
  health::Now& now = shown.now;
  now.buffered_entries = sample.bufferedEntries;
  now.buffered_bytes = sample.bufferedBytes;
  now.oldest_age = sample.oldestAge;
  now.failures_in_a_row = condition.failuresInARow;
  now.failure = condition.failure;
  now.failure_detail = condition.lastFailure.toStdString();
  now.is_paused = condition.isFlushingPaused;
  now.is_closing = condition.isClosing;
  return shown;
}

HealthText healthText(const health::Collector& collector, const Sample& newest, const Condition& condition) {
  HealthText text;
  if (collector.is_empty()) {
    text.headline = Health::tr("Waiting for the first figures");
    text.saved = QStringLiteral("–");
    return text;
  }
  const health::Assessment health = health::assess(collector.facts());
  const bool isGood = health.state() == health::State::good && health.saved;
  text.severity = severityOf(health::severity_of(health.first().code));
  text.headline = isGood ? Health::tr("Saving %1").arg(percentText(*health.saved)) : headlineText(health.first());
  text.saved = health.saved ? Health::tr("%1 saved").arg(percentText(*health.saved)) : Health::tr("– saved");
  text.rates = ratesText(health.rates);
  text.span = spanText(health);
  for (const health::Finding& finding : health.findings) {
    QString line = findingText(finding);
    const bool hasRows = finding.code == health::Code::unmatched || finding.code == health::Code::table_emptied;
    if (hasRows) line = (line + ' ' + condition.registration).trimmed();
    text.lines.push_back(
        {severityOf(health::severity_of(finding.code)), line, health::advised(finding, newest.config)});
  }
  const auto row = [&](const QString& name, const QString& value) { text.figures.emplace_back(name, value); };
  const Counters& counters = newest.counters;
  row(Health::tr("updates a second"), rateText(health.rates.updates));
  row(Health::tr("buffered now"), withCommas(counters.held()));
  row(Health::tr("dropped since the start"), withCommas(counters.dropped()));
  row(Health::tr("failed flushes since the start"), withCommas(newest.flushes.total_failures()));
  row(Health::tr("oldest value now"),
      newest.oldestAge ? secondsText(std::chrono::duration<double>(*newest.oldestAge).count()) : QStringLiteral("–"));
  return text;
}

}  // namespace metabatch::models
