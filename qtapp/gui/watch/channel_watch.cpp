// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/watch/channel_watch.hpp"

#include "engine/clock.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr std::size_t kChannelRing = 8192;
constexpr int kPollMs = 250;

}  // namespace

ChannelWatch::ChannelWatch(const sql::PgAddress& address, const QString& channel, QObject* parent)
    : QObject(parent),
      m_ring(std::make_shared<engine::NotificationRing>(kChannelRing)),
      m_state(tr("Connecting to %1").arg(QString::fromStdString(address.shown()))) {
  sql::PgListenerOptions options;
  options.address = address;
  options.channel = channel.toStdString();
  sql::PgListenerEvents events = sql::feeding(m_ring);
  const auto setState = [this](const QString& state) {
    const std::lock_guard lock(m_mutex);
    m_state = state;
  };
  events.on_resync = [this, setState, resync = events.on_resync, channel] {
    resync();
    setState(tr("Listening on %1, read-only").arg(channel));
  };
  events.on_lost = [setState](const sql::DatabaseFailure& why, Duration again) {
    setState(tr("Not listening: %1; trying again in %2")
                 .arg(QString::fromStdString(why.message), QString::fromStdString(format_duration(again))));
  };
  events.on_latency = [this](Duration took) {
    const std::lock_guard lock(m_mutex);
    m_latency = static_cast<double>(took.count()) / 1e9;
  };
  m_listener = std::make_unique<sql::PgListener>(std::move(options), std::move(events));
  m_thread.reset(QThread::create([listener = m_listener.get()] { listener->run(); }));
  connect(m_thread.get(), &QThread::finished, this, &ChannelWatch::closed);
  connect(&m_timer, &QTimer::timeout, this, &ChannelWatch::poll);
  m_timer.start(kPollMs);
  m_thread->start();
}

ChannelWatch::~ChannelWatch() {
  close();
  m_thread->wait();
}

void ChannelWatch::close() {
  m_timer.stop();
  m_listener->stop();
}

void ChannelWatch::poll() {
  std::vector<models::ChannelLine> lines;
  const WallTime now = engine::system_clock().wall_now();
  while (const auto one = m_ring->try_next()) lines.push_back(models::channelLine(*one, now));
  QString state;
  double latency = -1;
  {
    const std::lock_guard lock(m_mutex);
    state = m_state;
    latency = m_latency;
  }
  emit received(lines, latency);
  m_isListening = state.startsWith(tr("Listening"));
  if (latency >= 0 && m_isListening) state += tr("; a notification takes %1").arg(models::secondsText(latency));
  if (state == m_shown) return;
  m_shown = state;
  emit stateChanged(state);
}

}  // namespace metabatch::gui
