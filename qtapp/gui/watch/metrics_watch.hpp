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

/// Where the metrics of a foreign batcher are.
struct MetricsPlan {
  QUrl url;  ///< http or https, without user and password
  Duration every = std::chrono::seconds(5);
  QByteArray authorization{};  ///< the whole header; empty: none. In memory only, never shown, never stored
  QString prefix = QString::fromUtf8(kDefaultMetricPrefix.data(), qsizetype(kDefaultMetricPrefix.size()));
};

/// The result of one request.
struct MetricsAnswer {
  Instant at{};
  QString why;  ///< why there is no page, for people; else empty
  models::MetricsPage page;
  models::Scrape scrape;
};

class MetricsFetcher;

/// Scrapes a page of metrics periodically, on a thread of its own. It only reads: it sends only
/// GET.
class MetricsWatch : public QObject {
  Q_OBJECT

 public:
  static constexpr qint64 kMostBytes = qint64{16} << 20;  ///< of a page, unpacked

  explicit MetricsWatch(const MetricsPlan& plan, QObject* parent = nullptr);
  ~MetricsWatch() override;

  /// Ends soon, even during a request; closed() follows.
  void close();

 signals:
  void answered(std::shared_ptr<const metabatch::gui::MetricsAnswer> answer);
  void closed();

 private:
  QThread m_thread;
  MetricsFetcher* m_fetcher;  // lives in m_thread; nullptr: closing, it goes with its thread
};

/// The address for people, without any part that may be secret.
QString shownUrl(const QUrl& url);
/// What is wrong with an address to scrape; empty: nothing.
QString wrongWithUrl(const QUrl& url);
/// The limit for one whole answer.
std::chrono::milliseconds patienceOf(Duration every);

}  // namespace metabatch::gui
