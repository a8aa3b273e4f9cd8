// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/sources/metrics_source.hpp"

#include "engine/clock.hpp"
#include "gui/pages/agents_page.hpp"
#include "gui/pages/channel_page.hpp"
#include "gui/pages/dashboard.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/sources/watch_source.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/window_data.hpp"

namespace metabatch::gui {

MetricsSource::MetricsSource(WindowData& data, PageTabs& pages, const WatchSource& watch, QObject* parent)
    : Source(parent), m_data(data), m_pages(pages), m_channel(watch) {
  connect(&m_timer, &QTimer::timeout, this, [this] { moveTo(engine::system_clock().now()); });
}

void MetricsSource::open(const MetricsPlan& plan) {
  const bool isAlone = !m_channel.isOpen();
  if (isAlone) m_data.clear();
  m_data.series = models::LiveSeries(longestPause(plan));
  m_scrapes.emplace(plan.every);
  m_watch = std::make_unique<MetricsWatch>(plan);
  connect(m_watch.get(), &MetricsWatch::answered, this,
          [this](const std::shared_ptr<const MetricsAnswer>& answer) { append(*answer); });
  connect(m_watch.get(), &MetricsWatch::closed, this, [this] {
    m_data.scrape = nullptr;
    m_watch.release()->deleteLater();
    emit closed();
  });
  m_data.scrape = &m_scrapes->status();
  if (isAlone)
    m_pages.offer({&m_pages.dashboard(), &m_pages.inspector()});
  else
    m_pages.offer({&m_pages.dashboard(), &m_pages.channel(), &m_pages.agents(), &m_pages.inspector()});
  m_timer.start(std::chrono::seconds(1));
  const QString url = shownUrl(plan.url);
  emit opened(url, tr("Watching the metrics at %1, read-only").arg(url));
  moveTo(engine::system_clock().now());
}

void MetricsSource::close() {
  m_timer.stop();
  if (m_watch) m_watch->close();
}

void MetricsSource::append(const MetricsAnswer& answer) {
  if (answer.why.isEmpty())
    m_scrapes->append(answer.page, answer.scrape, m_channel.received(), m_data.series);
  else
    m_scrapes->miss(answer.at, answer.why, m_data.series);
  moveTo(answer.at);
}

void MetricsSource::moveTo(Instant now) {
  if (now > m_data.time.now()) m_data.time.setNow(now);
  emit changed();
}

/// A delay of half an interval is still in time.
Duration longestPause(const MetricsPlan& plan) {
  return std::max<Duration>(models::kLongestPause, plan.every + plan.every / 2 + patienceOf(plan.every));
}

}  // namespace metabatch::gui
