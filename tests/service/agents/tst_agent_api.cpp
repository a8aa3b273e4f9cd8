// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "service/stage.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

class TestAgentApi : public QObject {
  Q_OBJECT
 private slots:
  void aReportReachesItsRows();
  void oneKeyReachesItsRow();
  void itemsThatFitAreAcceptedAndOthersReported();
  void aKeyTooLongForTheColumnIsRefusedAlone();
  void unknownClientsGetAReason_data();
  void unknownClientsGetAReason();
  void guessedTokensReadNothing();
  void aRevokedTokenIsRefusedAfterARefresh();
  void aNewAgentIsKnownAtOnce();
  void wrongRequestsAreAnswered_data();
  void wrongRequestsAreAnswered();
  void aBodyWrongAtAnyByteCostsOnlyItself();
  void requestsMayComeAllAtOnce();
  void aBodyMayBeAskedFor();
  void aHeaderOfAMegabyteIsRefused();
  void aBodyOfAHundredMegabytesIsRefused();
  void aSlowHeaderIsCutOff();
  void tooManyConnectionsAreClosed();
  void readinessEndsWhenItDrains();
  void metricsAreThoseOfTheEngine();
};

namespace {
constexpr std::string_view kReports = "/api/v2/workspaceagents/me/metadata";
std::string list(std::string_view items) { return "{\"metadata\":[" + std::string(items) + "]}"; }
}  // namespace

void TestAgentApi::aReportReachesItsRows() {
  Stage stage;
  const WallTime before = engine::system_clock().wall_now();
  const Answered answered = stage.post(
      stage.agents[0],
      list(
          R"({"key":"cpu","collected_at":"1999-01-01T00:00:00Z","age":0,"value":"12 %","error":""},{"key":"mem","error":"no"})"));
  QCOMPARE(answered.status, 204);
  QCOMPARE(answered.body, std::string());
  const auto rows = stage.written(stage.agents[0]);
  QCOMPARE(rows.size(), std::size_t{2});
  QCOMPARE(rows[0].value, std::string("12 %"));
  QCOMPARE(rows[1].error, std::string("no"));
  QVERIFY(rows[0].collected_at >= before);  // the service's stamp, not the agent's
  QCOMPARE(rows[0].collected_at, rows[1].collected_at);
  QVERIFY(stage.counters().balanced());
  QCOMPARE(stage.counters().written, std::uint64_t{2});
}

void TestAgentApi::oneKeyReachesItsRow() {
  Stage stage;
  QCOMPARE(
      stage.post(stage.agents[1], R"({"collected_at":"","age":1,"value":"v","error":"e"})", "metadata/c%70u").status,
      204);
  QCOMPARE(stage.post(stage.agents[0], R"({"key":7,"value":"the path says which"})", "metadata/mem").status, 204);
  const auto rows = stage.written(stage.agents[1]);
  QCOMPARE(rows[0].key + "=" + rows[0].value + rows[0].error, std::string("cpu=ve"));
}

void TestAgentApi::itemsThatFitAreAcceptedAndOthersReported() {
  Stage stage;
  std::string items = R"({"key":"cpu","value":")" + std::string(3000, 'x') + "\"}";
  for (int i = 0; i < 60; ++i) items += ",{\"key\":\"" + std::string(100, 'k') + std::to_string(100 + i) + "\"}";
  const Answered answered = stage.post(stage.agents[0], list(items));
  QCOMPARE(answered.status, 400);
  QCOMPARE(answered.body, std::string("{\"message\":\"metadata keys of 6183 bytes exceeded 6144 bytes\"}\n"));
  const auto rows = stage.written(stage.agents[0]);
  QCOMPARE(rows[0].value.size(), std::size_t{2048});
  QCOMPARE(rows[0].error, std::string("value of 3000 bytes exceeded 2048 bytes"));
  QCOMPARE(stage.counters().unmatched, std::uint64_t{59});
}

void TestAgentApi::aKeyTooLongForTheColumnIsRefusedAlone() {
  Stage stage;
  const std::string key = "{\"key\":\"" + std::string(128, 'k') + "\"}";
  const Answered answered = stage.post(stage.agents[0], list(key + R"(,{"key":"cpu","value":"1"})"));
  QCOMPARE(answered.status, 400);
  const std::string said = "\"metadata key of 128 characters exceeded 127 characters\"";
  QCOMPARE(answered.body,
           "{\"message\":" + said + ",\"validations\":[{\"field\":\"metadata[0].key\",\"detail\":" + said + "}]}\n");
  QCOMPARE(stage.written(stage.agents[0])[0].value, std::string("1"));
}

void TestAgentApi::unknownClientsGetAReason_data() {
  QTest::addColumn<QByteArray>("header");
  QTest::addColumn<QByteArray>("body");
  QTest::newRow("nobody") << QByteArray()
                          << QByteArray(R"({"message":"Header \"Coder-Session-Token\" must be provided."})");
  QTest::newRow("a cookie is not enough")
      << QByteArray("Cookie: coder_session_token=00010203-0405-4607-8809-0a0b0c0d0e0f\r\n")
      << QByteArray(R"({"message":"Header \"Coder-Session-Token\" must be provided."})");
  QTest::newRow("no token")
      << QByteArray("Coder-Session-Token: guess\r\n")
      << QByteArray(
             R"x({"message":"Workspace agent token invalid.","detail":"An agent token must be a valid UUIDv4. (len 5)"})x");
  QTest::newRow("nobody's")
      << QByteArray("Coder-Session-Token: 00010203-0405-4607-8809-0a0b0c0d0e0f\r\n")
      << QByteArray(
             R"({"message":"Workspace agent not authorized.","detail":"The token belongs to no agent, or not yet, or not any more."})");
}

void TestAgentApi::unknownClientsGetAReason() {
  QFETCH(QByteArray, header);
  QFETCH(QByteArray, body);
  Stage stage;
  const Answered answered = stage.ask(request("POST", kReports, "", "{}", header.toStdString()));
  QCOMPARE(answered.status, 401);
  QCOMPARE(answered.body, body.toStdString() + "\n");
  QCOMPARE(stage.counters().offered, std::uint64_t{0});
}

void TestAgentApi::guessedTokensReadNothing() {
  Stage stage;
  Client client(stage.port());
  std::mt19937_64 random(1);
  for (int i = 0; i < 20; ++i) {  // each waits for a lookup
    Uuid guess = stage.agents[0].token;
    guess.bytes[random() % 16] ^= static_cast<std::uint8_t>(1 + random() % 255);
    client.send(request("POST", kReports, format_uuid(guess), "{}"));
    QCOMPARE(answer_from(client).status, 401);
  }
  client.send(request("POST", kReports, stage.agents[0].token_text(), "{}"));
  QCOMPARE(answer_from(client).status, 204);
}

void TestAgentApi::aRevokedTokenIsRefusedAfterARefresh() {
  Stage stage;
  QCOMPARE(stage.post(stage.agents[0], "{}").status, 204);
  QVERIFY(std::get<bool>(stage.credentials->remove(stage.agents[0].id)));
  stage.add_agent(7);
  QCOMPARE(stage.post(stage.agents[0], "{}").status, 204);  // still in memory
  stage.service->refresh_tokens();
  int status = 204;
  for (const auto end = std::chrono::steady_clock::now() + 20s;
       status == 204 && std::chrono::steady_clock::now() < end;)
    status = stage.post(stage.agents[0], "{}").status;
  QCOMPARE(status, 401);
  QCOMPARE(stage.post(stage.agents[2], "{}").status, 204);
  QCOMPARE(stage.post(stage.agents[1], "{}").status, 204);
}

void TestAgentApi::aNewAgentIsKnownAtOnce() {
  Stage stage;
  stage.add_agent(7);
  QCOMPARE(stage.post(stage.agents[2], "{}").status, 204);  // looked up, without a refresh
}

void TestAgentApi::wrongRequestsAreAnswered_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("status");
  QTest::addColumn<bool>("is_kept");
  const auto row = [](const char* name, const char* text, int status, bool is_kept) {
    QTest::newRow(name) << QByteArray(text) << status << is_kept;
  };
  row("no path of ours", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, true);
  row("no agent", "GET /api/v2/workspaceagents/x/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, true);
  row("below me", "POST /api/v2/workspaceagents/me/stats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 404,
      true);
  row("no token", "GET /api/v2/workspaceagents/me/metadata HTTP/1.1\r\nHost: localhost\r\n\r\n", 401, true);
  row("method of metrics", "POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405, true);
  row("no host", "GET /healthz HTTP/1.1\r\n\r\n", 400, false);
  row("two hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400, false);
  row("another's host", "GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, false);
  row("no HTTP", "hello\r\n\r\n", 400, false);
  row("no path", "GET healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, false);
  row("no version", "GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n", 400, false);
  row("NUL in a header", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \x01\r\n\r\n", 400, false);
  row("two lengths", "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      400, false);
  row("length and chunks",
      "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400, false);
  row("old client", "GET /healthz HTTP/1.0\r\n\r\n", 200, false);
  row("asked to close", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200, false);
  row("head", "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200, false);
}

void TestAgentApi::wrongRequestsAreAnswered() {
  QFETCH(QByteArray, text);
  QFETCH(int, status);
  QFETCH(bool, is_kept);
  Stage stage;
  Client client(stage.port());
  client.send(text.toStdString());
  const bool is_head = text.startsWith("HEAD");
  const std::string head = client.until("\r\n\r\n");
  QCOMPARE(std::atoi(head.c_str() + 9), status);
  QCOMPARE(head.find("Connection: close") == std::string::npos, is_kept);
  if (is_kept) {
    client.send(request("GET", "/healthz"));
    QVERIFY(client.until("ok\n").find("HTTP/1.1 200 OK") != std::string::npos);
  } else {
    const std::string rest = client.rest();
    QVERIFY2(rest.find("(still open)") == std::string::npos, rest.c_str());
    QCOMPARE(rest.empty(), is_head);
  }
}

void TestAgentApi::aBodyWrongAtAnyByteCostsOnlyItself() {
  Stage stage;
  Client client(stage.port());
  const std::string body = list(R"({"key":"cpu","value":"1"})");
  int refused = 0, taken = 0;
  for (std::size_t at = 0; at < body.size(); ++at)
    for (const char wrong : {'\0', '"', '{', '\xFF'}) {
      std::string changed = body;
      changed[at] = wrong;
      client.send(request("POST", kReports, stage.agents[0].token_text(), changed));
      const Answered answered = answer_from(client);
      QVERIFY2(answered.status == 400 || answered.status == 204, changed.c_str());
      if (answered.status == 400)
        QVERIFY2(answered.body.starts_with("{\"message\":\"Request body must be valid JSON.\",\"detail\":\""),
                 answered.body.c_str());
      (answered.status == 400 ? refused : taken) += 1;
    }
  QVERIFY2(refused > 80 && taken > 8, std::to_string(refused).c_str());
  (void)stage.written(stage.agents[0]);
  QVERIFY(stage.counters().balanced());
}

void TestAgentApi::requestsMayComeAllAtOnce() {
  Stage stage;
  Client client(stage.port());
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += request("POST", kReports, stage.agents[0].token_text(),
                   list(R"({"key":"cpu","value":")" + std::to_string(i) + "\"}"));
  client.send(all);
  for (int i = 0; i < 100; ++i) QCOMPARE(answer_from(client).status, 204);
  QCOMPARE(stage.written(stage.agents[0])[0].value, std::string("99"));
}

void TestAgentApi::aBodyMayBeAskedFor() {
  Stage stage;
  Client client(stage.port());
  const std::string body = list(R"({"key":"cpu","value":"1"})");
  const std::string whole = request("POST", kReports, stage.agents[0].token_text(), body, "Expect: 100-continue\r\n");
  client.send(whole.substr(0, whole.size() - body.size()));
  QCOMPARE(client.until("\r\n\r\n"), std::string("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send(body);
  QCOMPARE(answer_from(client).status, 204);
}

void TestAgentApi::aHeaderOfAMegabyteIsRefused() {
  Stage stage;
  Client client(stage.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(1 << 20, 'x'));
  QCOMPARE(answer_from(client).status, 431);
  QCOMPARE(stage.get("/healthz").status, 200);
}

void TestAgentApi::aBodyOfAHundredMegabytesIsRefused() {
  Stage stage;
  Client client(stage.port());
  client.send(
      "POST /api/v2/workspaceagents/me/metadata HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n");
  QCOMPARE(answer_from(client).status, 413);
  const std::string piece(1 << 20, ' ');
  int sent = 0;
  while (sent < 100 && client.send(piece)) ++sent;
  QVERIFY2(sent < 100, "all of it was read");
  Client chunked(stage.port());
  chunked.send("POST /api/v2/workspaceagents/me/metadata HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " +
               stage.agents[0].token_text() + "\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n");
  chunked.send(std::string(2 << 20, ' '));
  QCOMPARE(answer_from(chunked).status, 413);
}

void TestAgentApi::aSlowHeaderIsCutOff() {
  Stage stage([](service::ServiceOptions& options) { options.server.limits.header = 200ms; });
  Client slow(stage.port());
  slow.send("GET /healthz HTTP/1.1\r\nHost: local");
  QCOMPARE(slow.rest(), std::string());
  QCOMPARE(stage.get("/healthz").status, 200);
}

void TestAgentApi::tooManyConnectionsAreClosed() {
  Stage stage([](service::ServiceOptions& options) { options.server.limits.connections = 3; });
  Client one(stage.port()), two(stage.port()), three(stage.port());
  for (Client* const client : {&one, &two, &three}) {
    client->send(request("GET", "/healthz"));
    QVERIFY(!client->until("ok\n").empty());
  }
  Client four(stage.port());
  four.send(request("GET", "/healthz"));
  QCOMPARE(four.rest(), std::string());
  one.send(request("GET", "/metrics"));
  QVERIFY(one.until("connections_refused_total 1\n").find("metadata_connections 3\n") != std::string::npos);
}

void TestAgentApi::readinessEndsWhenItDrains() {
  Stage stage;
  Client idle(stage.port());
  idle.send(request("GET", "/readyz"));
  const Answered ready = answer_from(idle);
  QCOMPARE(ready.status, 200);
  QVERIFY2(ready.body.starts_with("ready\n"), ready.body.c_str());
  QCOMPARE(stage.post(stage.agents[0], list(R"({"key":"cpu","value":"last"})")).status, 204);
  const service::ServiceEnd end = stage.service->stop();
  QCOMPARE(idle.rest(), std::string());
  QCOMPARE(end.snapshot.counters.written, std::uint64_t{1});
  QCOMPARE(end.snapshot.counters.held(), std::uint64_t{0});
  QCOMPARE(stage.stored(stage.agents[0])[0].value, std::string("last"));
}

void TestAgentApi::metricsAreThoseOfTheEngine() {
  Stage stage;
  QCOMPARE(stage.post(stage.agents[0], list(R"({"key":"cpu","value":"1"},{"key":"gone"})")).status, 204);
  std::string body;
  for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
    body = stage.get("/metrics").body;
    if (body.find("\ncoderd_agentapi_metadata_flushed_total 2\n") != std::string::npos) break;
  }
  for (const char* const line :
       {"\ncoderd_agentapi_metadata_batches_total{reason=\"scheduled\"} 1\n",
        "\ncoderd_agentapi_metadata_rows_unmatched_total 1\n", "\ncoderd_agentapi_metadata_listener_connected 1\n",
        "\ncoderd_agentapi_metabatch_build_info{version=\"0.0.0-test\"} 1\n",
        "\ncoderd_agentapi_metadata_reports_total 1\n", "\ncoderd_agentapi_metadata_agents 2\n"})
    QVERIFY2(body.find(line) != std::string::npos, (line + body).c_str());
  QCOMPARE(body.find(stage.agents[0].id_text()), std::string::npos);
}

QTEST_GUILESS_MAIN(TestAgentApi)
#include "tst_agent_api.moc"
