// SPDX-License-Identifier: Apache-2.0
// TLS with a test authority, against the program as users run it.
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <QTest>

#include "cli/serving.hpp"

class TestServeTls : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void whoKnowsTheAuthorityIsServed();
  void aWebSocketIsServedAndClosed();
  void curlIsServed();
  void whoKnowsAnotherAuthorityLeaves();
  void oldVersionsAreRefused();
  void plainHttpGetsAReason();
  void noiseIsCutOff();
  void nothingChangesUntilEverythingCan();
  void aNewCertificateCountsForNewConnections();

 private:
  [[nodiscard]] QString file(const QString& name) const { return folder_.filePath(name); }
  void write(const QString& name, const QByteArray& text) const;
  void openssl(const QStringList& arguments) const;
  void make_authority(const QString& name) const;
  void make_certificate(const QString& serial) const;
  QTemporaryDir folder_;
  QString db_;
  std::unique_ptr<AddedAgent> agent_;
  std::unique_ptr<Serving> serving_;
};

namespace {

/// A TLS client that trusts one authority.
class TlsClient {
 public:
  TlsClient(std::uint16_t port, const QString& authority, int newest = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_load_verify_locations(context_, authority.toUtf8().constData(), nullptr);
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_security_level(context_, 0);  // the server must refuse old versions
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_, newest);
    tls_ = SSL_new(context_);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), "127.0.0.1");
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) qFatal("no connection");
    SSL_set_fd(tls_, socket_);
    ERR_clear_error();
    is_connected_ = SSL_connect(tls_) == 1;
    if (!is_connected_) failure_ = ERR_reason_error_string(ERR_peek_error());
  }
  ~TlsClient() {
    SSL_free(tls_);
    SSL_CTX_free(context_);
    ::close(socket_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  [[nodiscard]] QByteArray failure() const { return failure_; }
  [[nodiscard]] QByteArray version() const { return SSL_get_version(tls_); }
  [[nodiscard]] long serial() const {
    X509* const certificate = SSL_get1_peer_certificate(tls_);
    const long number = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
    X509_free(certificate);
    return number;
  }
  void send(const std::string& text) { SSL_write(tls_, text.data(), static_cast<int>(text.size())); }
  /// Everything received up to and including `mark`.
  std::string until(const std::string& mark) {
    while (seen_.find(mark) == std::string::npos) {
      char bytes[4096];
      const int got = SSL_read(tls_, bytes, sizeof bytes);
      if (got <= 0) return std::exchange(seen_, {});
      seen_.append(bytes, static_cast<std::size_t>(got));
    }
    const std::string taken = seen_.substr(0, seen_.find(mark) + mark.size());
    seen_.erase(0, taken.size());
    return taken;
  }

 private:
  SSL_CTX* context_;
  SSL* tls_;
  int socket_;
  bool is_connected_ = false;
  QByteArray failure_;
  std::string seen_;
};

}  // namespace

void TestServeTls::write(const QString& name, const QByteArray& text) const {
  QFile to(file(name));
  QVERIFY(to.open(QIODevice::WriteOnly));
  to.write(text);
}

void TestServeTls::openssl(const QStringList& arguments) const {
  QProcess program;
  program.start("openssl", arguments);
  if (!program.waitForFinished() || program.exitCode() != 0)
    qFatal("openssl: %s", program.readAllStandardError().constData());
}

void TestServeTls::make_authority(const QString& name) const {
  openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
           "/CN=" + name, "-keyout", file(name + ".key"), "-out", file(name + ".crt")});
}

void TestServeTls::make_certificate(const QString& serial) const {
  write("names", "subjectAltName=IP:127.0.0.1\n");
  openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=service", "-keyout",
           file("server.key"), "-out", file("server.csr")});
  openssl({"x509", "-req", "-in", file("server.csr"), "-CA", file("ours.crt"), "-CAkey", file("ours.key"),
           "-set_serial", serial, "-days", "2", "-extfile", file("names"), "-out", file("server.crt")});
}

void TestServeTls::initTestCase() {
  make_authority("ours");
  make_authority("others");
  make_certificate("41");
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
  client.send(std::string("\x88\x82\0\0\0\0\x03\xEA", 8));  // accepted
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
  make_certificate("42");
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
