// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/charts/live_series.hpp"
#include "models/charts/time_window.hpp"
#include "models/health_view.hpp"
#include "models/logs/channel_log.hpp"
#include "models/logs/flush_log.hpp"
#include "models/logs/quarantine.hpp"
#include "models/metrics/scrape_series.hpp"

namespace metabatch::gui {

/// The data of the pages. The open source fills it; the pages only read it. All of it belongs to
/// the window's thread.
struct WindowData {
  models::TimeWindow time;
  models::LiveSeries series;
  models::Condition condition;
  health::Collector health;
  const models::ScrapeStatus* scrape = nullptr;  ///< metrics of another batcher, which health does not judge
  models::FlushLog flushes;
  models::ChannelLog channel;
  models::Quarantine quarantine;

  /// Called before another source fills it. The charts follow the present again.
  void clear();
  /// Adds a sample to the charts and to the health.
  void append(const models::Sample& sample);
  [[nodiscard]] models::HealthText healthText() const;
  /// Adds notifications to the log and to the charts.
  ///
  /// @shape latency: seconds from NOTIFY to here; below 0: not measured
  void append(Instant at, const std::vector<models::ChannelLine>& lines, double latency);
};

}  // namespace metabatch::gui
