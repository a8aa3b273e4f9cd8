// SPDX-License-Identifier: Apache-2.0
#include "models/health.hpp"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr double kRoomIsShort = 0.8;  // share of the room that is held

using Lines = std::vector<HealthLine>;

struct Health {
  Q_DECLARE_TR_FUNCTIONS(Health)
};

void tellFailures(Lines& lines, const Condition& condition, const Sample& sample) {
  if (condition.failuresInARow == 0) return;
  const bool isKept = sample.config.on_failure == OnFailure::retain;
  lines.push_back(
      {Severity::alarm, Health::tr("Flushes fail (%1 in a row): %2. %3")
                            .arg(withCommas(condition.failuresInARow), condition.lastFailure,
                                 isKept ? Health::tr("Nothing is lost: what was not written is kept and tried again.")
                                        : Health::tr("What was not written is discarded (on-failure)."))});
}

void tellLosses(Lines& lines, const Condition& condition, const Summary& minute, const Sample& sample) {
  const Counters& counters = minute.counters;
  if (counters.dropped_full > 0)
    lines.push_back({Severity::alarm, Health::tr("%1 dropped in the last minute for want of room: raise queue "
                                                 "capacity above %2, or find out why writing is slow.")
                                          .arg(counted(counters.dropped_full, "update"),
                                               withCommas(static_cast<quint64>(sample.config.queue_capacity)))});
  if (counters.discarded > 0)
    lines.push_back(
        {Severity::alarm, Health::tr("%1 discarded in the last minute.").arg(counted(counters.discarded, "update"))});
  if (counters.quarantined > 0)
    lines.push_back(
        {Severity::warning, Health::tr("%1 refused by the database in the last minute: see the Quarantine page.")
                                .arg(counted(counters.quarantined, "value"))});
  if (counters.unmatched > 0)
    lines.push_back(
        {Severity::warning, (Health::tr("%1 without a row in the last minute: those agents or keys are not registered.")
                                 .arg(counted(counters.unmatched, "update")) +
                             ' ' + condition.registration)
                                .trimmed()});
  if (minute.flushes.publish_errors > 0)
    lines.push_back(
        {Severity::warning, Health::tr("%1 could not be published in the last minute: watchers may be stale.")
                                .arg(counted(minute.flushes.publish_errors, "notification"))});
}

void tellRoom(Lines& lines, const Condition& condition, const Sample& sample) {
  const double share = std::max(static_cast<double>(sample.roomEntries) /
                                    static_cast<double>(std::max<std::int64_t>(sample.config.queue_capacity, 1)),
                                static_cast<double>(sample.roomBytes) /
                                    static_cast<double>(std::max<std::int64_t>(sample.config.queue_bytes, 1)));
  if (share >= kRoomIsShort)
    lines.push_back({Severity::warning,
                     Health::tr("The room is %1 full; new keys are dropped when it is full.").arg(percentText(share))});
  if (condition.isFlushingPaused)
    lines.push_back({Severity::notice, Health::tr("Flushing is paused: %1 held, nothing is written.")
                                           .arg(counted(sample.counters.held(), "update"))});
}

HealthLine trigger(const Summary& minute, const Config& config) {
  const Filling found = filling(minute, config);
  const QString interval = QString::fromStdString(format_duration(config.interval));
  const QString size = withCommas(static_cast<quint64>(config.batch_size));
  switch (found.trigger) {
    case Trigger::nothing: return {Severity::notice, Health::tr("No updates arrive.")};
    case Trigger::capacity: {
      const auto enough = static_cast<quint64>(std::ceil(found.entries_an_interval));
      const QString advice =
          enough < static_cast<quint64>(kMaxBatchSize)
              ? Health::tr("raise batch size above %1 to let the %2 interval decide").arg(withCommas(enough), interval)
              : Health::tr("batches are as large as they may be");
      return {Severity::good,
              Health::tr("Flushing on capacity: %1 entries fill in %2, the %3 interval is never reached; %4.")
                  .arg(size, secondsText(found.fill_seconds), interval, advice)};
    }
    case Trigger::interval:
      return {Severity::good,
              Health::tr("Flushing on the interval: about %1 entries arrive in %2, fewer than the batch size of %3; "
                         "a longer interval saves more and delays more.")
                  .arg(rateText(std::round(found.entries_an_interval)), interval, size)};
  }
  return {};
}

}  // namespace

std::vector<HealthLine> health(const LiveSeries& series, const Condition& condition) {
  const Summary& minute = series.lastMinute();
  if (series.isEmpty() || minute.seconds <= 0) return {};
  const Sample& sample = series.latest();
  Lines lines;
  tellFailures(lines, condition, sample);
  tellLosses(lines, condition, minute, sample);
  tellRoom(lines, condition, sample);
  lines.push_back(trigger(minute, sample.config));
  const bool isWell =
      std::all_of(lines.begin(), lines.end(), [](const HealthLine& line) { return line.severity < Severity::warning; });
  if (isWell && minute.counters.offered > 0)
    lines.push_back({Severity::good, Health::tr("Nothing is dropped, nothing fails.")});
  std::stable_sort(lines.begin(), lines.end(),
                   [](const HealthLine& a, const HealthLine& b) { return a.severity > b.severity; });
  return lines;
}

QString savedText(const Summary& summary) {
  if (summary.unbatched_db_writes_per_s <= 0) return Health::tr("No reports arrive.");
  const QString alone = rateText(summary.unbatched_db_writes_per_s + summary.unbatched_notifies_per_s);
  const QString batched = rateText(summary.db_writes_per_s + summary.notifies_per_s);
  return Health::tr("%1 writes and NOTIFYs a second instead of %2").arg(batched, alone);
}

}  // namespace metabatch::models
