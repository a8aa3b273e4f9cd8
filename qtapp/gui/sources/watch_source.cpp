// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/sources/watch_source.hpp"

#include "engine/clock.hpp"
#include "gui/pages/agents_page.hpp"
#include "gui/pages/channel_page.hpp"
#include "gui/pages/doctor_page.hpp"
#include "gui/pages/inspector_page.hpp"
#include "gui/window/page_tabs.hpp"
#include "gui/window/window_data.hpp"

namespace metabatch::gui {

WatchSource::WatchSource(WindowData& data, PageTabs& pages, QObject* parent)
    : Source(parent), m_data(data), m_pages(pages) {}

void WatchSource::open(const sql::PgAddress& address, const QString& channel) {
  m_data.clear();
  m_watch = std::make_unique<ChannelWatch>(address, channel);
  ChannelWatch* const watch = m_watch.get();
  connect(watch, &ChannelWatch::received, this, [this](const std::vector<models::ChannelLine>& lines, double latency) {
    m_data.append(engine::system_clock().now(), lines, latency);
    emit changed();
  });
  connect(watch, &ChannelWatch::stateChanged, &m_pages.channel(), &ChannelPage::setState);
  connect(watch, &ChannelWatch::closed, this, [this] {
    m_watch.release()->deleteLater();
    emit closed();
  });
  m_pages.channel().setLatencyShown(true);
  m_pages.agents().setDatabase(sql::Database(address), {});
  m_pages.doctor().setDatabase(sql::Database(address));
  m_pages.offer({&m_pages.channel(), &m_pages.agents(), &m_pages.doctor(), &m_pages.inspector()});
  const QString name = QString::fromStdString(address.shown());
  emit opened(name, tr("Watching %1, read-only").arg(name));
}

void WatchSource::close() {
  if (m_watch) m_watch->close();
}

std::optional<double> WatchSource::received() const {
  if (!m_watch || !m_watch->isListening()) return std::nullopt;
  const auto position = m_data.series.find("received");
  return position.timeline->latest(position.series);
}

}  // namespace metabatch::gui
