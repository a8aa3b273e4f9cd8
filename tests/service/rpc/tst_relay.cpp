// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QTest>

#include "service/rpc/relay_address.hpp"
#include "service/rpc/rpc_client.hpp"
#include "service/stage.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// RPC connections that go on to a control plane: the peer in Python is that, and the agent.
class TestRelay : public QObject {
  Q_OBJECT
 private slots:
  void addressesAreUnderstoodOrRefusedInWords_data();
  void addressesAreUnderstoodOrRefusedInWords();
  void callsGoThroughAndReportsStayHere();
  void longMessagesGoThroughBothWays();
  void reportsGoOnWhereThatIsAskedFor();
  void aRefusalIsPassedOn();
  void aControlPlaneThatIsAwayIsSaid();
  void theEndOfTheControlPlaneEndsTheAgents();
  void theEndOfTheAgentEndsTheControlPlanes();
  void aTokenOfNobodyIsNotPassedOn();
};

namespace {

const QString kManifest = QStringLiteral("/coder.agent.v2.Agent/GetManifest");
const QString kReport = QLatin1String(kReportRpc.data());

/// A control plane in Python; what it says are JSON objects, one a line.
class Plane {
 public:
  explicit Plane(const QStringList& more = {}) {
    process_.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process_.start(
        QStringLiteral("python3"),
        QStringList{QStringLiteral("-B"), QStringLiteral(METABATCH_SOURCE_DIR "/tests/service/rpc/rpc_peer.py"),
                    QStringLiteral("serve")} +
            more);
    port_ = next()["port"].toInt();
    if (port_ == 0) qFatal("the control plane does not start");
  }
  ~Plane() { end(); }
  Plane(const Plane&) = delete;
  Plane& operator=(const Plane&) = delete;
  void end() {
    process_.kill();
    process_.waitForFinished();
  }
  QJsonObject next() {
    while (!process_.canReadLine())
      if (!process_.waitForReadyRead(60'000)) return {};
    return QJsonDocument::fromJson(process_.readLine()).object();
  }
  [[nodiscard]] Stage::Change relaying(bool with_reports = false) const {
    return [this, with_reports](service::ServiceOptions& options) {
      options.server.relay = service::RelayAddress{"127.0.0.1", std::to_string(port_), false};
      options.server.relays_reports = with_reports;
    };
  }

 private:
  QProcess process_;
  int port_ = 0;
};

void compare_all_ok(const QJsonObject& said, int calls) {
  const QByteArray text = QJsonDocument(said).toJson();
  QVERIFY2(said["ok"].toInt() == calls && said["errors"].toObject().isEmpty(), text.constData());
}

}  // namespace

void TestRelay::addressesAreUnderstoodOrRefusedInWords_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("shown");  // authority and scheme, or words of the refusal
  const auto row = [](const char* text, const char* shown) { QTest::newRow(text) << text << shown; };
  row("https://coder.example.com", "coder.example.com tls");
  row("https://coder.example.com/", "coder.example.com tls");
  row("https://10.0.0.7:8443", "10.0.0.7:8443 tls");
  row("http://localhost:3000", "localhost:3000");
  row("http://[::1]:3000", "[::1]:3000");
  row("https://[::1]", "[::1] tls");
  row("coder.example.com", "neither https:// nor http://");
  row("https://", "the host is missing");
  row("https://:443", "the host is missing");
  row("https://a:b", "the port is a number");
  row("https://a:0", "the port is a number");
  row("https://a/path", "only a host and a port");
  row("https://user:word@a", "only a host and a port");
}

void TestRelay::addressesAreUnderstoodOrRefusedInWords() {
  QFETCH(QString, text);
  QFETCH(QString, shown);
  const auto parsed = service::parse_relay_address(text.toStdString());
  if (const auto* const found = std::get_if<service::RelayAddress>(&parsed))
    QCOMPARE(QString::fromStdString(found->authority()) + (found->is_tls ? " tls" : ""), shown);
  else
    QVERIFY2(std::get<std::string>(parsed).find(shown.toStdString()) != std::string::npos,
             std::get<std::string>(parsed).c_str());
}

void TestRelay::callsGoThroughAndReportsStayHere() {
  Plane plane;
  Stage stage(plane.relaying());
  const std::string token = stage.agents[0].token_text();
  compare_all_ok(peer_calls(stage.port(), token, {"--calls", "300", "--in-flight", "16", "--rpc", kManifest, "--echo"}),
                 300);
  const QJsonObject seen = plane.next();
  QCOMPARE(seen["token"].toString().toStdString(), token);
  QCOMPARE(seen["path"].toString(), QStringLiteral("/api/v2/workspaceagents/me/rpc?role=agent&version=2.8"));
  QCOMPARE(seen["calls"].toObject()[kManifest].toInt(), 300);
  compare_all_ok(peer_calls(stage.port(), token, {"--calls", "50", "--in-flight", "8", "--hold-fin"}), 50);
  QCOMPARE(plane.next()["calls"].toObject().size(), 0);
  (void)stage.written(stage.agents[0]);
  QCOMPARE(stage.counters().offered, std::uint64_t{150});
}

void TestRelay::longMessagesGoThroughBothWays() {
  Plane plane;
  Stage stage(plane.relaying());
  compare_all_ok(peer_calls(stage.port(), stage.agents[0].token_text(),
                            {"--calls", "4", "--in-flight", "2", "--items", "150", "--value-bytes", "2000", "--rpc",
                             kManifest, "--echo", "--pings"}),
                 4);
}

void TestRelay::reportsGoOnWhereThatIsAskedFor() {
  Plane plane;
  Stage stage(plane.relaying(true));
  {
    RpcClient agent(stage.port(), stage.agents[0].token_text());
    QVERIFY2(agent.is_open(), agent.head().c_str());
    const std::string cpu(
        "\x12\x0a\x0a\x03"
        "cpu\x12\x03\x1a\x01"
        "1",
        12),
        newer(
            "\x12\x0a\x0a\x03"
            "cpu\x12\x03\x1a\x01"
            "2",
            12);
    const std::string mem(
        "\x12\x0a\x0a\x03"
        "mem\x12\x03\x1a\x01"
        "3",
        12);
    agent.send(open_call(1, cpu) + open_call(3, mem) + open_call(5, newer));
    QVERIFY(!agent.until(std::string("\x00\x00\x00\x00\x00\x00\x00\x05", 8)).empty());
    while (stage.get("/metrics").body.find("metadata_rpc_calls_total{outcome=\"taken\"} 3\n") == std::string::npos) {
    }
    // Of three calls one after the other, the answer of the last comes behind those of the reports.
    std::uint32_t stream = 7;
    for (const char* const message : {"x", "y", "z"}) {
      agent.send(open_call(stream, message, kManifest.toStdString()));
      agent.until(std::string("\x05\x01\x01\x01") + message);
      stream += 2;
    }
  }
  const QJsonObject seen = plane.next();
  QCOMPARE(seen["calls"].toObject()[kReport].toInt(), 2);  // the first, and what came while it was under way
  QCOMPARE(seen["last"].toObject()[kReport].toString(),
           QString::fromLatin1(QByteArray("\x12\x0a\x0a\x03mem\x12\x03\x1a\x01\x33\x12\x0a\x0a\x03"
                                          "cpu\x12\x03\x1a\x01\x32")
                                   .toHex()));
}

void TestRelay::aRefusalIsPassedOn() {
  Plane plane({"--refuse", "403", "{\"message\":\"Agent trying to connect from non-latest build.\"}\n"});
  Stage stage(plane.relaying());
  const Answered answered = stage.ask(RpcClient::handshake(stage.agents[0].token_text()));
  QCOMPARE(answered.status, 403);
  QCOMPARE(answered.body, std::string("{\"message\":\"Agent trying to connect from non-latest build.\"}\n"));
  // The control plane decides on the version too.
  QCOMPARE(stage.ask(RpcClient::handshake(stage.agents[0].token_text(), "/api/v2/workspaceagents/me/rpc?version=2.99"))
               .status,
           403);
}

void TestRelay::aControlPlaneThatIsAwayIsSaid() {
  Plane plane;
  Stage stage(plane.relaying());
  plane.end();
  const Answered answered = stage.ask(RpcClient::handshake(stage.agents[0].token_text()));
  QCOMPARE(answered.status, 502);
  QVERIFY2(answered.body.starts_with("{\"message\":\"The control plane cannot be reached.\""), answered.body.c_str());
  QCOMPARE(stage.post(stage.agents[0], R"({"metadata":[{"key":"cpu","value":"1"}]})").status, 204);
}

void TestRelay::theEndOfTheControlPlaneEndsTheAgents() {
  Plane plane;
  Stage stage(plane.relaying());
  RpcClient agent(stage.port(), stage.agents[0].token_text());
  QVERIFY(agent.is_open());
  plane.end();
  QCOMPARE(agent.message(), wire::header(wire::kGoAway, 0, 0, 0));
  QCOMPARE(agent.message(), std::string("close 1011"));
}

void TestRelay::theEndOfTheAgentEndsTheControlPlanes() {
  Plane plane;
  Stage stage(plane.relaying());
  { QVERIFY(RpcClient(stage.port(), stage.agents[0].token_text()).is_open()); }
  QVERIFY(plane.next().contains("end"));
}

void TestRelay::aTokenOfNobodyIsNotPassedOn() {
  Plane plane;
  Stage stage(plane.relaying());
  QCOMPARE(stage.ask(RpcClient::handshake("00010203-0405-4607-8809-0a0b0c0d0e0f")).status, 401);
  { QVERIFY(RpcClient(stage.port(), stage.agents[1].token_text()).is_open()); }
  QCOMPARE(plane.next()["token"].toString().toStdString(), stage.agents[1].token_text());
}

QTEST_GUILESS_MAIN(TestRelay)
#include "tst_relay.moc"
