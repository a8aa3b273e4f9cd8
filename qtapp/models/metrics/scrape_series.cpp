// SPDX-License-Identifier: Apache-2.0
#include "models/metrics/scrape_series.hpp"

#include <algorithm>
#include <cmath>

namespace metabatch::models {
namespace {

constexpr std::string_view kBatches = "metadata_batches_total", kDuration = "metadata_flush_duration_seconds",
                           kSize = "metadata_batch_size", kUtilization = "metadata_batch_utilization",
                           kFlushed = "metadata_flushed_total", kDropped = "metadata_dropped_total",
                           kDroppedKeys = "metadata_dropped_keys_total", kCoalesced = "metadata_coalesced_total",
                           kStale = "metadata_stale_total", kChunks = "metadata_notify_chunks_total",
                           kPublishErrors = "metadata_publish_errors_total",
                           kFailures = "metadata_flush_failures_total", kUnmatched = "metadata_rows_unmatched_total",
                           kQuarantined = "metadata_quarantined_total", kDepth = "metadata_queue_depth",
                           kPending = "metadata_pending_entries", kQueueCapacity = "metadata_queue_capacity",
                           kAge = "metadata_oldest_entry_age_seconds", kReports = "metadata_reports_total",
                           kListener = "metadata_listener_connected";

std::string withReason(std::string_view name, std::size_t reason) {
  return std::string(name) + "." + std::string(name_of(static_cast<Reason>(reason)));
}

/// Flushes by reason. Without that counter, the number of observed durations counts.
std::optional<std::array<double, kReasons>> flushesOf(const Scrape& grown) {
  std::array<double, kReasons> found{};
  bool isKnown = grown.family(kBatches).has_value();
  const bool isCounted = isKnown;
  for (std::size_t i = 0; i < kReasons; ++i) {
    if (isCounted) {
      found[i] = grown.counter(withReason(kBatches, i)).value_or(0);
    } else if (const auto one = grown.histograms.find(withReason(kDuration, i)); one != grown.histograms.end()) {
      found[i] = one->second.count.value_or(0);
      isKnown = true;
    }
  }
  return isKnown ? std::optional(found) : std::nullopt;
}

std::optional<double> droppedOf(const Scrape& grown) {
  const auto all = grown.family(kDropped);
  return all ? all : grown.family(kDroppedKeys);
}

std::optional<double> per(std::optional<double> count, double seconds) {
  return count && seconds > 0 ? std::optional(*count / seconds) : std::nullopt;
}

void set(ScrapedValues& values, std::string_view series, std::optional<double> value, double scale = 1) {
  if (value) values.rates.emplace_back(series, *value * scale);
}

}  // namespace

void ScrapeSeries::miss(Instant at, const QString& why, LiveSeries& to) {
  m_status.isReached = false;
  m_status.why = why;
  ++m_status.misses;
  m_past.clear();
  to.append(ScrapedValues{.at = at, .rates = {}, .meanMilliseconds = {}});
}

/// The increase over the window, or over the part of it in which one process was scraped. Needs at
/// least two scrapes.
std::optional<Scrape> ScrapeSeries::since(Duration window, double& seconds) const {
  std::size_t first = m_past.size() - 1;
  while (first > 0 && !m_past[first].startsAnew && m_past[first].scrape.at > m_past.back().scrape.at - window) --first;
  if (first + 1 >= m_past.size()) return std::nullopt;
  seconds = std::chrono::duration<double>(m_past.back().scrape.at - m_past[first].scrape.at).count();
  return seconds > 0 ? between(m_past.back().scrape, m_past[first].scrape) : std::nullopt;
}

void ScrapeSeries::append(const MetricsPage& page, const Scrape& scrape, std::optional<double> received,
                          LiveSeries& to) {
  m_status.isReached = true;
  m_status.why.clear();
  m_status.misses = 0;
  ++m_status.scrapes;
  m_status.series = page.series;
  m_status.badLines = page.badLines;
  m_status.firstBad =
      page.bad.empty() ? QString() : Scraped::tr("line %1: %2").arg(page.bad[0].line).arg(page.bad[0].what);
  m_status.isKnownPage = !scrape.isEmpty();
  const bool isRestart = !m_past.empty() && !between(scrape, m_past.back().scrape);
  if (isRestart) {
    m_restarts.push_back(scrape.at);
    to.mark(scrape.at, Scraped::tr("counters restarted"));
  }
  m_past.push_back({scrape, isRestart || m_past.empty()});
  while (m_past.size() > 2 && m_past[1].scrape.at <= scrape.at - kSavedWindow) m_past.pop_front();
  while (!m_restarts.empty() && m_restarts.front() < scrape.at - kSavedWindow) m_restarts.pop_front();
  m_status.restarts = m_restarts.size();
  ScrapedValues values{.at = scrape.at, .rates = {}, .meanMilliseconds = {}};
  double seconds = 0;
  const auto grown = since(std::max(kRateWindow, m_every + m_every / 2), seconds);
  reportRates(grown.value_or(Scrape()), seconds, received, values);
  m_status.held = scrape.gauge(kDepth) ? scrape.gauge(kDepth) : scrape.gauge(kPending);
  m_status.room = scrape.gauge(kQueueCapacity);
  m_status.oldestAge = scrape.gauge(kAge);
  m_status.listenerConnected = scrape.gauge(kListener);
  set(values, "held", m_status.held);
  set(values, "buffer.limit", m_status.room);
  set(values, "oldest", m_status.oldestAge);
  if (const auto latest = since(Duration(1), seconds))
    for (std::size_t i = 0; i < kReasons; ++i)
      if (const auto one = latest->histograms.find(withReason(kDuration, i)); one != latest->histograms.end())
        if (const auto mean = one->second.mean()) values.meanMilliseconds[i] = *mean * 1e3;
  to.append(values);
  reportMinute();
  reportMissing(scrape, to);
}

void ScrapeSeries::reportRates(const Scrape& grown, double seconds, std::optional<double> received,
                               ScrapedValues& values) {
  const auto flushes = flushesOf(grown);
  const auto stack = [&](std::size_t reasons) {
    double sum = 0;
    for (std::size_t i = 0; flushes && i < reasons; ++i) sum += (*flushes)[i];
    return flushes ? per(sum, seconds) : std::nullopt;
  };
  m_status.writes = stack(kReasons);
  set(values, "writes", m_status.writes);
  set(values, "stack.capacity", stack(1));
  set(values, "stack.scheduled", stack(2));
  set(values, "stack.shutdown", stack(3));
  const ScrapedHistogram size = mergedHistogram(grown, kSize), duration = mergedHistogram(grown, kDuration);
  const auto counted = grown.family(kFlushed);
  m_status.entries = per(counted ? counted : size.sum, seconds);
  set(values, "entries", m_status.entries);
  const auto dropped = droppedOf(grown), coalesced = grown.counter(kCoalesced), stale = grown.counter(kStale);
  set(values, "dropped", per(dropped, seconds));
  set(values, "coalesced", per(coalesced, seconds));
  m_status.updates = m_status.entries && dropped && coalesced && stale
                         ? std::optional(*m_status.entries + (*dropped + *coalesced + *stale) / seconds)
                         : std::nullopt;
  set(values, "updates", m_status.updates);
  const auto reports = grown.counter(kReports);  // else each agent of a flush counts as one report
  m_status.unbatched = per(reports ? reports : mergedHistogram(grown, kUtilization).count, seconds);
  set(values, "unbatched", m_status.unbatched);
  m_status.isReceived = received.has_value();
  m_status.notifies = received ? received : per(grown.counter(kChunks), seconds);
  set(values, "notifies", m_status.notifies);
  reportSaved(values);
  reportHistograms(size, duration, values);
}

void ScrapeSeries::reportHistograms(const ScrapedHistogram& size, const ScrapedHistogram& duration,
                                    ScrapedValues& values) {
  m_status.meanSize = size.mean();
  set(values, "size.mean", m_status.meanSize);
  m_status.meanDuration = duration.mean();
  set(values, "duration.mean", m_status.meanDuration, 1e3);
  m_status.durationP99 = quantile(duration, 0.99);
  const auto add = [&](std::string_view series, const ScrapedHistogram& from, double share, double scale) {
    if (const auto found = quantile(from, share)) set(values, series, found->value, scale);
  };
  add("size.p50", size, 0.5, 1);
  add("size.p99", size, 0.99, 1);
  add("duration.p50", duration, 0.5, 1e3);
  add("duration.p99", duration, 0.99, 1e3);
}

/// A report would have been one write and one NOTIFY. When reports are not counted, each agent of a
/// flush reported at least once.
void ScrapeSeries::reportSaved(ScrapedValues& values) {
  m_status.saved.reset();
  if (!m_status.unbatched || !m_status.writes || *m_status.unbatched <= 0) return;
  const double batched = m_status.notifies ? (*m_status.writes + *m_status.notifies) / 2 : *m_status.writes;
  m_status.saved = std::max(0.0, 1 - batched / *m_status.unbatched);
  set(values, "saved", m_status.saved, 100);
}

void ScrapeSeries::reportMinute() {
  double seconds = 0;
  const Scrape grown = since(kSavedWindow, seconds).value_or(Scrape());
  m_status.dropped = droppedOf(grown);
  m_status.publishErrors = grown.family(kPublishErrors);
  m_status.failures = grown.family(kFailures);
  m_status.unmatched = grown.family(kUnmatched);
  m_status.quarantined = grown.family(kQuarantined);
  m_status.flushes = flushesOf(grown).value_or(std::array<double, kReasons>{});
}

void ScrapeSeries::reportMissing(const Scrape& scrape, LiveSeries& to) {
  std::set<std::string, std::less<>> series{
      "delay.p50",        "delay.p99",     "batch.limit", "size.capacity",      "size.scheduled",
      "size.shutdown",    "failed",        "outcome.ok",  "outcome.connection", "outcome.timeout",
      "outcome.conflict", "outcome.other", "interval"};
  QStringList words{Scraped::tr("settings"), Scraped::tr("delays")};
  const bool hasReports = scrape.counter(kReports).has_value();
  if (!hasReports) words += Scraped::tr("reports");
  const auto lacks = [&](bool isThere, std::initializer_list<const char*> which, const QString& what) {
    if (isThere) return;
    series.insert(which.begin(), which.end());
    words += what;
  };
  const auto histogram = [&](std::string_view name) { return mergedHistogram(scrape, name); };
  const ScrapedHistogram size = histogram(kSize), duration = histogram(kDuration);
  lacks(scrape.family(kBatches) || duration.count, {"writes", "stack.capacity", "stack.scheduled", "stack.shutdown"},
        Scraped::tr("flushes by reason"));
  lacks(duration.count.has_value(), {"duration.mean", "capacity", "scheduled", "shutdown"},
        Scraped::tr("flush durations"));
  lacks(size.count.has_value(), {"size.mean"}, Scraped::tr("batch sizes"));
  const bool isDivided = size.hasBuckets() || duration.hasBuckets();
  if (!size.hasBuckets()) series.insert({"size.p50", "size.p99"});
  if (!duration.hasBuckets()) series.insert({"duration.p50", "duration.p99"});
  lacks(isDivided || !(size.count || duration.count), {},
        Scraped::tr("quantiles (native histograms show their mean only in text)"));
  lacks(scrape.family(kFlushed) || size.sum, {"entries"}, Scraped::tr("entries"));
  lacks(droppedOf(scrape).has_value(), {"dropped"}, Scraped::tr("drops"));
  const bool knowsUpdates = scrape.counter(kCoalesced) && scrape.counter(kStale);
  lacks(knowsUpdates, {"coalesced", "updates"}, Scraped::tr("arriving and coalesced updates"));
  lacks(hasReports || histogram(kUtilization).count.has_value(), {"unbatched", "saved"},
        Scraped::tr("agents per flush"));
  lacks(scrape.counter(kChunks) || m_status.isReceived, {"notifies"}, Scraped::tr("NOTIFYs"));
  lacks(m_status.held.has_value(), {"held"}, Scraped::tr("buffered entries"));
  if (!m_status.oldestAge) series.insert("oldest");
  lacks(m_status.room.has_value(), {"buffer.limit"}, Scraped::tr("the capacity"));
  m_status.hasDivided = isDivided;
  m_status.missing = words;
  to.setMissing(std::move(series), Scraped::tr("not in the metrics"));
}

}  // namespace metabatch::models
