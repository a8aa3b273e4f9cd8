// SPDX-License-Identifier: Apache-2.0
#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "models/metrics/scrape_series.hpp"
#include "models/words.hpp"

/// What the scrapes say in sentences.
namespace metabatch::models {
namespace {

constexpr double kRoomIsShort = 0.8;  // share of the room
constexpr quint64 kManyRestarts = 3;  // in a minute: not one process

using Lines = std::vector<HealthLine>;

struct Scraped {
  Q_DECLARE_TR_FUNCTIONS(Scraped)
};

quint64 whole(double count) { return static_cast<quint64>(std::llround(std::max(0.0, count))); }

void tellReach(Lines& lines, const ScrapeStatus& status) {
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
    lines.push_back({Severity::notice, Scraped::tr("The process began anew in the last minute: its counters went "
                                                   "back. What lies between is a gap.")});
}

void tellLosses(Lines& lines, const ScrapeStatus& status) {
  const auto tell = [&](std::optional<double> count, Severity severity, const char* noun, const QString& what) {
    if (count && whole(*count) > 0) lines.push_back({severity, what.arg(counted(whole(*count), noun))});
  };
  tell(status.failures, Severity::alarm, "flush attempt", Scraped::tr("%1 failed in the last minute."));
  tell(status.dropped, Severity::alarm, "update", Scraped::tr("%1 dropped in the last minute."));
  tell(status.quarantined, Severity::warning, "value", Scraped::tr("%1 refused by the database in the last minute."));
  tell(status.unmatched, Severity::warning, "update", Scraped::tr("%1 without a row in the last minute."));
  tell(status.publishErrors, Severity::warning, "notification",
       Scraped::tr("%1 could not be published in the last minute: watchers may be stale."));
  if (status.held && status.room && *status.room > 0 && *status.held / *status.room >= kRoomIsShort)
    lines.push_back({Severity::warning, Scraped::tr("The room is %1 full; new keys are dropped when it is full.")
                                            .arg(percentText(*status.held / *status.room))});
  if (status.listenerConnected && *status.listenerConnected < 1)
    lines.push_back({Severity::warning, Scraped::tr("Its listener has no connection.")});
}

void tellTrigger(Lines& lines, const ScrapeStatus& status) {
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

}  // namespace

std::vector<HealthLine> scrapeHealth(const ScrapeStatus& status) {
  Lines lines;
  tellReach(lines, status);
  tellLosses(lines, status);
  tellTrigger(lines, status);
  const bool isWell =
      std::all_of(lines.begin(), lines.end(), [](const HealthLine& line) { return line.severity < Severity::warning; });
  if (isWell && status.dropped) {
    const bool knowsFailures = status.failures.has_value();
    lines.push_back({Severity::good, knowsFailures ? Scraped::tr("Nothing is dropped, nothing fails.")
                                                   : Scraped::tr("Nothing is dropped; failed flushes are not in the "
                                                                 "metrics.")});
  }
  if (status.isReached && status.isKnownPage && !status.missing.isEmpty())
    lines.push_back({Severity::notice, Scraped::tr("Not in the metrics: %1.").arg(status.missing.join(", "))});
  std::stable_sort(lines.begin(), lines.end(),
                   [](const HealthLine& a, const HealthLine& b) { return a.severity > b.severity; });
  return lines;
}

QString scrapedHeadline(const ScrapeStatus& status) {
  if (!status.saved) return Scraped::tr("– saved");
  return Scraped::tr("≈ %1 saved").arg(percentText(*status.saved));
}

QString scrapedSavedText(const ScrapeStatus& status) {
  if (!status.isReached) return status.why.isEmpty() ? Scraped::tr("Waiting for the first scrape.") : QString();
  if (!status.writes) return Scraped::tr("A rate needs two scrapes.");
  if (!status.saved)
    return Scraped::tr("%1 writes a second; what they would be unbatched is not in the metrics")
        .arg(rateText(*status.writes));
  if (!status.notifies)
    return Scraped::tr(
               "%1 writes a second instead of about %2, one for each agent of a flush; NOTIFYs are not in "
               "the metrics")
        .arg(rateText(*status.writes), rateText(*status.unbatched));
  return Scraped::tr("%1 writes and NOTIFYs a second instead of about %2, two for each agent of a flush")
      .arg(rateText(*status.writes + *status.notifies), rateText(2 * *status.unbatched));
}

}  // namespace metabatch::models
