// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThread>
#include <QTimer>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/notifier.hpp"
#include "models/logs/channel_log.hpp"
#include "sql/postgres/pg_listener.hpp"

namespace metabatch::gui {

/// Listens to a foreign channel on a thread of its own, with LISTEN. Now and then it notifies
/// itself to measure the latency. Writes nothing.
class ChannelWatch : public QObject {
  Q_OBJECT

 public:
  ChannelWatch(const sql::PgAddress& address, const QString& channel, QObject* parent = nullptr);
  /// Waits until the listener has ended; call close() long before.
  ~ChannelWatch() override;

  /// Ends soon; closed() follows.
  void close();
  [[nodiscard]] bool isListening() const { return m_isListening; }

 signals:
  /// Emitted four times a second.
  void received(const std::vector<metabatch::models::ChannelLine>& lines, double latencySeconds);
  void stateChanged(const QString& state);
  void closed();

 private:
  void poll();

  std::shared_ptr<engine::NotificationRing> m_ring;
  std::mutex m_mutex;
  QString m_state;        // m_mutex
  double m_latency = -1;  // m_mutex: seconds; -1: none came back yet
  QString m_shown;
  bool m_isListening = false;
  std::unique_ptr<sql::PgListener> m_listener;
  std::unique_ptr<QThread> m_thread;
  QTimer m_timer;
};

}  // namespace metabatch::gui
