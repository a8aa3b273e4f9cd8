// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QStringList>
#include <deque>
#include <set>

#include "models/charts/live_series.hpp"
#include "models/metrics/scrape.hpp"

namespace metabatch::models {

/// The translations of what is said of scrapes.
struct Scraped {
  Q_DECLARE_TR_FUNCTIONS(Scraped)
};

/// The facts from the scrapes of a foreign batcher, in the words of the dashboard. An empty value
/// is not in the metrics, or was not measured yet.
struct ScrapeStatus {
  bool isReached = false;    ///< the newest scrape was read
  QString why;               ///< !isReached: why, once a scrape was tried
  quint64 misses = 0;        ///< in a row
  quint64 scrapes = 0;       ///< that were read
  quint64 series = 0;        ///< on the page
  bool isKnownPage = false;  ///< the page has metrics of a batcher
  quint64 badLines = 0;      ///< of the page
  QString firstBad;
  quint64 restarts = 0;     ///< in the last minute
  bool hasDivided = false;  ///< histograms with buckets, not only native ones
  bool isReceived = false;  ///< the NOTIFYs are those received on the channel
  // Rates a second, over the window of rates:
  std::optional<double> writes, notifies, unbatched, entries, updates;
  std::optional<double> saved;                   ///< share, 0 to 1; of writes alone while notifies are not known
  std::optional<double> meanSize, meanDuration;  ///< entries, seconds
  std::optional<BucketQuantile> durationP99;     ///< seconds
  // In the last minute:
  std::optional<double> dropped, publishErrors, failures, unmatched, quarantined;
  std::array<double, kReasons> flushes{};
  // Now:
  std::optional<double> held, room, oldestAge, listenerConnected;
  QStringList missing;  ///< what a dashboard would show but the page does not have, in words
};

/// Turns scrapes into the series of the dashboard. A rate is the mean between scrapes of one
/// process. After a failed scrape or a restart nothing is measured until the next pair: the chart
/// has a gap, never a line and never zero.
class ScrapeSeries {
 public:
  explicit ScrapeSeries(Duration every) : m_every(every) {}

  /// A page was read.
  ///
  /// @shape received: NOTIFYs a second on the channel, if somebody listens to it
  void append(const MetricsPage& page, const Scrape& scrape, std::optional<double> received, LiveSeries& to);
  /// No page was received.
  void miss(Instant at, const QString& why, LiveSeries& to);
  [[nodiscard]] const ScrapeStatus& status() const { return m_status; }

 private:
  struct Past {
    Scrape scrape;
    bool startsAnew = false;  // earlier scrapes cannot be subtracted
  };
  [[nodiscard]] std::optional<Scrape> since(Duration window, double& seconds) const;
  void reportRates(const Scrape& grown, double seconds, std::optional<double> received, ScrapedValues& values);
  void reportHistograms(const ScrapedHistogram& size, const ScrapedHistogram& duration, ScrapedValues& values);
  void reportSaved(ScrapedValues& values);
  void reportMinute();
  void reportMissing(const Scrape& scrape, LiveSeries& to);

  const Duration m_every;
  std::deque<Past> m_past;  // of the last minute
  std::deque<Instant> m_restarts;
  ScrapeStatus m_status;
};

}  // namespace metabatch::models
