// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <functional>
#include <map>

/// A server on loopback whose answers the test chooses, wrong ones included.
class HttpFixture : public QTcpServer {
 public:
  /// Called with the head of each request; may send an answer, and may close the connection.
  using Manner = std::function<void(QTcpSocket&, const QByteArray& head)>;

  HttpFixture() {
    if (!listen(QHostAddress::LocalHost)) qFatal("cannot listen");
    connect(this, &QTcpServer::newConnection, this, [this] {
      QTcpSocket* const socket = nextPendingConnection();
      connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
      connect(socket, &QTcpSocket::readyRead, this, [this, socket] {
        QByteArray& head = m_heads[socket];
        head += socket->readAll();
        if (!head.contains("\r\n\r\n")) return;
        requests += head;
        manner(*socket, std::exchange(head, {}));
      });
    });
  }

  [[nodiscard]] QUrl url(const QString& path = "/metrics") const {
    return QUrl(QStringLiteral("http://127.0.0.1:%1%2").arg(serverPort()).arg(path));
  }
  /// A complete answer, then the end of the connection.
  static Manner answering(const QByteArray& status, const QByteArray& type, std::function<QByteArray()> body,
                          const QByteArray& moreHeaders = {}) {
    return [=](QTcpSocket& socket, const QByteArray&) {
      const QByteArray text = body();
      socket.write("HTTP/1.1 " + status + "\r\nContent-Type: " + type + "\r\nConnection: close\r\nContent-Length: " +
                   QByteArray::number(text.size()) + "\r\n" + moreHeaders + "\r\n" + text);
      socket.disconnectFromHost();
    };
  }
  static Manner page(std::function<QByteArray()> body) {
    return answering("200 OK", "text/plain; version=0.0.4; charset=utf-8", std::move(body));
  }

  Manner manner;
  QByteArrayList requests;

 private:
  std::map<QTcpSocket*, QByteArray> m_heads;
};
