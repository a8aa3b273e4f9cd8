// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <memory>
#include <optional>

#include "gui/sources/source.hpp"
#include "gui/watch/metrics_watch.hpp"
#include "models/metrics/scrape_series.hpp"

namespace metabatch::gui {

class PageTabs;
class WatchSource;
struct WindowData;

/// Scrapes the metrics of another batcher and converts them for the dashboard; writes nothing. When
/// a channel is watched too, its notifications complete the figures, and both end together.
class MetricsSource : public Source {
  Q_OBJECT

 public:
  /// @owns `data`, `pages` and `watch` outlive the source
  MetricsSource(WindowData& data, PageTabs& pages, const WatchSource& watch, QObject* parent = nullptr);

  void open(const MetricsPlan& plan);
  [[nodiscard]] bool isOpen() const override { return m_watch != nullptr; }
  void close() override;

 private:
  void append(const MetricsAnswer& answer);
  void moveTo(Instant now);

  WindowData& m_data;
  PageTabs& m_pages;
  const WatchSource& m_channel;
  std::optional<models::ScrapeSeries> m_scrapes;
  std::unique_ptr<MetricsWatch> m_watch;
  QTimer m_timer;
};

/// A longer time without a scrape is a gap on the charts.
Duration longestPause(const MetricsPlan& plan);

}  // namespace metabatch::gui
