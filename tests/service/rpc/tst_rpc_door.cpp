// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "service/rpc/rpc_client.hpp"
#include "service/stage.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// The RPC connection of agents, with a real service; its other side is the independent peer in
/// Python, or bytes by hand.
class TestRpcDoor : public QObject {
  Q_OBJECT
 private slots:
  void aReportReachesItsRows();
  void tenThousandCallsLeaveTheNewestValues();
  void callsOfEveryKindAreAnswered_data();
  void callsOfEveryKindAreAnswered();
  void whoIsNotKnownIsRefusedInTheOriginsWords_data();
  void whoIsNotKnownIsRefusedInTheOriginsWords();
  void theTokenMayBeACookieOrAQuery_data();
  void theTokenMayBeACookieOrAQuery();
  void bordersOfMessagesMeanNothing();
  void wrongBytesEndTheConnectionInOrder_data();
  void wrongBytesEndTheConnectionInOrder();
  void whatIsNoReportIsAnError();
  void aFullBufferIsAnsweredWithSuccessAndCounted();
  void keysWithoutARowAreAnsweredWithSuccess();
  void theConnectionEndsWithGoAway_data();
  void theConnectionEndsWithGoAway();
  void oneAgentHasSoManyConnections();
  void moreStreamsThanTheLimitAreReset();
  void anAgentThatTakesNoAnswersIsNotListenedTo();
};

namespace {

const std::string kGoAway = wire::header(wire::kGoAway, 0, 0, 0);

std::string answer_of(std::uint32_t stream) {
  return wire::header(wire::kWindow, wire::kAck, stream, 0) +
         wire::data(stream, std::string("\x05\x01\x01\x00\x0d\x01\x02\x00", 8));
}

/// An agent with the keys that the peer reports.
Stage::Agent add_reporter(Stage& stage, int keys) {
  const Stage::Agent agent = Stage::agent_number(9);
  std::vector<std::string> names;
  for (int i = 0; i < keys; ++i) names.push_back((i < 10 ? "key_0" : "key_") + std::to_string(i));
  const std::vector<std::string_view> views(names.begin(), names.end());
  if (stage.credentials->add({agent.id, agent.token}, views)) qFatal("cannot add an agent");
  return agent;
}

void compare_all_ok(const QJsonObject& said, int calls) {
  const QByteArray text = QJsonDocument(said).toJson();
  QVERIFY2(said["ok"].toInt() == calls && said["errors"].toObject().isEmpty(), text.constData());
}

/// The value of a metric once it is at least this; else what it was last.
double metric(const Stage& stage, const std::string& name, double at_least) {
  double value = -1;
  for (const auto end = std::chrono::steady_clock::now() + Client::kPatience;
       value < at_least && std::chrono::steady_clock::now() < end;) {
    const std::string body = stage.get("/metrics").body;
    const std::size_t at = body.find("\ncoderd_agentapi_" + name + " ");
    value = at == std::string::npos ? -1 : std::atof(body.c_str() + at + 18 + name.size());
  }
  return value;
}

}  // namespace

void TestRpcDoor::aReportReachesItsRows() {
  Stage stage;
  const WallTime before = engine::system_clock().wall_now();
  RpcClient agent(stage.port(), stage.agents[0].token_text());
  QVERIFY2(agent.is_open(), agent.head().c_str());
  QVERIFY(agent.head().find("\r\nServer: metabatch\r\n") != std::string::npos);
  QCOMPARE(agent.head().find("Extensions"), std::string::npos);
  agent.send(open_call(1, rpc_report("cpu", "12 %")));
  const std::string expected = answer_of(1);
  QCOMPARE(agent.until(expected.substr(12)), expected);
  QCOMPARE(metric(stage, "metadata_rpc_connections", 1), 1.0);
  const auto rows = stage.written(stage.agents[0]);
  QCOMPARE(rows[0].key + "=" + rows[0].value, std::string("cpu=12 %"));
  QVERIFY(rows[0].collected_at >= before);
}

void TestRpcDoor::tenThousandCallsLeaveTheNewestValues() {
  Stage stage;
  const Stage::Agent agent = add_reporter(stage, 3);
  compare_all_ok(peer_calls(stage.port(), agent.token_text(), {"--calls", "10000", "--in-flight", "16"}), 10'000);
  QCOMPARE(metric(stage, "metadata_rpc_calls_total{outcome=\"taken\"}", 10'000), 10'000.0);
  QCOMPARE(metric(stage, "metadata_reports_total", 10'000), 10'000.0);
  const auto rows = stage.written(agent);
  QCOMPARE(rows.size(), std::size_t{3});
  for (std::size_t i = 0; i < rows.size(); ++i) QCOMPARE(rows[i].value, "value-9999-" + std::to_string(i));
  QVERIFY(stage.counters().balanced());
}

void TestRpcDoor::callsOfEveryKindAreAnswered_data() {
  QTest::addColumn<QStringList>("how");
  QTest::addColumn<int>("calls");
  QTest::newRow("one") << QStringList{} << 1;
  QTest::newRow("our end of a stream follows theirs") << QStringList{"--calls", "200", "--hold-fin"} << 200;
  QTest::newRow("a keep-alive between") << QStringList{"--calls", "200", "--in-flight", "8", "--pings"} << 200;
  QTest::newRow("300 kB, more than a window")
      << QStringList{"--calls", "3", "--items", "150", "--value-bytes", "2000"} << 3;
  QTest::newRow("as many at once as may be unacknowledged")
      << QStringList{"--calls", "500", "--in-flight", "256"} << 500;
}

void TestRpcDoor::callsOfEveryKindAreAnswered() {
  QFETCH(QStringList, how);
  QFETCH(int, calls);
  Stage stage;
  compare_all_ok(peer_calls(stage.port(), stage.agents[0].token_text(), how), calls);
  const QJsonObject said = peer_calls(stage.port(), stage.agents[0].token_text(),
                                      how + QStringList{"--rpc", "/coder.agent.v2.Agent/GetManifest"});
  QCOMPARE(said["errors"].toObject()["12: Unimplemented"].toInt(), calls);
  QCOMPARE(metric(stage, "metadata_rpc_calls_total{outcome=\"unimplemented\"}", calls), double(calls));
  QCOMPARE(metric(stage, "metadata_rpc_connections_total", 2), 2.0);
}

void TestRpcDoor::whoIsNotKnownIsRefusedInTheOriginsWords_data() {
  QTest::addColumn<QByteArray>("token");
  QTest::addColumn<QByteArray>("query");
  QTest::addColumn<int>("status");
  QTest::addColumn<QByteArray>("body");
  const auto row = [](const char* name, const char* token, const char* query, int status, const char* body) {
    QTest::newRow(name) << QByteArray(token) << QByteArray(query) << status << QByteArray(body);
  };
  row("nobody", "", "?version=2.99", 401, R"({"message":"Cookie \"coder_session_token\" must be provided."})");
  row("no token", "guess", "", 401,
      R"x({"message":"Workspace agent token invalid.","detail":"An agent token must be a valid UUIDv4. (len 5)"})x");
  row("nobody's", "00010203-0405-4607-8809-0a0b0c0d0e0f", "", 401,
      R"({"message":"Workspace agent not authorized.","detail":"The agent cannot authenticate until the workspace provision job )"
      R"(has been completed. If the job is no longer running, this agent is invalid."})");
  row("newer", "agent", "?version=2.99", 400,
      R"({"message":"Unknown or unsupported API version","validations":[{"field":"version","detail":)"
      R"("server is at version 2.11, behind requested minor version 2.99"}]})");
  row("older", "agent", "?version=1.0", 400,
      R"({"message":"Unknown or unsupported API version","validations":[{"field":"version","detail":)"
      R"("version 1.0 is no longer supported"}]})");
}

void TestRpcDoor::whoIsNotKnownIsRefusedInTheOriginsWords() {
  QFETCH(QByteArray, token);
  QFETCH(QByteArray, query);
  QFETCH(int, status);
  QFETCH(QByteArray, body);
  Stage stage;
  const std::string used = token == "agent" ? stage.agents[0].token_text() : token.toStdString();
  const Answered answered =
      stage.ask(RpcClient::handshake(used, "/api/v2/workspaceagents/me/rpc" + query.toStdString()));
  QCOMPARE(answered.status, status);
  QCOMPARE(answered.body, body.toStdString() + "\n");
  QVERIFY(answered.head.find("\r\nContent-Type: application/json; charset=utf-8\r\n") != std::string::npos);
}

void TestRpcDoor::theTokenMayBeACookieOrAQuery_data() {
  QTest::addColumn<QByteArray>("query");
  QTest::addColumn<QByteArray>("headers");
  QTest::addColumn<int>("status");
  const QByteArray token = QByteArray::fromStdString(Stage::agent_number(0).token_text());
  const QByteArray wrong = "Coder-Session-Token: 00010203-0405-4607-8809-0a0b0c0d0e0f\r\n";
  QTest::newRow("header, version 2.0") << QByteArray() << "Coder-Session-Token: " + token + "\r\n" << 101;
  QTest::newRow("query") << "?coder_session_token=" + token << wrong << 101;
  QTest::newRow("cookie first") << QByteArray() << "Cookie: coder_session_token=" + token + "\r\n" + wrong << 101;
  QTest::newRow("no cookie of another page")
      << QByteArray() << "Cookie: coder_session_token=" + token + "\r\nOrigin: https://evil.example\r\n"
      << 401;
}

void TestRpcDoor::theTokenMayBeACookieOrAQuery() {
  QFETCH(QByteArray, query);
  QFETCH(QByteArray, headers);
  QFETCH(int, status);
  Stage stage;
  std::string text = RpcClient::handshake("", "/api/v2/workspaceagents/me/rpc" + query.toStdString());
  text.insert(text.size() - 2, headers.toStdString());
  QCOMPARE(stage.ask(text).status, status);
  QCOMPARE(stage.get("/api/v2/workspaceagents/me/rpc", stage.agents[0].token_text()).status, 400);  // no WebSocket
  QCOMPARE(stage.ask(request("POST", "/api/v2/workspaceagents/me/rpc", stage.agents[0].token_text())).status, 405);
}

void TestRpcDoor::bordersOfMessagesMeanNothing() {
  Stage stage;
  RpcClient agent(stage.port(), stage.agents[0].token_text());
  std::string both = open_call(1, rpc_report("cpu", "1")) + open_call(3, rpc_report("mem", "2"));
  for (const char byte : both) agent.send({&byte, 1});  // one byte a message
  const std::string expected = answer_of(1) + answer_of(3);
  std::string got;
  while (got.size() < expected.size()) got += agent.message();
  QCOMPARE(got, expected);
  for (const std::uint32_t stream : {5U, 7U, 9U}) both += open_call(stream, rpc_report("cpu", "3"));
  agent.send(both.substr(both.size() / 5 * 2));  // many frames in one message
  QVERIFY(!agent.until(answer_of(9)).empty());
  const std::string fin = wire::header(wire::kWindow, wire::kFin, 1, 0);
  agent.send(fin);
  QCOMPARE(agent.until(fin), fin);  // ours, after theirs and not before
}

void TestRpcDoor::wrongBytesEndTheConnectionInOrder_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::addColumn<bool>("is_text");
  QTest::addColumn<QByteArray>("end");
  const QByteArray failed = QByteArray::fromStdString(wire::header(wire::kGoAway, 0, 0, 1)) + "close 1002";
  QTest::newRow("text") << QByteArray("hello") << true << QByteArray::fromStdString(kGoAway) + "close 1003";
  QTest::newRow("version") << QByteArray("GET / HTTP/1.1\r\n") << false << failed;
  const std::string data = wire::opened(1) + wire::header(wire::kData, 0, 1, 262'145);
  QTest::newRow("more than the window") << QByteArray::fromStdString(data) << false
                                        << QByteArray::fromStdString(wire::header(wire::kWindow, wire::kAck, 1, 0)) +
                                               failed;
}

void TestRpcDoor::wrongBytesEndTheConnectionInOrder() {
  QFETCH(QByteArray, bytes);
  QFETCH(bool, is_text);
  QFETCH(QByteArray, end);
  Stage stage;
  RpcClient agent(stage.port(), stage.agents[0].token_text());
  agent.send(bytes.toStdString(), is_text ? '\x81' : '\x82');
  std::string got;
  while (got.find("close ") == std::string::npos) {
    const std::string one = agent.message();
    if (one.empty()) break;
    got += one;
  }
  QCOMPARE(got, end.toStdString());
  agent.send("\x03\xEA", '\x88');
  QCOMPARE(agent.rest(), std::string());
  RpcClient next(stage.port(), stage.agents[0].token_text());
  QVERIFY(next.is_open());
}

void TestRpcDoor::whatIsNoReportIsAnError() {
  Stage stage;
  RpcClient agent(stage.port(), stage.agents[0].token_text());
  agent.send(open_call(1, "\xff\xff"));
  QVERIFY(agent.until("The message is not a report.").find(std::string(1, '\x07')) != std::string::npos);
  agent.send(open_call(3, rpc_report("cpu", "1")));
  QVERIFY(!agent.until(answer_of(3)).empty());  // the connection goes on
  QCOMPARE(metric(stage, "metadata_rpc_calls_total{outcome=\"malformed\"}", 1), 1.0);
}

void TestRpcDoor::aFullBufferIsAnsweredWithSuccessAndCounted() {
  Stage stage([](service::ServiceOptions& options) {
    edit(options.config, [](Config& config) {
      config.interval = 5min;
      config.batch_size = 2;
      config.queue_capacity = 2;
    });
  });
  compare_all_ok(peer_calls(stage.port(), stage.agents[0].token_text(), {"--calls", "50", "--in-flight", "8"}), 50);
  const double dropped = metric(stage, "metadata_rpc_calls_total{outcome=\"dropped\"}", 1);
  QVERIFY(dropped >= 1);
  QVERIFY(stage.counters().dropped() >= static_cast<std::uint64_t>(dropped) && stage.counters().balanced());
  const QByteArray logged = stage.logged();
  const QByteArray line = "\"updates dropped\" agent=" + QByteArray::fromStdString(stage.agents[0].id_text());
  QVERIFY2(logged.contains(line) && logged.contains(" reason=full"), logged.constData());
  std::string said;
  for (const auto end = std::chrono::steady_clock::now() + Client::kPatience;
       said.find("dropped") == std::string::npos && std::chrono::steady_clock::now() < end;)
    said = stage.get("/readyz").body;
  // Drops and a buffer that cannot be written are findings of their own; either names the buffer.
  QVERIFY2(said.find("the buffer") != std::string::npos && said.find("full") != std::string::npos, said.c_str());
}

void TestRpcDoor::keysWithoutARowAreAnsweredWithSuccess() {
  Stage stage;
  compare_all_ok(peer_calls(stage.port(), stage.agents[0].token_text(), {"--calls", "5"}), 5);
  (void)stage.written(stage.agents[0]);
  QVERIFY(stage.counters().unmatched >= 3 && stage.counters().balanced());
}

void TestRpcDoor::theConnectionEndsWithGoAway_data() {
  QTest::addColumn<bool>("is_shutdown");
  QTest::newRow("at shutdown") << true;
  QTest::newRow("agent removed") << false;
}

void TestRpcDoor::theConnectionEndsWithGoAway() {
  QFETCH(bool, is_shutdown);
  Stage stage;
  RpcClient agent(stage.port(), stage.agents[0].token_text()), other(stage.port(), stage.agents[1].token_text());
  agent.send(open_call(1, rpc_report("cpu", "last")));
  QVERIFY(!agent.until(answer_of(1)).empty());
  std::string end;
  std::thread reading([&] {
    end = agent.message();
    end += agent.message();
    agent.send("\x03\xE9", '\x88');
    if (!is_shutdown) return;
    while (other.message() != "close 1001") {
    }
    other.send("\x03\xE9", '\x88');
  });
  if (is_shutdown) {
    (void)stage.service->stop();
  } else {
    QVERIFY(std::get<bool>(stage.credentials->remove(stage.agents[0].id)));
    stage.service->refresh_tokens();
  }
  reading.join();
  QCOMPARE(end, kGoAway + "close 1001");
  QCOMPARE(agent.rest(), std::string());
  if (is_shutdown) {
    QCOMPARE(stage.stored(stage.agents[0])[0].value, std::string("last"));
    return;
  }
  QCOMPARE(metric(stage, "metadata_rpc_connections_revoked_total", 1), 1.0);
  other.send(open_call(1, rpc_report("cpu", "1")));
  QVERIFY(!other.until(answer_of(1)).empty());  // another's connection goes on
}

void TestRpcDoor::oneAgentHasSoManyConnections() {
  Stage stage([](service::ServiceOptions& options) { options.streams_per_agent = 1; });
  {
    RpcClient agent(stage.port(), stage.agents[0].token_text());
    QVERIFY(agent.is_open());
    QVERIFY(RpcClient(stage.port(), stage.agents[0].token_text()).head().starts_with("HTTP/1.1 429 "));
    QVERIFY(RpcClient(stage.port(), stage.agents[1].token_text()).is_open());
    QCOMPARE(metric(stage, "metadata_rpc_connections_refused_total", 1), 1.0);
  }
  bool is_open = false;  // the closed one gives its place back
  for (const auto end = std::chrono::steady_clock::now() + Client::kPatience;
       !is_open && std::chrono::steady_clock::now() < end;)
    is_open = RpcClient(stage.port(), stage.agents[0].token_text()).is_open();
  QVERIFY(is_open);
}

void TestRpcDoor::moreStreamsThanTheLimitAreReset() {
  Stage stage;
  RpcClient agent(stage.port(), stage.agents[0].token_text());
  std::string all;
  for (std::uint32_t i = 0; i <= agentrpc::kYamuxDefaultStreams; ++i) all += wire::opened(2 * i + 1);
  agent.send(all);
  const std::string reset = wire::header(wire::kWindow, wire::kRst, 2 * agentrpc::kYamuxDefaultStreams + 1, 0);
  QVERIFY(agent.until(reset).ends_with(reset));
}

void TestRpcDoor::anAgentThatTakesNoAnswersIsNotListenedTo() {
  Stage stage([](service::ServiceOptions& options) { options.server.limits.write = 500ms; });
  Client agent(stage.port(), 4096);
  agent.send(RpcClient::handshake(stage.agents[0].token_text()));
  agent.until("\r\n\r\n");
  // Pings, each of which wants an answer; at some time the service reads no more.
  std::string pings;
  for (int i = 0; i < 5000; ++i) pings += wire::header(wire::kPing, wire::kSyn, 0, static_cast<std::uint32_t>(i));
  std::string frame = "\x82\xfe";
  frame.append({static_cast<char>(pings.size() >> 8), static_cast<char>(pings.size() & 0xff)});
  frame.append(4, '\0').append(pings);
  std::atomic<int> sent = 0;
  std::thread sending([&] {
    while (sent < 2000 && agent.send(frame)) ++sent;
  });
  QCOMPARE(stage.get("/healthz").status, 200);
  for (int before = -1; before != sent;) {
    before = sent;
    std::this_thread::sleep_for(500ms);
  }
  const int stuck_at = sent;
  stage.service->stop();  // the connection does not hold the service up
  sending.join();
  QVERIFY2(stuck_at < 2000, std::to_string(stuck_at).c_str());
}

QTEST_GUILESS_MAIN(TestRpcDoor)
#include "tst_rpc_door.moc"
