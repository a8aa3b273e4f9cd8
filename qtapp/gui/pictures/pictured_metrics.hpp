// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QTcpServer>
#include <QUrl>

namespace metabatch::gui {

/// A page of metrics on loopback for the pictures. Its invented batcher flushes 500 entries twice a
/// second, and some more every five seconds.
class PicturedMetrics : public QTcpServer {
  Q_OBJECT

 public:
  PicturedMetrics();
  [[nodiscard]] QUrl url() const;

 private:
  [[nodiscard]] QByteArray page() const;

  QElapsedTimer m_since;
};

}  // namespace metabatch::gui
