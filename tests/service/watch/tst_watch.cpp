// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "service/stage.hpp"
#include "service/watch/watch_hub.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

class TestWatch : public QObject {
  Q_OBJECT
 private slots:
  void aStreamIsGoldenToTheByte();
  void anOldClientGetsNoChunks();
  void aChangeIsSentWithinItsTime();
  void changesComeAtMostOnceASecond();
  void whoHearsNothingIsReadForAtEveryHeartbeat();
  void aPingComesFromTimeToTime();
  void aSocketSpeaksInTextFrames();
  void aClientsMessageClosesItsSocket();
  void whoMayNotWatchSeesNothing();
  void aPageElsewhereOpensNoSocket();
  void rowsCanBeReadAtOnce();
  void aSlowClientGetsTheNewestArray();
  void aClientThatTakesNothingIsClosed_data();
  void aClientThatTakesNothingIsClosed();
  void aClientThatTakesLittleIsNotClosed();
  void streamsEndWhenTheServiceDoes();
};

namespace {

/// Reads server-sent events as a strict parser does: lines `event: ` and `data: ` in this order,
/// one data line, a blank line.
class EventReader {
 public:
  EventReader(Client& client) : client_(client) {}
  struct Event {
    std::string type;
    std::string data;
  };
  Event next() {
    const std::string text = chunk();
    if (text == "event: ping\n\n") return {"ping", ""};
    const std::size_t line = text.find('\n');
    const bool is_strict = text.starts_with("event: ") && text.substr(line + 1, 6) == "data: " &&
                           text.ends_with("\n\n") && text.find('\n', line + 1) == text.size() - 2;
    if (!is_strict) return {"broken", text};
    return {text.substr(7, line - 7), text.substr(line + 7, text.size() - line - 9)};
  }
  /// The next array that contains this; earlier ones are skipped.
  std::string dataWith(std::string_view words) {
    for (;;) {
      const Event event = next();
      if (event.type == "broken" || event.data.find(words) != std::string::npos) return event.data;
    }
  }

 private:
  std::string chunk() {
    const std::string size = client_.until("\r\n");
    const std::string text = client_.exactly(std::strtoul(size.c_str(), nullptr, 16));
    return client_.exactly(2) == "\r\n" ? text : "no chunk: " + size + text;
  }
  Client& client_;
};

std::string report(std::string_view value) {
  return "{\"metadata\":[{\"key\":\"cpu\",\"value\":\"" + std::string(value) + "\"}]}";
}

constexpr std::string_view kEmptyRow =
    R"({"result":{"collected_at":"0001-01-01T00:00:00Z","age":9223372036,"value":"","error":""},"description":)";

// Arrays of 200 KB: one exceeds what the kernel buffers for a client that reads nothing.
std::vector<std::string> many_keys() {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("k" + std::to_string(i));
  return names;
}
void add_keys(Stage& stage) {
  const std::vector<std::string> names = many_keys();
  const std::vector<std::string_view> keys(names.begin(), names.end());
  QVERIFY(!stage.credentials->add({stage.agents[0].id, stage.agents[0].token}, keys));
}
std::string big_report(int round) {
  std::string items;
  for (const std::string& name : many_keys())
    items += (items.empty() ? "" : ",") + ("{\"key\":\"" + name + "\",\"value\":\"" + std::string(2000, 'x')) +
             std::to_string(round) + "\"}";
  return "{\"metadata\":[" + items + "]}";
}

std::string handshake(const std::string& path, const std::string& token, std::string_view more = {}) {
  return request("GET", path, token, {},
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                 "dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                     std::string(more));
}

/// The next frame of a server: first byte, then the payload.
std::pair<int, std::string> frame(Client& client) {
  const std::string head = client.exactly(2);
  if (head.size() < 2) return {-1, ""};
  std::size_t size = static_cast<unsigned char>(head[1]);
  if (size > 125) {
    const std::string more = client.exactly(size == 126 ? 2 : 8);
    size = 0;
    for (const char c : more) size = size << 8 | static_cast<unsigned char>(c);
  }
  return {static_cast<unsigned char>(head[0]), client.exactly(size)};
}

/// A stream whose client has almost no buffer.
std::unique_ptr<Client> slow_stream(const Stage& stage, bool is_websocket) {
  auto client = std::make_unique<Client>(stage.port(), 1);
  const std::string path = stage.agents[0].path(is_websocket ? "watch-metadata-ws" : "watch-metadata");
  client->send(is_websocket ? handshake(path, stage.watch_token) : request("GET", path, stage.watch_token));
  client->until("\r\n\r\n");
  return client;
}
void add_forms() {
  QTest::addColumn<bool>("is_websocket");
  QTest::newRow("server-sent events") << false;
  QTest::newRow("WebSocket") << true;
}

}  // namespace

void TestWatch::aStreamIsGoldenToTheByte() {
  Stage stage;
  Client client(stage.port());
  client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  QCOMPARE(without_date(client.until("\r\n\r\n")),
           std::string("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nConnection: "
                       "keep-alive\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string row(kEmptyRow);
  const std::string golden = "event: data\ndata: [" + row +
                             R"({"display_name":"cpu","key":"cpu","script":"","interval":0,"timeout":0}},)" + row +
                             R"({"display_name":"mem","key":"mem","script":"","interval":0,"timeout":0}}])" + "\n\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", golden.size());
  QCOMPARE(client.exactly(golden.size() + std::strlen(size) + 2), size + golden + "\r\n");
}

void TestWatch::anOldClientGetsNoChunks() {
  Stage stage;
  Client client(stage.port());
  client.send("GET " + stage.agents[0].path("watch-metadata?coder_session_token=") + stage.agents[0].token_text() +
              " HTTP/1.0\r\n\r\n");
  QVERIFY(client.until("\r\n\r\n").find("chunked") == std::string::npos);
  QVERIFY(client.until("\n\n").starts_with("event: data\ndata: [{"));
}

void TestWatch::aChangeIsSentWithinItsTime() {
  Stage stage;
  Client client(stage.port());
  client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.agents[0].token_text()));
  client.until("\r\n\r\n");
  EventReader events(client);
  QVERIFY(events.next().data.starts_with("[" + std::string(kEmptyRow)));
  const auto began = std::chrono::steady_clock::now();
  for (const char* const value : {"1", "2", "3"}) QCOMPARE(stage.post(stage.agents[0], report(value)).status, 204);
  const std::string data = events.dataWith("\"value\":\"3\"");
  QVERIFY2(data.find("\"value\":\"3\"") != std::string::npos, data.c_str());
  QVERIFY(std::chrono::steady_clock::now() - began < 4500ms);  // sooner than the heartbeat
  QCOMPARE(events.next().type, std::string("data"));           // and an unchanged one with the next heartbeat
}

void TestWatch::changesComeAtMostOnceASecond() {
  Stage stage;
  Client client(stage.port());
  client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  client.until("event: data\n");
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; std::chrono::steady_clock::now() - began < 2200ms; ++i)
    QCOMPARE(stage.post(stage.agents[0], report(std::to_string(i))).status, 204);
  QCOMPARE(stage.post(stage.agents[0], report("the last")).status, 204);
  int arrays = 1;
  for (std::string frame; frame.find("the last") == std::string::npos; ++arrays) frame = client.until("\n\n");
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
  QVERIFY2(arrays <= seconds + 3, std::to_string(arrays).c_str());
}

void TestWatch::whoHearsNothingIsReadForAtEveryHeartbeat() {
  struct Seen final : service::Watcher {
    void deliver(service::FrameType, service::FrameText json) override {
      const std::lock_guard lock(mutex);
      text += *json;
      changed.notify_all();
    }
    void end() override {}
    bool has(const char* words) {
      std::unique_lock lock(mutex);
      return changed.wait_for(lock, 20s, [&] { return text.find(words) != std::string::npos; });
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::string text;
  };
  Stage stage;
  service::HubOptions options;
  options.open = [&] { return sql::AgentRows::of(stage.options.database); };
  options.ring = std::make_shared<engine::NotificationRing>(1);
  options.is_listening = [] { return false; };
  options.on_failure = [](const std::string&) {};
  options.tick = 10ms;
  options.least_gap = 10ms;
  options.heartbeat = 100ms;
  options.full_read = 1h;
  service::WatchHub hub(std::move(options));
  const auto seen = std::make_shared<Seen>();
  hub.add(stage.agents[0].id, seen);
  QVERIFY(seen->has("\"value\":\"\""));
  QCOMPARE(stage.post(stage.agents[0], report("unheard")).status, 204);
  QVERIFY(seen->has("\"value\":\"unheard\""));
}

void TestWatch::aPingComesFromTimeToTime() {
  Stage stage([](service::ServiceOptions& options) { options.server.limits.ping = 300ms; });
  Client client(stage.port());
  client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  client.until("\r\n\r\n");
  EventReader events(client);
  QCOMPARE(events.next().type, std::string("data"));
  QCOMPARE(events.next().type, std::string("ping"));
  QCOMPARE(events.next().type, std::string("ping"));
}

void TestWatch::aSocketSpeaksInTextFrames() {
  Stage stage([](service::ServiceOptions& options) { options.server.limits.ping = 300ms; });
  Client client(stage.port());
  client.send(handshake(stage.agents[0].path("watch-metadata-ws"), stage.watch_token));
  const std::string head = client.until("\r\n\r\n");
  QVERIFY2(head.starts_with("HTTP/1.1 101") && head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos,
           head.c_str());
  const auto [first, text] = frame(client);
  QCOMPARE(first, 0x81);  // whole, text
  QVERIFY2(text.starts_with("{\"type\":\"data\",\"data\":[{\"result\":") && text.ends_with("}]}"), text.c_str());
  QCOMPARE(frame(client), std::make_pair(0x89, std::string()));  // a client would read a message as data
}

void TestWatch::aClientsMessageClosesItsSocket() {
  Stage stage;
  Client client(stage.port());
  client.send(handshake(stage.agents[0].path("watch-metadata-ws"), stage.agents[0].token_text()));
  client.until("\r\n\r\n");
  QCOMPARE(frame(client).first, 0x81);
  client.send(std::string("\x81\x82\0\0\0\0hi", 8));
  auto [first, text] = frame(client);
  if (first == 0x81) std::tie(first, text) = frame(client);
  QCOMPARE(first, 0x88);
  QCOMPARE(static_cast<int>(static_cast<unsigned char>(text[0])) << 8 | static_cast<unsigned char>(text[1]), 1002);
}

void TestWatch::whoMayNotWatchSeesNothing() {
  Stage stage;
  const auto status = [&](std::string_view path, std::string_view token) { return stage.get(path, token).status; };
  const std::string mine = stage.agents[0].path("watch-metadata"), other = stage.agents[1].path("watch-metadata");
  QCOMPARE(status(mine, ""), 401);
  QCOMPARE(status(mine, "a-watch-token-of-some-lengtX"), 401);
  QCOMPARE(status(mine, format_uuid({})), 401);
  const Answered forbidden = stage.get(other, stage.agents[0].token_text());
  const Answered missing =
      stage.get("/api/v2/workspaceagents/00010203-0405-4607-8809-0a0b0c0d0e0f/watch-metadata", stage.watch_token);
  QCOMPARE(forbidden.status, 404);
  QCOMPARE(without_date(forbidden.head) + forbidden.body, without_date(missing.head) + missing.body);
  QCOMPARE(forbidden.body,
           std::string("{\"message\":\"Resource not found or you do not have access to this resource\"}\n"));
  QCOMPARE(status("/api/v2/metadata?agents=" + stage.agents[0].id_text(), stage.agents[0].token_text()), 401);
}

void TestWatch::aPageElsewhereOpensNoSocket() {
  Stage stage;
  const std::string path = stage.agents[0].path("watch-metadata-ws"),
                    cookie = "Cookie: coder_session_token=" + stage.watch_token + "\r\n";
  QCOMPARE(stage.ask(handshake(path, "", cookie + "Origin: http://evil.example\r\n")).status, 401);
  QCOMPARE(stage.ask(handshake(path, "", cookie + "Origin: http://localhost\r\n")).status, 101);
}

void TestWatch::rowsCanBeReadAtOnce() {
  Stage stage;
  const Answered one = stage.get(stage.agents[0].path("metadata"), stage.agents[0].token_text());
  QCOMPARE(one.status, 200);
  QVERIFY(one.body.starts_with("[" + std::string(kEmptyRow)) && one.body.ends_with("]\n"));
  const Answered bulk = stage.get(
      "/api/v2/metadata?agents=" + stage.agents[1].id_text() + "," + stage.agents[0].id_text(), stage.watch_token);
  QVERIFY2(bulk.body.starts_with("[{\"agent_id\":\"" + stage.agents[1].id_text() + "\",\"metadata\":[{"),
           bulk.body.c_str());
  QVERIFY(bulk.body.find(",{\"agent_id\":\"" + stage.agents[0].id_text()) != std::string::npos);
  QCOMPARE(stage.get("/api/v2/metadata?agents=x", stage.watch_token).status, 400);
}

void TestWatch::aSlowClientGetsTheNewestArray() {
  Stage stage;
  add_keys(stage);
  const auto slow = slow_stream(stage, false), slow_socket = slow_stream(stage, true);
  Client other(stage.port());
  other.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  other.until("\r\n\r\n");
  EventReader events(other), slow_events(*slow);
  QCOMPARE(slow_events.next().type, std::string("data"));
  QCOMPARE(frame(*slow_socket).first, 0x81);
  for (int round = 0; round < 3; ++round) {  // the first one fills the kernel's buffer, the others wait
    QCOMPARE(stage.post(stage.agents[0], big_report(round)).status, 204);
    QVERIFY(!events.dataWith("x" + std::to_string(round)).empty());
  }
  const auto round_of = [](const std::string& array) {
    const std::size_t at = array.rfind('x');  // the digit behind it
    return at == std::string::npos ? std::string("no array: ") + array.substr(0, 80) : array.substr(at + 1, 1);
  };
  QCOMPARE(round_of(slow_events.next().data), std::string("0"));
  QCOMPARE(round_of(slow_events.next().data), std::string("2"));
  QCOMPARE(round_of(frame(*slow_socket).second), std::string("0"));
  QCOMPARE(round_of(frame(*slow_socket).second), std::string("2"));
}

void TestWatch::aClientThatTakesNothingIsClosed_data() { add_forms(); }

void TestWatch::aClientThatTakesNothingIsClosed() {
  QFETCH(bool, is_websocket);
  Stage stage([](service::ServiceOptions& options) {
    options.server.limits.write = 300ms;
    options.server.limits.ping = 300ms;
  });
  add_keys(stage);
  const auto slow = slow_stream(stage, is_websocket);
  Client other(stage.port());
  other.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  other.until("\r\n\r\n");
  EventReader events(other);
  const auto are_both_open = [&] {
    return stage.get("/metrics").body.find("metadata_watchers 2\n") != std::string::npos;
  };
  QVERIFY(are_both_open());
  int rounds = 0;
  for (; are_both_open() && rounds < 10; ++rounds) {
    QCOMPARE(stage.post(stage.agents[0], big_report(rounds)).status, 204);
    QVERIFY(!events.dataWith("x" + std::to_string(rounds)).empty());
  }
  QVERIFY2(rounds < 10, "it was never closed");
  QVERIFY(events.next().type != "broken");
}

void TestWatch::aClientThatTakesLittleIsNotClosed() {
  Stage stage([](service::ServiceOptions& options) {
    options.server.limits.write = 600ms;
    options.server.limits.ping = 300ms;
  });
  add_keys(stage);
  const std::unique_ptr<Client> slow[] = {slow_stream(stage, false), slow_stream(stage, true)};
  QCOMPARE(stage.post(stage.agents[0], big_report(0)).status, 204);
  // Sending an array takes far longer than `write`, but the client never stops reading for that
  // long.
  for (std::size_t taken = 0; taken < 200'000; taken += 8'000) {
    for (const auto& client : slow) QCOMPARE(client->exactly(8'000).size(), std::size_t{8'000});
    std::this_thread::sleep_for(100ms);
  }
}

void TestWatch::streamsEndWhenTheServiceDoes() {
  Stage stage;
  Client client(stage.port());
  client.send(request("GET", stage.agents[0].path("watch-metadata"), stage.watch_token));
  client.until("event: data\n");
  stage.service->stop();
  QVERIFY(client.rest().find("(still open)") == std::string::npos);
}

QTEST_GUILESS_MAIN(TestWatch)
#include "tst_watch.moc"
