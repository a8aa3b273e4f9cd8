// SPDX-License-Identifier: Apache-2.0
#include <QRegularExpression>
#include <QTest>

#include "service/stage.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// How watch streams end, and how many may exist.
class TestStreamEnd : public QObject {
  Q_OBJECT
 private slots:
  void eventsEndWithARetryAndTheLastChunk_data();
  void eventsEndWithARetryAndTheLastChunk();
  void socketsEndWithGoingAway_data();
  void socketsEndWithGoingAway();
  void oneAgentHasSoManyStreams();
  void aClosedStreamGivesItsSlotBack();
  void streamsEndOverTheGraceAndReportsAreStillTaken();
  void aDrainingServiceOpensNoStream();
  void streamsThatAreBeingOpenedEndToo();
};

namespace {

enum class End { shutdown, removed, revoked_watch_token };

void add_ends() {
  QTest::addColumn<int>("end");
  QTest::newRow("at shutdown") << static_cast<int>(End::shutdown);
  QTest::newRow("agent removed") << static_cast<int>(End::removed);
  QTest::newRow("watch token revoked") << static_cast<int>(End::revoked_watch_token);
}

/// Whose stream it is.
std::string token_for(const Stage& stage, End end) {
  return end == End::revoked_watch_token ? stage.watch_token : stage.agents[0].token_text();
}

void bring_about(Stage& stage, End end) {
  switch (end) {
    case End::shutdown: (void)stage.service->stop(); return;
    case End::removed:
      if (!std::get<bool>(stage.credentials->remove(stage.agents[0].id))) qFatal("not removed");
      stage.service->refresh_tokens();
      return;
    case End::revoked_watch_token:
      stage.write_file("tokens", "another-token-of-some-length\n");
      if (const std::string wrong = stage.service->change({.config = stage.options.config,
                                                           .token_refresh = 5min,
                                                           .watch_token_file = stage.options.watch_token_file,
                                                           .metrics_token_file = {}});
          !wrong.empty())
        qFatal("%s", wrong.c_str());
  }
}

std::string handshake(const std::string& path, const std::string& token) {
  return request("GET", path, token, {},
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                 "dGhlIHNhbXBsZSBub25jZQ==\r\n");
}

}  // namespace

void TestStreamEnd::eventsEndWithARetryAndTheLastChunk_data() { add_ends(); }

void TestStreamEnd::eventsEndWithARetryAndTheLastChunk() {
  QFETCH(int, end);
  Stage stage;
  Client client(stage.port()), other(stage.port());
  client.send(request("GET", stage.agents[0].path("watch-metadata"), token_for(stage, static_cast<End>(end))));
  QVERIFY(!client.until("}}]\n\n\r\n").empty());
  other.send(request("GET", stage.agents[1].path("watch-metadata"), stage.agents[1].token_text()));
  QVERIFY(!other.until("}}]\n\n\r\n").empty());
  bring_about(stage, static_cast<End>(end));
  const QString rest = QString::fromStdString(client.rest());
  const QRegularExpression last(R"(^((?s:.*)\r\n)?([0-9a-f]+)\r\nretry: ([0-9]+)\n\n\r\n0\r\n\r\n$)");
  const auto found = last.match(rest);
  QVERIFY2(found.hasMatch(), qPrintable(rest));
  QCOMPARE(found.captured(2).toInt(nullptr, 16), 9 + static_cast<int>(found.captured(3).size()));
  QVERIFY(found.captured(3).toInt() >= 1000 && found.captured(3).toInt() <= 10'000);
  if (static_cast<End>(end) == End::shutdown) return;
  QVERIFY(stage.get("/metrics").body.find("metadata_streams_revoked_total 1\n") != std::string::npos);
  QVERIFY(!other.until("event: ").empty());  // another agent's stream continues
}

void TestStreamEnd::socketsEndWithGoingAway_data() { add_ends(); }

void TestStreamEnd::socketsEndWithGoingAway() {
  QFETCH(int, end);
  Stage stage;
  Client client(stage.port());
  client.send(handshake(stage.agents[0].path("watch-metadata-ws"), token_for(stage, static_cast<End>(end))));
  QVERIFY(!client.until("}}]}").empty());
  std::thread answering([&client] {
    // A client answers the close frame; only then does the server close.
    const std::string frame = client.until("\x88\x02\x03\xE9");
    client.send(std::string("\x88\x82\0\0\0\0\x03\xE9", 8));
    if (!frame.ends_with("\x88\x02\x03\xE9")) qFatal("no close frame with 1001");
  });
  bring_about(stage, static_cast<End>(end));
  answering.join();
  QCOMPARE(client.rest(), std::string());
}

void TestStreamEnd::oneAgentHasSoManyStreams() {
  Stage stage([](service::ServiceOptions& options) { options.streams_per_agent = 2; });
  std::vector<std::unique_ptr<Client>> open;
  for (int i = 0; i < 2; ++i) {
    open.push_back(std::make_unique<Client>(stage.port()));
    open.back()->send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
    QVERIFY(!open.back()->until("event: data").empty());
  }
  const Answered refused = stage.get(stage.agents[0].path("watch-metadata"), stage.watch_token);
  QCOMPARE(refused.status, 429);
  QVERIFY(refused.head.find("\r\nRetry-After: ") != std::string::npos);
  QCOMPARE(stage.get(stage.agents[0].path("metadata"), stage.watch_token).status, 200);
  Client other(stage.port());
  other.send(request("GET", stage.agents[1].path("watch-metadata"), stage.watch_token));
  QVERIFY(!other.until("event: data").empty());
  QVERIFY(stage.get("/metrics").body.find("metadata_streams_refused_total 1\n") != std::string::npos);
}

void TestStreamEnd::aClosedStreamGivesItsSlotBack() {
  Stage stage([](service::ServiceOptions& options) { options.streams_per_agent = 1; });
  for (int i = 0; i < 3; ++i) {
    int status = 429;
    for (const auto end = std::chrono::steady_clock::now() + 20s;
         status != 200 && std::chrono::steady_clock::now() < end;) {
      Client client(stage.port());
      client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
      status = std::atoi(client.until("\r\n\r\n").substr(9).c_str());
    }
    QCOMPARE(status, 200);
  }
}

void TestStreamEnd::streamsEndOverTheGraceAndReportsAreStillTaken() {
  Stage stage([](service::ServiceOptions& options) { options.drain_grace = 3s; });
  Client reporter(stage.port()), balancer(stage.port()), watcher(stage.port());
  balancer.send(request("GET", "/readyz"));
  QCOMPARE(answer_from(balancer).status, 200);
  watcher.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  QVERIFY(!watcher.until("event: data").empty());
  std::thread stopping([&stage] { (void)stage.service->stop(); });
  int status = 200;
  while (status == 200) {
    balancer.send(request("GET", "/readyz"));
    status = answer_from(balancer).status;
  }
  reporter.send(request("POST", "/api/v2/workspaceagents/me/metadata", stage.agents[0].token_text(),
                        R"({"metadata":[{"key":"cpu","value":"late"}]})"));
  const int reported = answer_from(reporter).status;
  const std::string rest = watcher.rest();
  stopping.join();
  QCOMPARE(status, 503);
  QCOMPARE(reported, 204);
  QVERIFY2(rest.ends_with("0\r\n\r\n"), rest.c_str());
  QCOMPARE(stage.stored(stage.agents[0])[0].value, std::string("late"));
}

void TestStreamEnd::aDrainingServiceOpensNoStream() {
  Stage stage([](service::ServiceOptions& options) { options.drain_grace = 3s; });
  Client client(stage.port());
  std::thread stopping([&stage] { (void)stage.service->stop(); });
  Answered answered;
  do {
    client.send(request("GET", "/readyz"));
    answered = answer_from(client);
  } while (answered.status == 200);
  client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  answered = answer_from(client);
  stopping.join();
  QCOMPARE(answered.status, 503);
  QVERIFY(answered.head.find("\r\nRetry-After: ") != std::string::npos);
}

/// The service ends while the heads of many answers are still being sent: each stream ends after
/// its head, or is refused, and none is written twice at a time.
void TestStreamEnd::streamsThatAreBeingOpenedEndToo() {
  constexpr int kRounds = 40, kClients = 20;
  int opened = 0;
  for (int round = 0; round < kRounds; ++round) {
    Stage stage([](service::ServiceOptions& options) { options.streams_per_agent = kClients; });
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < kClients; ++i) clients.push_back(std::make_unique<Client>(stage.port()));
    for (const auto& client : clients)
      client->send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
    const std::string first = clients[0]->until("\r\n\r\n");
    stage.service->stop();
    for (const auto& client : clients) {
      const std::string all = (client == clients[0] ? first : "") + client->rest();
      QVERIFY2(!all.ends_with("(still open)"), all.c_str());
      if (!all.starts_with("HTTP/1.1 200 ")) continue;
      ++opened;
      QVERIFY2(all.ends_with("0\r\n\r\n"), all.c_str());
    }
  }
  QVERIFY(opened > 0);
}

QTEST_GUILESS_MAIN(TestStreamEnd)
#include "tst_stream_end.moc"
