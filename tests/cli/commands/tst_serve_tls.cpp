// SPDX-License-Identifier: Apache-2.0
// TLS with a test authority, against the program as users run it.
#include <sys/stat.h>

#include <QDateTime>
#include <QTest>

#include "cli/serving.hpp"
#include "cli/tls_client.hpp"

class TestServeTls : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void whoKnowsTheAuthorityIsServed();
  void aWebSocketIsServedAndClosed();
  void curlIsServed();
  void bodiesAndAnswersTakeManyRecords();
  void keysMayChange();
  void whoKnowsAnotherAuthorityLeaves();
  void oldVersionsAreRefused();
  void plainHttpGetsAReason();
  void noiseIsCutOff();
  void keyExchangeIsEphemeral();
  void clientsMayNeedACertificate_data();
  void clientsMayNeedACertificate();
  void theEndOfTheCertificateIsAMetric();
  void nothingChangesUntilEverythingCan();
  void aNewCertificateCountsForNewConnections();

 private:
  [[nodiscard]] QString file(const QString& name) const { return certificates_.file(name); }
  void write(const QString& name, const QByteArray& text) const;
  TestCertificates certificates_;
  QString db_;
  std::unique_ptr<AddedAgent> agent_;
  std::unique_ptr<Serving> serving_;
};

void TestServeTls::write(const QString& name, const QByteArray& text) const {
  QFile to(file(name));
  QVERIFY(to.open(QIODevice::WriteOnly));
  to.write(text);
}

void TestServeTls::initTestCase() {
  certificates_.make_authority("ours");
  certificates_.make_authority("others");
  certificates_.make_certificate("41");
  write("config.toml", "");
  db_ = "sqlite:" + file("m.db");
  agent_ = std::make_unique<AddedAgent>(AddedAgent::to(db_));
  serving_ = std::make_unique<Serving>(db_);
  QVERIFY(serving_->start({"--tls-cert", file("server.crt"), "--tls-key", file("server.key"), "--interval", "50ms",
                           "--schedule", "linger", "--access-log", "1000", "--config", file("config.toml")}));
}

void TestServeTls::whoKnowsTheAuthorityIsServed() {
  TlsClient reporter(serving_->port(), file("ours.crt")), watcher(serving_->port(), file("ours.crt"));
  QVERIFY2(reporter.is_connected(), reporter.failure().constData());
  QCOMPARE(reporter.version(), QByteArray("TLSv1.3"));
  watcher.send(request("GET", agent_->path("watch-metadata"), agent_->token));
  QVERIFY(watcher.until("event: data\n").starts_with("HTTP/1.1 200 OK\r\n"));
  reporter.send(agent_->report("in secret"));
  QVERIFY(reporter.until("\r\n\r\n").starts_with("HTTP/1.1 204 "));
  QVERIFY(watcher.until("in secret").ends_with("\"value\":\"in secret"));
  TlsClient older(serving_->port(), file("ours.crt"), TLS1_2_VERSION);
  older.send(request("GET", "/healthz"));
  QVERIFY(older.until("ok\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

void TestServeTls::aWebSocketIsServedAndClosed() {
  TlsClient client(serving_->port(), file("ours.crt"));
  client.send(request("GET", agent_->path("watch-metadata-ws"), agent_->token, {},
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                      "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  QVERIFY(client.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  QVERIFY(client.until("}]}").find("{\"type\":\"data\",\"data\":[{\"result\":") != std::string::npos);
  client.send(std::string("\x81\x82\0\0\0\0hi", 8));
  QVERIFY(client.until("\x03\xEA").ends_with(std::string("\x88\x02\x03\xEA", 4)));  // 1002
  client.send(std::string("\x88\x82\0\0\0\0\x03\xEA", 8));                          // accepted
  QCOMPARE(client.until("nothing more"), std::string());
}

void TestServeTls::curlIsServed() {
  const QString url = QString("https://127.0.0.1:%1").arg(serving_->port());
  const QStringList known = {
      "--silent",       "--show-error", "--no-buffer",
      "--max-time",     "60",           "--cacert",
      file("ours.crt"), "--header",     QString::fromStdString("Coder-Session-Token: " + agent_->token)};
  QProcess watcher, reporter;
  watcher.start("curl", known + QStringList{url + QString::fromStdString(agent_->path("watch-metadata"))});
  QByteArray seen;
  const auto sees = [&](const char* words) {
    while (!seen.contains(words) && watcher.waitForReadyRead(60'000)) seen += watcher.readAllStandardOutput();
    return seen.contains(words);
  };
  QVERIFY2(sees("event: data\ndata: [{\"result\":{"), watcher.readAllStandardError().constData());
  reporter.start("curl", known + QStringList{"--write-out", "%{http_code} %{http_version}", "--data",
                                             R"({"metadata":[{"key":"cpu","value":"by curl"}]})",
                                             url + "/api/v2/workspaceagents/me/metadata"});
  QVERIFY(reporter.waitForFinished());
  QCOMPARE(reporter.readAllStandardOutput() + reporter.readAllStandardError(), QByteArray("204 1.1"));
  QVERIFY(sees("\"value\":\"by curl\""));
  watcher.kill();
  watcher.waitForFinished();
}

void TestServeTls::bodiesAndAnswersTakeManyRecords() {
  TlsClient client(serving_->port(), file("ours.crt"));
  const std::string body = R"({"value":"long"})" + std::string(1'000'000, ' ');
  const std::string text = request("POST", "/api/v2/workspaceagents/me/metadata/cpu", agent_->token, body);
  for (std::size_t at = 0; at < 300; ++at) client.send(text.substr(at, 1));  // a record each
  client.send(text.substr(300));
  QVERIFY(client.until("\r\n\r\n").starts_with("HTTP/1.1 204 "));
  client.send(request("GET", "/metrics"));
  const std::string head = client.until("\r\n\r\n");
  const std::string length = head.substr(head.find("Content-Length: ") + 16);
  QVERIFY2(std::stoul(length) > 16'384, head.c_str());
  QCOMPARE(client.exactly(std::stoul(length)).size(), std::stoul(length));
  client.send(request("GET", "/healthz"));
  QVERIFY(client.until("ok\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

/// The service changes its own key too, as asked, while it waits for a request.
void TestServeTls::keysMayChange() {
  TlsClient client(serving_->port(), file("ours.crt"));
  for (int i = 0; i < 3; ++i) {
    client.change_keys();
    client.send(request("GET", "/healthz"));
    QVERIFY(client.until("ok\n").starts_with("HTTP/1.1 200 OK\r\n"));
  }
}

void TestServeTls::whoKnowsAnotherAuthorityLeaves() {
  TlsClient client(serving_->port(), file("others.crt"));
  QVERIFY(!client.is_connected());
  QCOMPARE(client.failure(), QByteArray("certificate verify failed"));
}

void TestServeTls::oldVersionsAreRefused() {
  TlsClient client(serving_->port(), file("ours.crt"), TLS1_1_VERSION);
  QVERIFY(!client.is_connected());
  QVERIFY2(client.failure().contains("protocol version"), client.failure().constData());
}

void TestServeTls::plainHttpGetsAReason() {
  Client client(serving_->port());
  client.send(request("GET", "/healthz"));
  const std::string said = client.rest();
  QVERIFY2(said.starts_with("HTTP/1.1 400 Bad Request\r\n") &&
               said.find("Connection: close\r\n") != std::string::npos &&
               said.ends_with("{\"message\":\"This port speaks HTTPS only.\"}\n"),
           said.c_str());
  QVERIFY(serving_->program().hasSaid("\"event\":\"refused\",\"peer\":\"" +
                                      QByteArray::fromStdString(client.address()) +
                                      "\",\"status\":\"400\",\"reason\":\"This port speaks HTTPS only.\""));
}

void TestServeTls::noiseIsCutOff() {
  Client client(serving_->port());
  client.send(std::string("\x16\x03\x01\xff\xff\x01", 6) + std::string(70'000, 'x'));
  QVERIFY(client.rest().find("(still open)") == std::string::npos);
  QVERIFY(serving_->program().hasSaid("\"reason\":\"TLS handshake failed.\""));
  TlsClient other(serving_->port(), file("ours.crt"));
  QVERIFY(other.is_connected());
}

/// So that a stolen key does not reveal recorded connections.
void TestServeTls::keyExchangeIsEphemeral() {
  for (const char* const ciphers : {"kRSA", "DHE+AESGCM", "ECDHE+AES+SHA"}) {
    TlsClient client(serving_->port(), file("ours.crt"), TLS1_2_VERSION, {}, ciphers);
    QVERIFY2(!client.is_connected(), ciphers);
  }
  TlsClient client(serving_->port(), file("ours.crt"), TLS1_2_VERSION, {}, "ECDHE+AESGCM");
  QVERIFY2(client.is_connected(), client.failure().constData());
}

void TestServeTls::clientsMayNeedACertificate_data() {
  QTest::addColumn<int>("version");
  QTest::newRow("TLS 1.2") << TLS1_2_VERSION;
  QTest::newRow("TLS 1.3") << TLS1_3_VERSION;  // a client is refused only after its own handshake
}

void TestServeTls::clientsMayNeedACertificate() {
  QFETCH(int, version);
  certificates_.make_certificate("43", "client");
  Serving serving("sqlite:" + file("clients.db"));
  QVERIFY(serving.start({"--tls-cert", file("server.crt"), "--tls-key", file("server.key"), "--tls-client-ca",
                         file("ours.crt"), "--access-log", "1000"}));
  const auto answer_to = [&](const QStringList& own) {
    TlsClient client(serving.port(), file("ours.crt"), version, own);
    if (!client.is_connected()) return client.failure().toStdString();
    client.send(request("GET", "/healthz"));
    const std::string answer = client.until("ok\n");
    return answer.empty() ? client.reason().toStdString() : answer.substr(0, answer.find("\r\n"));
  };
  QCOMPARE(answer_to({file("client.crt"), file("client.key")}), std::string("HTTP/1.1 200 OK"));
  const std::string without = answer_to({}), unknown = answer_to({file("others.crt"), file("others.key")});
  QVERIFY2(without.find("certificate required") != std::string::npos ||
               without.find("handshake failure") != std::string::npos,
           without.c_str());
  QVERIFY2(unknown.find("unknown ca") != std::string::npos, unknown.c_str());  // the alert has arrived
  QVERIFY(serving.program().hasSaid("\"reason\":\"TLS handshake failed.\""));
  QCOMPARE(serving.stop().status, 0);
}

void TestServeTls::theEndOfTheCertificateIsAMetric() {
  TlsClient client(serving_->port(), file("ours.crt"));
  client.send(request("GET", "/metrics"));
  (void)client.until("\ncoderd_agentapi_metadata_tls_certificate_expiry_timestamp_seconds ");
  const QDateTime end = QDateTime::fromSecsSinceEpoch(static_cast<qint64>(std::stod(client.until("\n"))));
  const qint64 left = QDateTime::currentDateTimeUtc().secsTo(end);
  QVERIFY2(left > 86'400 && left <= 2 * 86'400, qPrintable(end.toString()));  // it was made for two days
}

/// The certificate is a pipe, so that the test can examine the service while it reads.
void TestServeTls::nothingChangesUntilEverythingCan() {
  const std::string watch_token = "0123456789abcdef";
  const auto capacity = [&] {
    TlsClient client(serving_->port(), file("ours.crt"));
    client.send(request("GET", "/metrics"));
    (void)client.until("\ncoderd_agentapi_metadata_queue_capacity ");
    return client.until("\n");
  };
  const auto watch = [&] {
    TlsClient client(serving_->port(), file("ours.crt"));
    client.send(request("GET", agent_->path("metadata"), watch_token));
    return client.until("\r\n");
  };
  QCOMPARE(capacity(), std::string("100000\n"));
  write("config.toml", "queue-capacity = 5000\nwatch-token-file = \"" + file("tokens").toUtf8() + "\"\n");
  write("tokens", QByteArray::fromStdString(watch_token));
  QVERIFY(QFile::rename(file("server.crt"), file("kept.crt")));
  QCOMPARE(::mkfifo(qPrintable(file("server.crt")), 0600), 0);
  serving_->program().signal(SIGHUP);
  std::FILE* const pipe = std::fopen(qPrintable(file("server.crt")), "w");  // until the service reads
  QVERIFY(pipe != nullptr);
  QCOMPARE(capacity(), std::string("100000\n"));
  QCOMPARE(watch(), std::string("HTTP/1.1 401 Unauthorized\r\n"));
  std::fputs("no certificate", pipe);
  std::fclose(pipe);
  QVERIFY(serving_->program().hasSaid("not reloaded, everything stays as it was"));
  QCOMPARE(capacity(), std::string("100000\n"));
  QCOMPARE(watch(), std::string("HTTP/1.1 401 Unauthorized\r\n"));
  QVERIFY(QFile::remove(file("server.crt")) && QFile::rename(file("kept.crt"), file("server.crt")));
  serving_->program().signal(SIGHUP);
  QVERIFY(serving_->program().hasSaid("\"event\":\"reloaded\""));
  QCOMPARE(capacity(), std::string("5000\n"));
  QCOMPARE(watch(), std::string("HTTP/1.1 200 OK\r\n"));
  write("config.toml", "");  // no other token may watch any more
  serving_->program().seen_err.clear();
  serving_->program().signal(SIGHUP);
  QVERIFY(serving_->program().hasSaid("\"event\":\"reloaded\""));
  QCOMPARE(watch(), std::string("HTTP/1.1 401 Unauthorized\r\n"));
}

void TestServeTls::aNewCertificateCountsForNewConnections() {
  serving_->program().seen_err.clear();
  TlsClient old(serving_->port(), file("ours.crt")), watcher(serving_->port(), file("ours.crt"));
  QCOMPARE(old.serial(), 41L);
  watcher.send(request("GET", agent_->path("watch-metadata"), agent_->token));
  watcher.until("event: data\n");
  // A key that does not match its certificate changes nothing.
  QVERIFY(QFile::rename(file("server.key"), file("kept.key")) && QFile::copy(file("others.key"), file("server.key")));
  serving_->program().signal(SIGHUP);
  QVERIFY(serving_->program().hasSaid("not reloaded, everything stays as it was"));
  QCOMPARE(TlsClient(serving_->port(), file("ours.crt")).serial(), 41L);
  certificates_.make_certificate("42");
  serving_->program().signal(SIGHUP);
  QVERIFY(serving_->program().hasSaid("\"event\":\"reloaded\""));
  QCOMPARE(TlsClient(serving_->port(), file("ours.crt")).serial(), 42L);
  old.send(agent_->report("on the old one"));
  QVERIFY(old.until("\r\n\r\n").starts_with("HTTP/1.1 204 "));
  QVERIFY(watcher.until("on the old one").ends_with("on the old one"));
  QCOMPARE(serving_->stop().status, 0);
}

QTEST_GUILESS_MAIN(TestServeTls)
#include "tst_serve_tls.moc"
