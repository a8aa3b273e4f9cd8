// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "support/net/free_port.hpp"
#include "support/net/place.hpp"
#include "support/processes/stop_process.hpp"

/// A real nats-server that belongs to this test.
class NatsServer {
 public:
  /// @shape config: more lines for its configuration file; place: where it runs and listens
  explicit NatsServer(QByteArray config = {}, metabatch::test::Place place = {})
      : config_(std::move(config)), place_(std::move(place)) {
    port_ = metabatch::test::free_port();
    start();
  }
  ~NatsServer() { kill(); }

  [[nodiscard]] quint16 port() const { return port_; }
  [[nodiscard]] const metabatch::test::Place& place() const { return place_; }
  [[nodiscard]] std::string url(const std::string& user = {}) const {
    return "nats://" + (user.empty() ? user : user + "@") + place_.address() + ":" + std::to_string(port_);
  }
  void configure(QByteArray config) { config_ = std::move(config); }

  /// Returns when the server has reported that it accepts connections.
  void start() {
    QFile file(folder_.filePath("nats.conf"));
    if (!file.open(QIODevice::WriteOnly)) qFatal("no configuration");
    file.write("host: " + QByteArray::fromStdString(place_.address()) + "\nport: " + QByteArray::number(port_) + "\n" +
               config_);
    file.close();
    process_.setProcessChannelMode(QProcess::MergedChannels);
    // Debian installs it in a folder that is only in the PATH of root.
    QString program = QStandardPaths::findExecutable("nats-server");
    if (program.isEmpty()) program = "/usr/sbin/nats-server";
    const metabatch::test::Visit visit = place_.visit();
    process_.start(program, {"-c", file.fileName()});
    QByteArray said;
    while (!said.contains("Server is ready")) {
      if (!process_.waitForReadyRead(60'000)) qFatal("nats-server did not start:\n%s", said.constData());
      said += process_.readAll();
    }
  }
  void kill() {
    if (process_.state() == QProcess::NotRunning) return;
    go_on();
    process_.kill();
    process_.waitForFinished(-1);
  }
  void stop() { stop_process(static_cast<pid_t>(process_.processId())); }
  void go_on() { ::kill(static_cast<pid_t>(process_.processId()), SIGCONT); }

 private:
  QByteArray config_;
  metabatch::test::Place place_;
  QTemporaryDir folder_;
  quint16 port_ = 0;
  QProcess process_;
};
