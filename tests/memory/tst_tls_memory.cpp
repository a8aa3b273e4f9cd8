// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTest>
#include <memory>
#include <vector>

#include "cli/serving.hpp"
#include "cli/tls_client.hpp"

/// What a watcher over TLS costs the service while nothing is sent to it.
class TestTlsMemory : public QObject {
  Q_OBJECT
 private slots:
  void idleWatchersAreSmall_data();
  void idleWatchersAreSmall();
};

namespace {

constexpr std::size_t kFirst = 64, kCounted = 400;  // streams; the first ones also pay for what all of them share
/// A stream. From 3.5 on, OpenSSL itself takes 8 to 14 KiB more for a connection.
constexpr double kMostKib = OPENSSL_VERSION_NUMBER < 0x30500000L ? 24 : 40;

double resident_kib(const Program& program) {
  QFile file("/proc/" + QString::number(program.process.processId()) + "/statm");
  if (!file.open(QIODevice::ReadOnly)) qFatal("no statm");
  return file.readAll().split(' ').value(1).toDouble() * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1024;
}

}  // namespace

void TestTlsMemory::idleWatchersAreSmall_data() {
  QTest::addColumn<QByteArray>("what");
  QTest::addColumn<QByteArray>("headers");
  QTest::addColumn<QByteArray>("mark");
  QTest::addColumn<int>("version");
  const QByteArray upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\n";
  QTest::newRow("events, TLS 1.3") << QByteArray("watch-metadata") << QByteArray() << QByteArray("}]\n")
                                   << TLS1_3_VERSION;
  QTest::newRow("events, TLS 1.2") << QByteArray("watch-metadata") << QByteArray() << QByteArray("}]\n")
                                   << TLS1_2_VERSION;
  QTest::newRow("WebSocket") << QByteArray("watch-metadata-ws") << upgrade << QByteArray("}]}") << TLS1_3_VERSION;
}

void TestTlsMemory::idleWatchersAreSmall() {
  QFETCH(QByteArray, what);
  QFETCH(QByteArray, headers);
  QFETCH(QByteArray, mark);
  QFETCH(int, version);
  TestCertificates certificates;
  certificates.make_authority("ours");
  certificates.make_certificate("1");
  Program home;
  const AddedAgent agent = AddedAgent::to(home.db());
  Serving serving(home.db());
  QVERIFY(serving.start({"--tls-cert", certificates.file("server.crt"), "--tls-key", certificates.file("server.key"),
                         "--max-streams-per-agent", "1000", "--threads", "2"}));
  std::vector<std::unique_ptr<TlsClient>> watchers;
  const auto watch = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      watchers.push_back(std::make_unique<TlsClient>(serving.port(), certificates.file("ours.crt"), version));
      watchers.back()->send(request("GET", agent.path(what.toStdString()), agent.token, {}, headers.toStdString()));
      if (watchers.back()->until(mark.toStdString()).empty()) return false;
    }
    return true;
  };
  QVERIFY(watch(kFirst));
  const double before = resident_kib(serving.program());
  QVERIFY(watch(kCounted));
  const double each = (resident_kib(serving.program()) - before) / static_cast<double>(kCounted);
  qInfo("%.1f KiB a stream", each);
  QVERIFY2(each < kMostKib, qPrintable(QString("%1 KiB a stream").arg(each)));
  watchers.clear();
  QCOMPARE(serving.stop().status, 0);
}

QTEST_GUILESS_MAIN(TestTlsMemory)
#include "tst_tls_memory.moc"
