// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QThread>
#include <QUrl>
#include <memory>

#include "metabatch/prometheus.hpp"
#include "models/metrics/metrics_page.hpp"
#include "models/metrics/scrape.hpp"

namespace metabatch::gui {

/// Where somebody else's metrics are.
struct MetricsPlan {
  QUrl url;  ///< http or https, without user and password
  Duration every = std::chrono::seconds(5);
  QByteArray authorization{};  ///< the whole header; empty: none. Kept in memory only, never shown, never stored
  QString prefix = QString::fromUtf8(kDefaultMetricPrefix.data(), qsizetype(kDefaultMetricPrefix.size()));
};

/// What one request brought.
struct MetricsAnswer {
  Instant at{};
  QString why;  ///< there is no page: why, for people; else empty
  models::MetricsPage page;
  models::Scrape scrape;
};

class MetricsFetcher;

/// Scrapes a page of metrics again and again, on a thread of its own. Reads only: it sends nothing but GET.
class MetricsWatch : public QObject {
  Q_OBJECT

 public:
  static constexpr qint64 kMostBytes = qint64{16} << 20;  ///< of a page, unpacked

  explicit MetricsWatch(const MetricsPlan& plan, QObject* parent = nullptr);
  ~MetricsWatch() override;

  /// Ends soon, also amid a request; closed() follows.
  void close();

 signals:
  void answered(std::shared_ptr<const metabatch::gui::MetricsAnswer> answer);
  void closed();

 private:
  QThread m_thread;
  MetricsFetcher* m_fetcher;  // lives in m_thread; nullptr: closing, it goes with its thread
};

/// The address for people: without what may be secret in it.
QString shownUrl(const QUrl& url);
/// What is wrong with an address to scrape; empty: nothing.
QString wrongWithUrl(const QUrl& url);
/// How long a whole answer may take.
std::chrono::milliseconds patienceOf(Duration every);

}  // namespace metabatch::gui
