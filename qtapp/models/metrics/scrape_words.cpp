// SPDX-License-Identifier: Apache-2.0
#include "models/metrics/scrape_words.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "models/words.hpp"

/// Describes scrapes in sentences.
namespace metabatch::models {
namespace {

constexpr double kNearlyFull = 0.8;   // share of the buffer
constexpr quint64 kManyRestarts = 3;  // restarts in a minute: more than one process

using Lines = std::vector<HealthLine>;

quint64 whole(double count) { return static_cast<quint64>(std::llround(std::max(0.0, count))); }

void reportReach(Lines& lines, const ScrapeStatus& status) {
  if (!status.isReached) {
    if (!status.why.isEmpty())
      lines.push_back({Severity::alarm, Scraped::tr("The metrics cannot be read: %1. %2 missed; nothing is shown "
                                                    "for that time.")
                                            .arg(status.why, counted(status.misses, "scrape"))});
    return;
  }
  if (!status.isKnownPage)
    lines.push_back(
        {Severity::warning, Scraped::tr("The page has %1 and none of a metadata batcher: another "
                                        "process, or another prefix?")
                                .arg(status.series == 1 ? Scraped::tr("1 series")
                                                        : Scraped::tr("%1 series").arg(withCommas(status.series)))});
  if (status.badLines > 0)
    lines.push_back({Severity::warning, Scraped::tr("%1 of the page cannot be read, the first is %2.")
                                            .arg(counted(status.badLines, "line"), status.firstBad)});
  if (status.restarts >= kManyRestarts)
    lines.push_back(
        {Severity::warning, Scraped::tr("Counters went back %1 times in the last minute: does this address lead to "
                                        "several replicas in turn? Scrape one of them.")
                                .arg(status.restarts)});
  else if (status.restarts > 0)
    lines.push_back(
        {Severity::notice,
         Scraped::tr(
             "The process restarted in the last minute, so its counters went back. The charts have a gap there.")});
}

void reportLosses(Lines& lines, const ScrapeStatus& status) {
  const auto add = [&](std::optional<double> count, Severity severity, const char* noun, const QString& what) {
    if (count && whole(*count) > 0) lines.push_back({severity, what.arg(counted(whole(*count), noun))});
  };
  add(status.failures, Severity::alarm, "flush attempt", Scraped::tr("%1 failed in the last minute."));
  add(status.dropped, Severity::alarm, "update", Scraped::tr("%1 dropped in the last minute."));
  add(status.quarantined, Severity::warning, "value", Scraped::tr("%1 refused by the database in the last minute."));
  add(status.unmatched, Severity::warning, "update", Scraped::tr("%1 without a row in the last minute."));
  add(status.publishErrors, Severity::warning, "notification",
      Scraped::tr("%1 could not be published in the last minute: watchers may be stale."));
  if (status.held && status.room && *status.room > 0 && *status.held / *status.room >= kNearlyFull)
    lines.push_back({Severity::warning, Scraped::tr("The buffer is %1 full; new keys are dropped when it is full.")
                                            .arg(percentText(*status.held / *status.room))});
  if (status.listenerConnected && *status.listenerConnected < 1)
    lines.push_back({Severity::warning, Scraped::tr("Its listener has no connection.")});
}

void reportTrigger(Lines& lines, const ScrapeStatus& status) {
  if (!status.isReached || !status.isKnownPage || !status.writes) return;
  const double all = status.flushes[0] + status.flushes[1] + status.flushes[2];
  const auto capacity = static_cast<std::size_t>(Reason::capacity);
  if (all <= 0) {
    lines.push_back({Severity::notice, Scraped::tr("No flush in the last minute: no updates arrive.")});
    return;
  }
  const double share = status.flushes[capacity] / all;
  const QString size =
      status.meanSize ? Scraped::tr(", %1 entries on average").arg(rateText(std::round(*status.meanSize))) : QString();
  if (share >= 0.5)
    lines.push_back({Severity::good, Scraped::tr("Flushing on capacity: %1 of the flushes of the last minute were "
                                                 "full batches%2; a larger batch size saves more and delays more.")
                                         .arg(percentText(share), size)});
  else
    lines.push_back({Severity::good, Scraped::tr("Flushing on the interval: %1 of the flushes of the last minute "
                                                 "were not full%2; a longer interval saves more and delays more.")
                                         .arg(percentText(1 - share), size)});
}

QString savedText(const ScrapeStatus& status) {
  const bool isAllowed = status.isReached && status.saved && whole(status.dropped.value_or(0)) == 0 &&
                         whole(status.failures.value_or(0)) == 0;
  return isAllowed ? Scraped::tr("≈ %1 saved").arg(percentText(*status.saved)) : Scraped::tr("– saved");
}

QString ratesText(const ScrapeStatus& status) {
  if (!status.isReached) return status.why.isEmpty() ? Scraped::tr("Waiting for the first scrape.") : QString();
  if (!status.writes) return Scraped::tr("A rate needs two scrapes.");
  if (!status.saved)
    return Scraped::tr("%1 writes a second; the metrics do not show how many there would be without batching")
        .arg(rateText(*status.writes));
  if (!status.notifies)
    return Scraped::tr(
               "%1 writes a second instead of about %2, one for each agent of a flush; NOTIFYs are not in "
               "the metrics")
        .arg(rateText(*status.writes), rateText(*status.unbatched));
  return Scraped::tr("%1 writes and NOTIFYs a second instead of about %2, two for each agent of a flush")
      .arg(rateText(*status.writes + *status.notifies), rateText(2 * *status.unbatched));
}

QString headlineOf(const ScrapeStatus& status, const QString& saved) {
  if (!status.isReached && !status.why.isEmpty()) return Scraped::tr("The metrics cannot be read");
  if (!status.isReached) return Scraped::tr("Waiting for the first scrape");
  if (!status.isKnownPage) return Scraped::tr("No metrics of a batcher");
  if (whole(status.dropped.value_or(0)) > 0)
    return Scraped::tr("Losing: %1 dropped").arg(counted(whole(*status.dropped), "update"));
  if (whole(status.failures.value_or(0)) > 0)
    return Scraped::tr("%1 failed").arg(counted(whole(*status.failures), "flush attempt"));
  if (whole(status.publishErrors.value_or(0)) > 0) return Scraped::tr("Watchers are not notified");
  if (status.writes && *status.writes == 0) return Scraped::tr("Idle: no updates arrive");
  return status.saved ? saved : Scraped::tr("Measuring");
}

void addFigures(HealthText& text, const ScrapeStatus& status) {
  const auto row = [&](const QString& name, const QString& value) { text.figures.emplace_back(name, value); };
  const auto rate = [](std::optional<double> value) { return value ? rateText(*value) : QStringLiteral("–"); };
  row(Scraped::tr("entries a second"), rate(status.entries));
  row(Scraped::tr("entries a flush"), rate(status.meanSize));
  row(Scraped::tr("flush takes"), status.meanDuration ? secondsText(*status.meanDuration) : QStringLiteral("–"));
  if (const auto& p99 = status.durationP99)
    row(Scraped::tr("flush p99"), (p99->isAtLeast ? Scraped::tr("over ") : QString()) + secondsText(p99->value));
  row(Scraped::tr("dropped"), rate(status.dropped));
  if (status.oldestAge) row(Scraped::tr("oldest value now"), secondsText(*status.oldestAge));
}

}  // namespace

HealthText scrapedHealth(const ScrapeStatus& status) {
  HealthText text;
  Lines& lines = text.lines;
  reportReach(lines, status);
  reportLosses(lines, status);
  reportTrigger(lines, status);
  const bool isWell =
      std::all_of(lines.begin(), lines.end(), [](const HealthLine& line) { return line.severity < Severity::warning; });
  if (isWell && status.dropped)
    lines.push_back({Severity::good, status.failures.has_value()
                                         ? Scraped::tr("Nothing is dropped, nothing fails.")
                                         : Scraped::tr("Nothing is dropped; failed flushes are not in the metrics.")});
  if (status.isReached && status.isKnownPage && !status.missing.isEmpty())
    lines.push_back({Severity::notice, Scraped::tr("Not in the metrics: %1.").arg(status.missing.join(", "))});
  std::stable_sort(lines.begin(), lines.end(),
                   [](const HealthLine& a, const HealthLine& b) { return a.severity > b.severity; });
  text.saved = savedText(status);
  text.rates = ratesText(status);
  text.headline = headlineOf(status, text.saved);
  text.severity = lines.empty() ? Severity::notice : lines.front().severity;
  text.span = Scraped::tr("last minute");
  addFigures(text, status);
  return text;
}

}  // namespace metabatch::models
