// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "service/stage.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// Hostile clients and faulty ones. Each costs only itself: the service answers all others as
/// before.
class TestHostile : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() { stage_ = std::make_unique<Stage>(); }
  void cleanup();
  void smugglersAreRefusedAndCutOff_data();
  void smugglersAreRefusedAndCutOff();
  void oddButHonestRequestsAreAnswered_data();
  void oddButHonestRequestsAreAnswered();
  void noPathLeadsElsewhere_data();
  void noPathLeadsElsewhere();
  void methodsAreAnsweredAlike_data();
  void methodsAreAnsweredAlike();
  void aReportWrongInAnyBitCostsOnlyItself();
  void aReportCutAnywhereCostsOnlyItself();
  void overlongKeysAreRefusedInWords();
  void wrongFramesCloseASocket_data();
  void wrongFramesCloseASocket();
  void aSocketAnswersPings();
  void slowBodiesAreCutOff();
  void aSlowHeaderHasItsTime_data();
  void aSlowHeaderHasItsTime();

 private:
  std::unique_ptr<Stage> stage_;
};

namespace {

constexpr std::string_view kReports = "/api/v2/workspaceagents/me/metadata";

const std::string kWrongMethod = "{\"message\":\"Method not allowed.\"}\n";

/// The result of JSON and the specification, "The report", for a body of printable ASCII without
/// escapes, by another parser.
bool is_report(const std::string& body) {
  const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromStdString(body));
  if (!document.isObject()) return false;
  const QJsonValue list = document["metadata"];
  if (!list.isUndefined() && !list.isNull() && !list.isArray()) return false;
  for (const QJsonValue one : list.toArray()) {
    if (!one.isObject()) return false;
    for (const char* const name : {"key", "value", "error"})
      if (const QJsonValue text = one[QLatin1String(name)]; !text.isUndefined() && !text.isNull() && !text.isString())
        return false;
  }
  return true;
}

bool is_plain(const std::string& body) {
  return std::all_of(body.begin(), body.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

std::string error_of(const Answered& answered) {
  const QJsonObject body = QJsonDocument::fromJson(QByteArray::fromStdString(answered.body)).object();
  return answered.body.ends_with("}\n") ? body["message"].toString().toStdString() : "not an error: " + answered.body;
}

/// The next complete frame of a server that is no data frame.
std::string control_frame(Client& client) {
  for (;;) {
    std::string frame = client.exactly(2);
    if (frame.size() < 2) return frame + "(end)";
    std::size_t size = static_cast<unsigned char>(frame[1]);
    if (size == 126) {
      const std::string more = client.exactly(2);
      size = static_cast<std::size_t>(static_cast<unsigned char>(more[0])) << 8 | static_cast<unsigned char>(more[1]);
    }
    frame += client.exactly(size);
    if (static_cast<unsigned char>(frame[0]) != 0x81) return frame;
  }
}

}  // namespace

/// After every attack, the next report is accepted.
void TestHostile::cleanup() {
  QCOMPARE(stage_->post(stage_->agents[0], R"({"metadata":[{"key":"cpu","value":"1"}]})").status, 204);
  QVERIFY(stage_->counters().balanced());
}

void TestHostile::smugglersAreRefusedAndCutOff_data() {
  QTest::addColumn<QByteArray>("headers");
  QTest::addColumn<QByteArray>("body");
  const auto row = [](const char* name, const char* headers, const char* body) {
    QTest::newRow(name) << QByteArray(headers) << QByteArray(body);
  };
  row("two lengths", "Content-Length: 1\r\nContent-Length: 2\r\n", "ab");
  row("a list of lengths", "Content-Length: 1, 2\r\n", "ab");
  row("length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n");
  row("chunks and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n");
  row("signed length", "Content-Length: +1\r\n", "a");
  row("negative length", "Content-Length: -1\r\n", "a");
  row("length in hex", "Content-Length: 0x1\r\n", "a");
  row("length over 64 bits", "Content-Length: 18446744073709551617\r\n", "a");
  row("blank before the colon", "Content-Length : 1\r\n", "a");
  row("blank before chunks", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n");
  row("no header name", ": x\r\n", "");
  row("no colon", "Content-Length\r\n", "");
  row("CR alone", "X: a\rContent-Length: 5\r\n", "");
  row("NUL in a name", "X\x01: a\r\n", "");
  row("chunk size of no digits", "Transfer-Encoding: chunked\r\n", "x\r\n\r\n");
  row("chunk size over 64 bits", "Transfer-Encoding: chunked\r\n", "10000000000000001\r\na\r\n0\r\n\r\n");
  row("negative chunk", "Transfer-Encoding: chunked\r\n", "-1\r\na\r\n0\r\n\r\n");
  row("chunk longer than said", "Transfer-Encoding: chunked\r\n", "1\r\nabc\r\n0\r\n\r\n");
}

void TestHostile::smugglersAreRefusedAndCutOff() {
  QFETCH(QByteArray, headers);
  QFETCH(QByteArray, body);
  Client client(stage_->port());
  client.send("POST " + std::string(kReports) +
              " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + stage_->agents[0].token_text() + "\r\n" +
              headers.toStdString() + "\r\n" + body.toStdString() + request("GET", "/readyz"));
  const Answered answered = answer_from(client);
  QCOMPARE(answered.status, 400);
  QCOMPARE(error_of(answered), std::string("Request is not HTTP/1.1."));
  QVERIFY(answered.head.find("Connection: close\r\n") != std::string::npos);
  QCOMPARE(client.rest(), std::string());  // the bytes behind it are no request
}

void TestHostile::oddButHonestRequestsAreAnswered_data() {
  QTest::addColumn<QByteArray>("text");
  const auto row = [](const char* name, const char* headers, const char* body) {
    QTest::newRow(name) << QByteArray(headers) + "\r\n" + body;
  };
  const char* const in_chunks = "Transfer-Encoding: chunked\r\n";
  row("one chunk", in_chunks, "2\r\n{}\r\n0\r\n\r\n");
  row("chunk of each byte", in_chunks, "1\r\n{\r\n001\r\n}\r\n0\r\n\r\n");
  row("chunk extensions", in_chunks, "2;a=b;c=\"d\"\r\n{}\r\n0;last\r\n\r\n");
  row("trailers", "Transfer-Encoding: chunked\r\nTrailer: X\r\n", "2\r\n{}\r\n0\r\nX: y\r\nZ: z\r\n\r\n");
  row("upper case", "TRANSFER-ENCODING: CHUNKED\r\n", "2\r\n{}\r\n0\r\n\r\n");
  row("a type of its own", "Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}");
  row("blanks round a value", "Content-Length: \t 2 \t\r\n", "{}");
  row("bytes over 127 in a value", "X: \xFC\xFF\r\nContent-Length: 2\r\n", "{}");
}

void TestHostile::oddButHonestRequestsAreAnswered() {
  QFETCH(QByteArray, text);
  Client client(stage_->port());
  const std::string head = "POST " + std::string(kReports) +
                           " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + stage_->agents[0].token_text() +
                           "\r\n";
  const std::string whole = head + text.toStdString();
  client.send(whole + whole + request("GET", "/healthz"));
  QCOMPARE(answer_from(client).status, 204);
  QCOMPARE(answer_from(client).status, 204);
  QCOMPARE(answer_from(client).body, std::string("ok\n"));
}

void TestHostile::noPathLeadsElsewhere_data() {
  QTest::addColumn<QByteArray>("target");
  for (const char* const target :
       {"/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/metrics/../healthz", "//healthz", "/healthz/",
        "/healthz%00", "/HEALTHZ", "/metrics.txt", "/api/v2/workspaceagents", "/api/v2/workspaceagents/",
        "/api/v2/workspaceagents/me", "/api/v2/workspaceagents/me/", "/api/v2/workspaceagents/me/metadatax",
        "/api/v2/workspaceagents/%6de/metadata/../../me", "/api/v2/metadata/", "/api/v2/../v2/metadata", "/#", "/?"})
    QTest::newRow(target) << QByteArray(target);
}

void TestHostile::noPathLeadsElsewhere() {
  QFETCH(QByteArray, target);
  const Answered answered = stage_->get(target.toStdString(), stage_->watch_token);
  QCOMPARE(answered.status, 404);
  QCOMPARE(error_of(answered), std::string("Resource not found or you do not have access to this resource"));
}

void TestHostile::methodsAreAnsweredAlike_data() {
  QTest::addColumn<QByteArray>("target");
  QTest::addColumn<QByteArray>("allow");
  QTest::newRow("healthz") << QByteArray("/healthz") << QByteArray("GET, HEAD");
  QTest::newRow("metrics") << QByteArray("/metrics") << QByteArray("GET, HEAD");
  QTest::newRow("bulk") << QByteArray("/api/v2/metadata") << QByteArray("GET, HEAD");
  QTest::newRow("an agent") << QByteArray("/api/v2/workspaceagents/x/metadata") << QByteArray("GET, HEAD");
  QTest::newRow("reports") << QByteArray(kReports.data()) << QByteArray("GET, HEAD, POST");
}

void TestHostile::methodsAreAnsweredAlike() {
  QFETCH(QByteArray, target);
  QFETCH(QByteArray, allow);
  Client client(stage_->port());
  for (const char* const method :
       {"OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "BREW", "GET", "HEAD", "POST"}) {
    if (allow.contains(method)) continue;
    client.send(request(method, target.toStdString(), stage_->watch_token));
    const std::string head = client.until("\r\n\r\n");
    QVERIFY2(head.starts_with("HTTP/1.1 405 "), head.c_str());
    QVERIFY(head.find("\r\nAllow: " + allow.toStdString() + "\r\n") != std::string::npos);
    QVERIFY(head.find("Access-Control") == std::string::npos);
    if (std::string_view(method) != "HEAD") QCOMPARE(client.until("}\n"), kWrongMethod);
  }
}

void TestHostile::aReportWrongInAnyBitCostsOnlyItself() {
  Client client(stage_->port());
  const std::string body =
      R"({"metadata":[{"key":"cpu","collected_at":"2026-01-01T00:00:00Z","age":10,"value":"12 %","error":null}]})";
  int judged = 0, taken = 0;
  for (std::size_t at = 0; at < body.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = body;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      client.send(request("POST", kReports, stage_->agents[0].token_text(), changed));
      const Answered answered = answer_from(client);
      QVERIFY2(answered.status == 400 || answered.status == 204, changed.c_str());
      if (answered.status == 400) QCOMPARE(error_of(answered), std::string("Request body must be valid JSON."));
      if (answered.status == 204) QCOMPARE(answered.body, std::string());
      if (!is_plain(changed)) continue;
      QVERIFY2((answered.status == 204) == is_report(changed), changed.c_str());
      ++judged;
      taken += answered.status == 204 ? 1 : 0;
    }
  QVERIFY2(judged > 400 && taken > 200 && taken < judged - 100, std::to_string(taken).c_str());
}

void TestHostile::aReportCutAnywhereCostsOnlyItself() {
  const std::string body = R"({"metadata":[{"key":"cpu","value":"12 %","error":""}]})";
  Client client(stage_->port());
  for (std::size_t size = 0; size < body.size(); ++size) {
    client.send(request("POST", kReports, stage_->agents[0].token_text(), body.substr(0, size)));
    const Answered answered = answer_from(client);
    QCOMPARE(answered.status, 400);
    QCOMPARE(error_of(answered), std::string("Request body must be valid JSON."));
  }
  // Also when it is cut off together with the connection.
  const std::uint64_t offered = stage_->counters().offered;
  const std::string whole = request("POST", kReports, stage_->agents[0].token_text(), body);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Client gone(stage_->port());
    gone.send(whole.substr(0, size));
  }
  QCOMPARE(stage_->counters().offered, offered);
}

void TestHostile::overlongKeysAreRefusedInWords() {
  const auto post = [&](const std::string& key) { return stage_->post(stage_->agents[0], "{}", "metadata/" + key); };
  const Answered longer = post(std::string(128, 'k'));
  QCOMPARE(longer.status, 400);
  QCOMPARE(error_of(longer), std::string("metadata key of 128 characters exceeded 127 characters"));
  const Answered much = post(std::string(7000, 'k'));
  QCOMPARE(much.status, 400);
  QCOMPARE(error_of(much), std::string("metadata keys of 7000 bytes exceeded 6144 bytes"));
  QCOMPARE(post(std::string(20'000, 'k')).status, 431);
  QCOMPARE(error_of(post("%4")), std::string("The metadata key in the path cannot be read."));
  QCOMPARE(post("").status, 404);  // no such path upstream either
  QCOMPARE(post("a%00b").status, 204);
  QCOMPARE(post("%FF").status, 204);
}

void TestHostile::wrongFramesCloseASocket_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<int>("code");
  const auto row = [](const char* name, const QByteArray& hex, int code) {
    QTest::newRow(name) << QByteArray::fromHex(hex) << code;
  };
  row("text", "8182 00000000 6869", 1002);
  row("binary", "8282 00000000 6869", 1002);
  row("begun and never ended", "0182 00000000 6869", 1002);
  row("longer than it will ever send", "81ff 0000000000000400 00000000 6869", 1002);
  row("over the limit", "81ff 7fffffffffffffff 00000000 6869", 1009);
  row("over 63 bits", "81ff ffffffffffffffff 00000000 6869", 1009);
  row("length not as short as it could be", "81fe 0002 00000000 6869", 1002);
  row("not masked", "8102 6869", 1002);
  row("reserved bit", "c182 00000000 6869", 1002);
  row("reserved opcode", "8382 00000000 6869", 1002);
  row("continues nothing", "8082 00000000 6869", 1002);
  row("ping in pieces", "0982 00000000 6869", 1002);
  row("ping too long", "89fe 0080 00000000", 1002);
  row("close of one byte", "8881 00000000 03", 1002);
  row("close with a code that is not for the wire", "8882 00000000 03ed", 1002);
  row("close as it should be", "8882 00000000 03e8", 1000);
}

void TestHostile::wrongFramesCloseASocket() {
  QFETCH(QByteArray, bytes);
  QFETCH(int, code);
  Client client(stage_->port());
  client.send(request("GET", stage_->agents[0].path("watch-metadata-ws"), stage_->agents[0].token_text(), {},
                      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                      "dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  QVERIFY(client.until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  client.send(bytes.toStdString());
  const std::string frame = control_frame(client);
  QCOMPARE(QByteArray::fromStdString(frame.substr(0, 1)).toHex(), QByteArray("88"));
  QCOMPARE(static_cast<int>(static_cast<unsigned char>(frame[2])) << 8 | static_cast<unsigned char>(frame[3]), code);
  if (code == 1000) QCOMPARE(client.rest(), std::string());
}

void TestHostile::aSocketAnswersPings() {
  Client client(stage_->port());
  client.send(request("GET", stage_->agents[0].path("watch-metadata-ws"), stage_->agents[0].token_text(), {},
                      "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: "
                      "13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  client.until("\r\n\r\n");
  client.send(std::string("\x89\x82\1\2\3\4ik", 8));
  QCOMPARE(control_frame(client), std::string("\x8A\x02hi"));
}

void TestHostile::slowBodiesAreCutOff() {
  Stage stage([](service::ServiceOptions& options) { options.server.limits.body = 200ms; });
  Client slow(stage.port());
  const std::string head = "POST " + std::string(kReports) +
                           " HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " + stage.agents[0].token_text() +
                           "\r\n";
  slow.send(head + "Content-Length: 10\r\n\r\nabc");
  QCOMPARE(slow.rest(), std::string());
  Client chunked(stage.port());
  chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab");
  QCOMPARE(chunked.rest(), std::string());
  QCOMPARE(stage.get("/healthz").status, 200);
}

void TestHostile::aSlowHeaderHasItsTime_data() {
  QTest::addColumn<int>("answered");  // requests before it
  QTest::newRow("the first of a connection") << 0;
  QTest::newRow("the second") << 1;
  QTest::newRow("the fourth") << 3;
}

/// The limit of the first header is shorter than that of the others, so a deadline that does not
/// move with the requests ends too early.
void TestHostile::aSlowHeaderHasItsTime() {
  QFETCH(const int, answered);
  constexpr auto kFirst = 100ms, kOthers = 500ms;
  Stage stage([&](service::ServiceOptions& options) {
    options.server.limits.header = answered == 0 ? kFirst : 20'000ms;
    options.server.limits.idle = kOthers;
    options.server.limits.write = options.server.limits.body = answered == 0 ? 20'000ms : kFirst;
  });
  auto began = std::chrono::steady_clock::now();
  Client slow(stage.port());
  for (int i = 0; i < answered; ++i) {
    began = std::chrono::steady_clock::now();
    slow.send(request("GET", "/healthz"));
    slow.until("ok\n");
  }
  slow.send("GET /healthz HTTP/1.1\r\nHo");
  QCOMPARE(slow.rest(), std::string());
  QVERIFY(std::chrono::steady_clock::now() - began >= (answered == 0 ? kFirst : kOthers));
}

QTEST_GUILESS_MAIN(TestHostile)
#include "tst_hostile.moc"
