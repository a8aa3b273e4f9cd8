// SPDX-License-Identifier: Apache-2.0
// TLS with a test authority, on both sides: a server or a client that cannot prove who it is gets
// nothing, and the connection comes by itself once it can.
#include <QTest>

#include "pubsub/nats_clients.hpp"
#include "pubsub/nats_server.hpp"
#include "support/processes/certificates.hpp"

using namespace metabatch::pubsub;
using namespace std::chrono_literals;

class TestNatsTls : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void bothSidesProveWhoTheyAre();
  void whoCannotProveItGetsNothing_data();
  void whoCannotProveItGetsNothing();
  void aPlainConnectionIsRefused();
  void aCertificateThatExpiredIsReplacedWithoutARestart();

 private:
  /// The server shows this certificate, and asks clients for one.
  [[nodiscard]] QByteArray config(const QString& certificate) const {
    return ("tls { cert_file: \"" + all_.file(certificate + ".crt") + "\", key_file: \"" +
            all_.file(certificate + ".key") + "\", ca_file: \"" + all_.file("ours.crt") + "\", verify: true }\n")
        .toUtf8();
  }
  [[nodiscard]] NatsOptions options(const NatsServer& server, const QString& certificate,
                                    const QString& authority = "ours") const {
    NatsOptions made = options_for({"tls://127.0.0.1:" + std::to_string(server.port())});
    made.ca_file = all_.file(authority + ".crt").toStdString();
    if (certificate.isEmpty()) return made;
    made.certificate_file = all_.file(certificate + ".crt").toStdString();
    made.key_file = all_.file(certificate + ".key").toStdString();
    return made;
  }

  QTemporaryDir folder_;
  const Certificates all_{folder_.path()};
};

void TestNatsTls::initTestCase() {
  for (const char* const authority : {"ours", "theirs"}) all_.make_authority(authority);
  all_.make("server", "ours", "IP:127.0.0.1");
  all_.make("expired-server", "ours", "IP:127.0.0.1", 0);
  all_.make("foreign-server", "theirs", "IP:127.0.0.1");
  all_.make("other-host", "ours", "DNS:other.test");
  all_.make("client", "ours", "DNS:client.test");
  all_.make("expired-client", "ours", "DNS:client.test", 0);
  all_.make("foreign-client", "theirs", "DNS:client.test");
}

void TestNatsTls::bothSidesProveWhoTheyAre() {
  const NatsServer server(config("server"));
  Watcher watcher(options(server, "client"));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  Publishing publishing(options(server, "client"));
  QCOMPARE(publishing.publish({"in secret"}).published, std::size_t{1});
  QCOMPARE(watcher.inbox.next("payload"), std::string("payload in secret"));
}

void TestNatsTls::whoCannotProveItGetsNothing_data() {
  QTest::addColumn<QString>("server");
  QTest::addColumn<QString>("client");
  QTest::newRow("no certificate of the client") << "server"
                                                << "";
  QTest::newRow("an expired one") << "server"
                                  << "expired-client";
  QTest::newRow("one of another authority") << "server"
                                            << "foreign-client";
  QTest::newRow("an expired one of the server") << "expired-server"
                                                << "client";
  QTest::newRow("one of another authority, of the server") << "foreign-server"
                                                           << "client";
  QTest::newRow("one of another host") << "other-host"
                                       << "client";
}

void TestNatsTls::whoCannotProveItGetsNothing() {
  QFETCH(QString, server);
  QFETCH(QString, client);
  NatsServer nats(config(server));
  Watcher watcher(options(nats, client));
  Publishing publishing(options(nats, client));
  for (int i = 0; i < 3; ++i) {
    const std::string why = watcher.inbox.next("lost");
    QVERIFY2(why.size() > std::string("lost ").size(), why.c_str());
    QVERIFY(!watcher.subscription->is_connected());
    const NatsPublished published = publishing.publisher.publish({{"secret"}});
    QCOMPARE(published.published, std::size_t{0});
    QCOMPARE(published.reason, std::string("NATS is not connected"));
  }
  QVERIFY(!watcher.inbox.next_within("resync", 0ms));
}

void TestNatsTls::aPlainConnectionIsRefused() {
  const NatsServer server(config("server"));
  NatsOptions plain = options_for({server.url()});
  Watcher watcher(plain);
  QVERIFY(!watcher.inbox.next("lost").empty());
  QVERIFY(!watcher.subscription->is_connected());
}

void TestNatsTls::aCertificateThatExpiredIsReplacedWithoutARestart() {
  NatsServer server(config("expired-server"));
  Watcher watcher(options(server, "client"));
  Publishing publishing(options(server, "client"));
  QVERIFY(!watcher.inbox.next("lost").empty());
  server.kill();
  server.configure(config("server"));
  server.start();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  QCOMPARE(publishing.publish({"again"}).published, std::size_t{1});
  QCOMPARE(watcher.inbox.next("payload"), std::string("payload again"));
}

QTEST_GUILESS_MAIN(TestNatsTls)
#include "tst_nats_tls.moc"
