// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <functional>

#include "gui/session/metrics_watch.hpp"
#include "models/metrics/scrape_series.hpp"
#include "models/charts/time_window.hpp"

namespace metabatch::gui {

/// The scrapes of somebody else's batcher, turned into what the dashboard shows.
class MetricsSession : public QObject {
  Q_OBJECT

 public:
  /// NOTIFYs heard a second on the channel; nothing where nobody listens.
  using Heard = std::function<std::optional<double>()>;

  /// @owns `series` and `window` outlive it
  MetricsSession(const MetricsPlan& plan, models::LiveSeries& series, models::TimeWindow& window, Heard heard,
                 QObject* parent = nullptr);

  void close();
  [[nodiscard]] const models::ScrapeStatus& status() const { return m_scrapes.status(); }
  /// Longer without a scrape is a gap.
  static Duration longestPause(const MetricsPlan& plan);

 signals:
  /// There is something to draw: a scrape, or a second that passed.
  void changed();
  void closed();

 private:
  void take(const MetricsAnswer& answer);
  void move(Instant now);

  models::LiveSeries& m_series;
  models::TimeWindow& m_window;
  const Heard m_heard;
  models::ScrapeSeries m_scrapes;
  MetricsWatch m_watch;
  QTimer m_timer;
};

}  // namespace metabatch::gui
