// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>

#include <QRegularExpression>
#include <QTest>

#include "service/stage.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// The requirements of RFC 9110 and RFC 9112 for a server, byte by byte.
class TestRequests : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { stage_ = std::make_unique<Stage>(); }
  void otherTransferEncodingsEndTheConnection_data();
  void otherTransferEncodingsEndTheConnection();
  void absoluteTargetsNameTheHost_data();
  void absoluteTargetsNameTheHost();
  void oldClientsGetAKeepAliveHeader();
  void emptyLinesBeforeARequestAreSkipped();
  void encodedContentIsRefused();
  void bodiesOverTheLimitEndTheConnection_data();
  void bodiesOverTheLimitEndTheConnection();
  void aBodyOfTheLimitIsTaken_data();
  void aBodyOfTheLimitIsTaken();
  void moreKeysThanAnAgentMayHaveAreNamed();
  void answersHaveTheHeadersOfAnOriginServer();
  void aWebSocketDoesNotNameALibrary();
  void bodiesOfStrangersAreNotRead_data();
  void bodiesOfStrangersAreNotRead();
  void duplicateMembersLetTheLastWin();
  void headIsAnsweredWithoutABody();
  void anAgentReadsItsOwnRows();
  void rowsAreSelectedByKey();
  void metricsMayHaveAListenerOfTheirOwn();
  void withoutDescriptorsItGoesOn();
  void listenAddressesAreUnderstoodOrRefused_data();
  void listenAddressesAreUnderstoodOrRefused();
  void unixAddressesHaveAPath();

 private:
  [[nodiscard]] std::string token() const { return stage_->agents[0].token_text(); }
  std::unique_ptr<Stage> stage_;
};

namespace {
constexpr std::string_view kReports = "/api/v2/workspaceagents/me/metadata";
constexpr std::string_view kReport = R"({"metadata":[{"key":"cpu","value":"1"}]})";
}  // namespace

void TestRequests::otherTransferEncodingsEndTheConnection_data() {
  QTest::addColumn<QByteArray>("headers");
  for (const char* const coding : {"xchunked", "identity", "deflate", "\"chunked\"", "chunked, gzip", "gzip, chunked",
                                   "chunked, chunked", "", "chunked;q=1", "chunkedx", ",chunked"})
    QTest::addRow("'%s'", coding) << QByteArray("Transfer-Encoding: ") + coding + "\r\n";
  QTest::newRow("twice") << QByteArray("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
  QTest::newRow("and another") << QByteArray("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n");
}

void TestRequests::otherTransferEncodingsEndTheConnection() {
  QFETCH(QByteArray, headers);
  Client client(stage_->port());
  client.send("POST " + std::string(kReports) + " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + token() +
              "\r\n" + headers.toStdString() + "\r\n" + request("GET", "/healthz"));
  const Answered answered = answer_from(client);
  QCOMPARE(answered.status, 400);
  QVERIFY(answered.head.find("Connection: close\r\n") != std::string::npos);
  QCOMPARE(client.rest(), std::string());  // the bytes behind it are no request
}

void TestRequests::absoluteTargetsNameTheHost_data() {
  QTest::addColumn<QByteArray>("target");
  QTest::addColumn<int>("status");
  QTest::newRow("ours") << QByteArray("http://localhost:7280/healthz") << 200;
  QTest::newRow("ours, with TLS") << QByteArray("https://127.0.0.1/healthz") << 200;
  QTest::newRow("upper case") << QByteArray("HTTP://LOCALHOST/healthz?x=1") << 200;
  QTest::newRow("another's") << QByteArray("http://evil.example/healthz") << 421;
  QTest::newRow("with a user") << QByteArray("http://localhost@evil.example/healthz") << 421;
  QTest::newRow("no authority") << QByteArray("http:///healthz") << 421;
  QTest::newRow("no path") << QByteArray("http://localhost") << 404;
  QTest::newRow("another scheme") << QByteArray("ftp://localhost/healthz") << 400;
}

void TestRequests::absoluteTargetsNameTheHost() {
  QFETCH(QByteArray, target);
  QFETCH(int, status);
  QCOMPARE(stage_->get(target.toStdString()).status, status);
}

void TestRequests::oldClientsGetAKeepAliveHeader() {
  Client client(stage_->port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const Answered answered = answer_from(client);
    QVERIFY2(answered.head.find("Connection: keep-alive\r\n") != std::string::npos, answered.head.c_str());
  }
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  QVERIFY(answer_from(client).head.find("Connection: close\r\n") != std::string::npos);
  QCOMPARE(client.rest(), std::string());
}

void TestRequests::emptyLinesBeforeARequestAreSkipped() {
  Client client(stage_->port());
  client.send("\r\n" + request("GET", "/healthz") + "\r\n\n" + request("GET", "/healthz"));
  QCOMPARE(answer_from(client).status, 200);
  QCOMPARE(answer_from(client).status, 200);
  client.send("\r\n");
  client.send(request("GET", "/healthz"));
  QCOMPARE(answer_from(client).status, 200);
  client.send(std::string(100, '\n'));
  QCOMPARE(answer_from(client).status, 400);
}

void TestRequests::encodedContentIsRefused() {
  const auto post = [this](const std::string& encoding) {
    return stage_->ask(request("POST", kReports, token(), kReport, "Content-Encoding: " + encoding + "\r\n"));
  };
  const Answered refused = post("gzip");
  QCOMPARE(refused.status, 415);
  QVERIFY(refused.head.find("Accept-Encoding: identity\r\n") != std::string::npos);
  QCOMPARE(post("identity").status, 204);
}

namespace {

constexpr std::size_t kBodyLimit = 1 << 20;

/// The body in chunks of this size.
std::string chunked(const std::string& body, std::size_t size) {
  std::string text;
  for (std::size_t at = 0; at < body.size(); at += size) {
    const std::string part = body.substr(at, size);
    text += QByteArray::number(static_cast<qulonglong>(part.size()), 16).toStdString() + "\r\n" + part + "\r\n";
  }
  return text + "0\r\n\r\n";
}

std::string blank_body(std::size_t size) { return "{" + std::string(size - 2, ' ') + "}"; }

}  // namespace

void TestRequests::bodiesOverTheLimitEndTheConnection_data() {
  QTest::addColumn<QByteArray>("headers");
  QTest::addColumn<QByteArray>("body");
  const auto row = [](const char* name, const std::string& headers, const std::string& body) {
    QTest::newRow(name) << QByteArray::fromStdString(headers) << QByteArray::fromStdString(body);
  };
  const std::string body = blank_body(kBodyLimit + 1),
                    length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  row("declared", length, body);
  row("declared, and not sent", length, "");
  row("declared, and asked for", length + "Expect: 100-continue\r\n", "");
  row("far over the limit", "Content-Length: 99999999999999999\r\n", "");
  row("one chunk", "Transfer-Encoding: chunked\r\n", chunked(body, body.size()));
  row("one chunk, and not sent", "Transfer-Encoding: chunked\r\n", "7fffffffffffffff\r\n");
  row("many chunks", "Transfer-Encoding: chunked\r\n", chunked(body, 1000));
  row("the last chunk is over", "Transfer-Encoding: chunked\r\n", chunked(body, kBodyLimit));
  row("chunks with extensions", "Transfer-Encoding: chunked\r\n",
      "80000;a=b\r\n" + body.substr(0, 0x80000) + "\r\n80001;c\r\n" + body.substr(0x80000) + "\r\n0\r\n\r\n");
}

void TestRequests::bodiesOverTheLimitEndTheConnection() {
  QFETCH(QByteArray, headers);
  QFETCH(QByteArray, body);
  Client client(stage_->port());
  client.send("POST " + std::string(kReports) + " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + token() +
              "\r\n" + headers.toStdString() + "\r\n" + body.toStdString());
  (void)client.send(request("GET", "/healthz"));
  const Answered answered = answer_from(client);
  QCOMPARE(answered.status, 413);
  QVERIFY2(answered.head.find("Connection: close\r\n") != std::string::npos, answered.head.c_str());
  QCOMPARE(answered.body, std::string("{\"message\":\"Request body is too large.\"}\n"));
  QCOMPARE(client.rest(), std::string());  // what came behind it is no request
}

void TestRequests::aBodyOfTheLimitIsTaken_data() {
  QTest::addColumn<QByteArray>("text");
  const auto row = [](const char* name, const std::string& text) {
    QTest::newRow(name) << QByteArray::fromStdString(text);
  };
  const std::string body = blank_body(kBodyLimit);
  row("declared", "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  row("one chunk", "Transfer-Encoding: chunked\r\n\r\n" + chunked(body, body.size()));
  row("many chunks", "Transfer-Encoding: chunked\r\n\r\n" + chunked(body, 1000));
}

void TestRequests::aBodyOfTheLimitIsTaken() {
  QFETCH(QByteArray, text);
  Client client(stage_->port());
  client.send("POST " + std::string(kReports) + " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + token() +
              "\r\n" + text.toStdString() + request("GET", "/healthz"));
  QCOMPARE(answer_from(client).status, 204);
  QCOMPARE(answer_from(client).status, 200);
}

void TestRequests::moreKeysThanAnAgentMayHaveAreNamed() {
  Stage stage([](service::ServiceOptions& options) {
    edit(options.config, [](Config& config) { config.agent_capacity = 2; });
  });
  const Answered answered = stage.post(
      stage.agents[0],
      R"({"metadata":[{"key":"cpu","value":"1"},{"key":"mem","value":"2"},{"key":"cpu","value":"3"},{"key":"disk"}]})");
  QCOMPARE(answered.status, 413);
  QVERIFY2(answered.body.find("\"field\":\"metadata[3].key\"") != std::string::npos, answered.body.c_str());
  QVERIFY(stage.get("/metrics").body.find("metadata_refused_items_total 2\n") != std::string::npos);
  const auto rows = stage.written(stage.agents[0]);
  QCOMPARE(rows[0].value + rows[1].value, std::string("32"));
}

void TestRequests::answersHaveTheHeadersOfAnOriginServer() {
  const Answered good = stage_->get("/healthz"), unknown = stage_->ask(request("POST", kReports, "", kReport));
  const QRegularExpression date(R"(\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r\n)");
  for (const Answered& one : {good, unknown}) {
    QVERIFY2(date.match(QString::fromStdString(one.head)).hasMatch(), one.head.c_str());
    QVERIFY(one.head.find("Cache-Control: no-store\r\n") != std::string::npos);
    QVERIFY(one.head.find("Server:") == std::string::npos);
  }
  QCOMPARE(unknown.status, 401);
  QVERIFY(unknown.head.find("\r\nWWW-Authenticate: ") != std::string::npos);
  QVERIFY(good.head.find("WWW-Authenticate") == std::string::npos);
  QCOMPARE(service::http_date(parse_wall_time("1994-11-06T08:49:37.9Z").value()),
           std::string("Sun, 06 Nov 1994 08:49:37 GMT"));
}

void TestRequests::aWebSocketDoesNotNameALibrary() {
  const Answered answered = stage_->ask(
      request("GET", stage_->agents[0].path("watch-metadata-ws"), token(), {},
              "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
              "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  QCOMPARE(answered.status, 101);
  QVERIFY2(answered.head.find("Boost") == std::string::npos && answered.head.find("Beast") == std::string::npos,
           answered.head.c_str());
}

void TestRequests::bodiesOfStrangersAreNotRead_data() {
  QTest::addColumn<QByteArray>("headers");
  QTest::newRow("of known length") << QByteArray("Content-Length: 1000000\r\n");
  QTest::newRow("in chunks") << QByteArray("Transfer-Encoding: chunked\r\n");
  QTest::newRow("asked for") << QByteArray("Content-Length: 10\r\nExpect: 100-continue\r\n");
}

void TestRequests::bodiesOfStrangersAreNotRead() {
  QFETCH(QByteArray, headers);
  for (const std::string& token : {std::string(), format_uuid(stage_->agents[0].id)}) {
    Client client(stage_->port());
    client.send("POST " + std::string(kReports) + " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + token +
                "\r\n" + headers.toStdString() + "\r\n");
    const Answered answered = answer_from(client);  // not a byte of the body has been sent
    QCOMPARE(answered.status, 401);
    QVERIFY(answered.head.find("Connection: close\r\n") != std::string::npos);
  }
}

void TestRequests::duplicateMembersLetTheLastWin() {
  Stage stage;
  const std::string body = R"({"metadata":7,"metadata":[{"key":"mem","value":"no"}],)"
                           R"("metadata":[{"key":"mem","key":"cpu","value":1,"value":"2","error":[],"error":"e"}]})";
  QCOMPARE(stage.post(stage.agents[0], body).status, 204);
  QCOMPARE(stage.post(stage.agents[0], R"({"metadata":[],"metadata":7})").status, 400);
  const auto rows = stage.written(stage.agents[0]);
  QCOMPARE(rows[0].value + rows[0].error + rows[1].value, std::string("2e"));
}

void TestRequests::headIsAnsweredWithoutABody() {
  Client client(stage_->port());
  for (const std::string& target :
       {std::string("/metrics"), std::string("/readyz"), stage_->agents[0].path("metadata")}) {
    client.send(request("HEAD", target, token()));
    const std::string head = client.until("\r\n\r\n");
    QVERIFY2(head.starts_with("HTTP/1.1 200 OK\r\n") && head.find("Content-Length: 0") == std::string::npos,
             head.c_str());
  }
  client.send(request("GET", "/healthz"));
  QVERIFY(client.until("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));  // no body came in between
}

void TestRequests::anAgentReadsItsOwnRows() {
  const Answered own = stage_->get(kReports, token());
  QCOMPARE(own.status, 200);
  QCOMPARE(own.body, stage_->get(stage_->agents[0].path("metadata"), token()).body);
  QCOMPARE(stage_->get(kReports, stage_->watch_token).status, 401);
}

void TestRequests::rowsAreSelectedByKey() {
  const std::string one = stage_->get(stage_->agents[0].path("metadata?keys=mem,nothing"), token()).body;
  QVERIFY2(one.find("\"key\":\"mem\"") != std::string::npos && one.find("\"key\":\"cpu\"") == std::string::npos,
           one.c_str());
  const std::string bulk =
      stage_->get("/api/v2/metadata?keys=cpu&agents=" + stage_->agents[0].id_text(), stage_->watch_token).body;
  QVERIFY2(bulk.find("\"key\":\"cpu\"") != std::string::npos && bulk.find("\"key\":\"mem\"") == std::string::npos,
           bulk.c_str());
}

void TestRequests::metricsMayHaveAListenerOfTheirOwn() {
  Stage stage([](service::ServiceOptions& options) { options.metrics_listen = service::ListenAddress{}; });
  QCOMPARE(stage.get("/metrics").status, 404);
  QCOMPARE(stage.get("/readyz").status, 200);
  Client operators(stage.service->metrics_port());
  operators.send(request("GET", "/metrics"));
  QCOMPARE(answer_from(operators).status, 200);
  operators.send(request("GET", "/healthz"));
  QCOMPARE(answer_from(operators).status, 200);
  operators.send(request("GET", stage.agents[0].path("metadata"), stage.watch_token));
  QCOMPARE(answer_from(operators).status, 404);
}

void TestRequests::withoutDescriptorsItGoesOn() {
  Stage stage;
  Client first(stage.port());
  first.send(request("GET", "/healthz"));
  QCOMPARE(answer_from(first).status, 200);
  Client waiting(stage.port());  // a descriptor of its own, created before they run out
  waiting.send(request("GET", "/healthz"));
  QCOMPARE(answer_from(waiting).status, 200);
  const int probe = ::open("/dev/null", O_RDONLY);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int late = ::socket(AF_INET, SOCK_STREAM, 0);
  rlimit none{.rlim_cur = static_cast<rlim_t>(probe), .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &none);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(stage.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected = ::connect(late, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  std::string page;
  for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
    first.send(request("GET", "/metrics"));
    page = answer_from(first).body;
    if (page.find("metadata_accept_failures_total 0\n") == std::string::npos) break;
  }
  ::setrlimit(RLIMIT_NOFILE, &before);
  QCOMPARE(connected, 0);
  QVERIFY2(page.find("metadata_accept_failures_total 0\n") == std::string::npos, "no failure was counted");
  const std::string text = request("GET", "/healthz", "", "", "Connection: close\r\n");
  QCOMPARE(::send(late, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  char byte = 0;
  QCOMPARE(::recv(late, &byte, 1, 0), ssize_t{1});  // accepted after all
  ::close(late);
  ::close(probe);
}

void TestRequests::listenAddressesAreUnderstoodOrRefused_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<QByteArray>("address");  // empty: refused
  const auto row = [](const char* text, const char* address) {
    QTest::newRow(text) << QByteArray(text) << QByteArray(address);
  };
  row("127.0.0.1:7280", "127.0.0.1");
  row("localhost:7280", "127.0.0.1");
  row(":7280", "::");
  row("*:7280", "::");
  row("[::]:7280", "::");
  row("[::1]:7280", "::1");
  row("0.0.0.0:7280", "0.0.0.0");
  row("unix:", "");
  row(QByteArray("unix:/" + QByteArray(107, 'x')).constData(), "");
  row("7280", "");
  row("::1:7280", "");
  row("[x]:7280", "");
  row("host.example:7280", "");
  row("127.0.0.1:70000", "");
  row("127.0.0.1:-1", "");
  row("127.0.0.1:", "");
  row("", "");
}

void TestRequests::listenAddressesAreUnderstoodOrRefused() {
  QFETCH(QByteArray, text);
  QFETCH(QByteArray, address);
  const auto parsed = service::parse_listen_address(text.toStdString());
  QCOMPARE(std::holds_alternative<std::string>(parsed), address.isEmpty());
  if (address.isEmpty()) return;
  QCOMPARE(QByteArray::fromStdString(std::get<0>(parsed).address), address);
  QCOMPARE(std::get<0>(parsed).port, std::uint16_t{7280});
}

void TestRequests::unixAddressesHaveAPath() {
  for (const std::string& path : {std::string("/run/x"), std::string("x:1"), "/" + std::string(106, 'x')}) {
    const auto parsed = service::parse_listen_address("unix:" + path);
    QVERIFY(std::holds_alternative<service::ListenAddress>(parsed));
    QCOMPARE(std::get<0>(parsed).unix_path, path);
    QCOMPARE(service::shown(std::get<0>(parsed)), "unix:" + path);
  }
}

QTEST_GUILESS_MAIN(TestRequests)
#include "tst_requests.moc"
