// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pictures/pictured_metrics.hpp"

#include <QTcpSocket>
#include <cmath>

#include "metabatch/prometheus.hpp"

namespace metabatch::gui {
namespace {

constexpr int kFullBatch = 500;
constexpr int kRest = 120;  // entries of a flush on the tick
constexpr double kSecondsACapacityFlush = 0.5, kSecondsATick = 5;
constexpr int kKeys = 15;

QByteArray line(const char* name, double value, const char* labels = "") {
  return QByteArray(kDefaultMetricPrefix.data(), static_cast<qsizetype>(kDefaultMetricPrefix.size())) + name + labels +
         ' ' + QByteArray::number(value, 'f', 6) + '\n';
}

}  // namespace

PicturedMetrics::PicturedMetrics() {
  m_since.start();
  listen(QHostAddress::LocalHost);
  connect(this, &QTcpServer::newConnection, this, [this] {
    QTcpSocket* const socket = nextPendingConnection();
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
      if (!socket->readAll().contains("\r\n\r\n")) return;
      const QByteArray text = page();
      socket->write(
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: " +
          QByteArray::number(text.size()) + "\r\n\r\n" + text);
      socket->disconnectFromHost();
    });
  });
}

QUrl PicturedMetrics::url() const { return QUrl(QStringLiteral("http://127.0.0.1:%1/metrics").arg(serverPort())); }

QByteArray PicturedMetrics::page() const {
  const double seconds = static_cast<double>(m_since.elapsed()) / 1e3;
  const double full = std::floor(seconds / kSecondsACapacityFlush), ticks = std::floor(seconds / kSecondsATick);
  const double entries = full * kFullBatch + ticks * kRest;
  return line("metadata_batches_total", full, "{reason=\"capacity\"}") +
         line("metadata_batches_total", ticks, "{reason=\"scheduled\"}") + line("metadata_flushed_total", entries) +
         line("metadata_batch_size_sum", entries) + line("metadata_batch_size_count", full + ticks) +
         line("metadata_batch_utilization_sum", entries) + line("metadata_batch_utilization_count", entries / kKeys) +
         line("metadata_flush_duration_seconds_sum", full * 0.012, "{reason=\"capacity\"}") +
         line("metadata_flush_duration_seconds_count", full, "{reason=\"capacity\"}") +
         line("metadata_flush_duration_seconds_sum", ticks * 0.006, "{reason=\"scheduled\"}") +
         line("metadata_flush_duration_seconds_count", ticks, "{reason=\"scheduled\"}") +
         line("metadata_dropped_keys_total", 0);
}

}  // namespace metabatch::gui
