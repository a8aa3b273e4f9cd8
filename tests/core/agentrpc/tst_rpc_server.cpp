// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QtTest>
#include <map>
#include <string>
#include <vector>

#include "agentrpc/rpc_server.hpp"
#include "core/agentrpc/wire.hpp"

using namespace metabatch;
using namespace metabatch::agentrpc;
using namespace std::chrono_literals;

namespace {

constexpr Instant t0{};
const std::string kReport = "/coder.agent.v2.Agent/BatchUpdateMetadata";
const std::string kKeysTooLong = "metadata keys of 6150 bytes exceeded 6144 bytes";

struct Handler final : RpcHandler {
  std::vector<std::pair<std::string, std::string>> calls;
  RpcAnswer next_answer{};
  bool is_relay = false;
  std::map<std::uint32_t, std::string> relayed;
  std::vector<std::uint32_t> relay_finished;

  bool answers(std::string_view rpc) override { return rpc == kReport; }
  RpcAnswer on_call(std::string_view rpc, std::string_view message) override {
    calls.emplace_back(rpc, message);
    return next_answer;
  }
  bool relays() override { return is_relay; }
  void on_relay(std::uint32_t stream, std::string_view bytes) override { relayed[stream] += bytes; }
  void on_relay_finished(std::uint32_t stream) override { relay_finished.push_back(stream); }
};

/// One direction of a yamux stream: its content, independent of the frames.
struct Direction {
  bool is_opened = false;
  bool is_acknowledged = false;
  std::string data;
  bool is_finished = false;
  bool operator==(const Direction&) const = default;
};

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
  return number;
}

std::map<std::uint32_t, Direction> streams_of(const std::string& bytes) {
  std::map<std::uint32_t, Direction> streams;
  for (std::size_t at = 0; at + 12 <= bytes.size();) {
    const auto type = static_cast<std::uint8_t>(bytes[at + 1]);
    const auto flags = static_cast<std::uint8_t>(bytes[at + 3]);
    const std::uint32_t stream = number_at(bytes, at + 4);
    const std::uint32_t length = number_at(bytes, at + 8);
    at += 12;
    if (type > wire::kWindow) continue;
    Direction& one = streams[stream];
    one.is_opened |= (flags & wire::kSyn) != 0;
    one.is_acknowledged |= (flags & wire::kAck) != 0;
    one.is_finished |= (flags & wire::kFin) != 0;
    if (type != wire::kData) continue;
    one.data += bytes.substr(at, length);
    at += length;
  }
  return streams;
}

struct Recording {
  std::vector<std::string> client;  // one for each change of direction
  std::string server;
};

Recording read_recording(const QString& name) {
  QFile file(QStringLiteral(METABATCH_SOURCE_DIR "/tests/golden/agentrpc/%1.yamux.hex").arg(name));
  if (!file.open(QIODevice::ReadOnly)) qFatal("%s: cannot be opened", qPrintable(file.fileName()));
  Recording recording;
  for (const QByteArray& line : file.readAll().split('\n')) {
    const std::string bytes = QByteArray::fromHex(line.mid(2)).toStdString();
    if (line.startsWith("C ")) recording.client.push_back(bytes);
    if (line.startsWith("S ")) recording.server += bytes;
  }
  return recording;
}

}  // namespace

class TestRpcServer : public QObject {
  Q_OBJECT

 private slots:
  void recordedConnectionsAreAnsweredAsTheReferenceDoes_data();
  void recordedConnectionsAreAnsweredAsTheReferenceDoes();
  void everyPortionGivesTheSameAnswers();
  void theStreamIsClosedOnlyAfterTheAgentClosedIt();
  void everyOtherCallIsUnimplemented();
  void aSecondCallOnOneStreamIsAnswered();
  void aCallWithoutMessageFails();
  void aCancelledCallIsNotMade();
  void aBrokenStreamEndsAloneAndItsWindowIsReturned();
  void incompletePacketsTogetherAreBounded();
  void aRelayedStreamPassesByteByByte();
  void ownCallsAreAnsweredInFrontOfARelay();
};

void TestRpcServer::recordedConnectionsAreAnsweredAsTheReferenceDoes_data() {
  QTest::addColumn<int>("reports");
  QTest::newRow("a_one_report_3_items") << 1;
  QTest::newRow("b_20_reports") << 20;
  QTest::newRow("c_error_answer") << 1;
  QTest::newRow("d2_unimplemented") << 0;
  QTest::newRow("f_keepalive_ping") << 1;
  QTest::newRow("g_300kB_message") << 1;
  QTest::newRow("h_two_streams_at_once") << 2;
  QTest::newRow("j_invoke_metadata") << 1;
  QTest::newRow("l_no_version") << 1;
}

void TestRpcServer::recordedConnectionsAreAnsweredAsTheReferenceDoes() {
  QFETCH(int, reports);
  const QString name = QString::fromUtf8(QTest::currentDataTag());
  const Recording recording = read_recording(name);
  Handler handler;
  if (name == "c_error_answer") handler.next_answer = {true, 0, kKeysTooLong};
  RpcServer server(handler, t0);
  std::string sent;
  for (const std::string& bytes : recording.client) {
    server.receive(bytes, t0);
    sent += server.take_output();
  }
  QCOMPARE(static_cast<int>(handler.calls.size()), reports);
  QCOMPARE(server.end(), YamuxEnd::none);
  QVERIFY(streams_of(sent) == streams_of(recording.server));
  QCOMPARE(server.streams(), std::size_t{0});
}

void TestRpcServer::everyPortionGivesTheSameAnswers() {
  std::string bytes;
  for (const std::string& part : read_recording("h_two_streams_at_once").client) bytes += part;
  for (std::size_t portion = 1; portion < 300; ++portion) {
    Handler handler;
    RpcServer server(handler, t0);
    for (std::size_t at = 0; at < bytes.size(); at += portion) server.receive(bytes.substr(at, portion), t0);
    QCOMPARE(handler.calls.size(), std::size_t{2});
    QVERIFY(streams_of(server.take_output()) == streams_of(read_recording("h_two_streams_at_once").server));
  }
}

void TestRpcServer::theStreamIsClosedOnlyAfterTheAgentClosedIt() {
  Handler handler;
  RpcServer server(handler, t0);
  server.receive(wire::opened(1) + wire::data(1, wire::call(kReport, "m")), t0);
  const auto answered = streams_of(server.take_output());
  QVERIFY(!answered.at(1).data.empty());
  QVERIFY(!answered.at(1).is_finished);
  server.receive(wire::header(wire::kWindow, wire::kFin, 1, 0), t0);
  QCOMPARE(server.take_output(), wire::header(wire::kWindow, wire::kFin, 1, 0));
}

void TestRpcServer::everyOtherCallIsUnimplemented() {
  Handler handler;
  RpcServer server(handler, t0);
  server.receive(wire::opened(1) + wire::data(1, wire::call("/coder.agent.v2.Agent/GetManifest", "m")), t0);
  std::string error;
  append_error(error, 1, 1, kDrpcUnimplemented, "Unimplemented");
  QCOMPARE(streams_of(server.take_output()).at(1).data, error);
  QVERIFY(handler.calls.empty());
}

void TestRpcServer::aSecondCallOnOneStreamIsAnswered() {
  Handler handler;
  RpcServer server(handler, t0);
  server.receive(wire::opened(1) + wire::data(1, wire::call(kReport, "a") + wire::call(kReport, "b", 2)), t0);
  QCOMPARE(handler.calls.size(), std::size_t{2});
  QCOMPARE(handler.calls[1].second, std::string("b"));
  QCOMPARE(QByteArray::fromStdString(streams_of(server.take_output()).at(1).data).toHex(),
           QByteArray("050101000d010200"
                      "050201000d020200"));
}

void TestRpcServer::aCallWithoutMessageFails() {
  Handler handler;
  RpcServer server(handler, t0);
  std::string bytes;
  append_packet(bytes, DrpcKind::invoke, 1, 1, kReport);
  append_packet(bytes, DrpcKind::close_send, 1, 2, {});
  server.receive(wire::opened(1) + wire::data(1, bytes), t0);
  QCOMPARE(static_cast<int>(streams_of(server.take_output()).at(1).data[0]), 0x07);
}

void TestRpcServer::aCancelledCallIsNotMade() {
  Handler handler;
  RpcServer server(handler, t0);
  std::string bytes;
  append_packet(bytes, DrpcKind::invoke, 1, 1, kReport);
  append_packet(bytes, DrpcKind::cancel, 1, 2, {});
  append_packet(bytes, DrpcKind::message, 1, 3, "late");
  server.receive(wire::opened(1) + wire::data(1, bytes), t0);
  QVERIFY(handler.calls.empty());
}

void TestRpcServer::aBrokenStreamEndsAloneAndItsWindowIsReturned() {
  Handler handler;
  RpcServer server(handler, t0);
  server.receive(wire::opened(1) + wire::opened(3) + wire::data(1, "\x01\x01\x01"), t0);
  QVERIFY(!streams_of(server.take_output()).at(1).is_finished);  // the frame is not complete yet
  server.receive(wire::data(1, std::string(1, '\0')), t0);
  QVERIFY(streams_of(server.take_output()).at(1).is_finished);
  for (int i = 0; i < 8; ++i) server.receive(wire::data(1, std::string(60'000, 'x')), t0);
  server.receive(wire::data(3, wire::call(kReport, "m")), t0);
  QCOMPARE(handler.calls.size(), std::size_t{1});
  QCOMPARE(server.end(), YamuxEnd::none);
}

void TestRpcServer::incompletePacketsTogetherAreBounded() {
  Handler handler;
  RpcServer server(handler, t0, {.packet_bytes = 1000});
  std::string cut;
  append_packet(cut, DrpcKind::message, 1, 1, std::string(5000, 'x'));
  server.receive(wire::opened(1) + wire::opened(3) + wire::data(1, cut.substr(0, 600)), t0);
  QVERIFY(!streams_of(server.take_output()).at(1).is_finished);
  server.receive(wire::data(3, cut.substr(0, 600)), t0);
  const auto after = streams_of(server.take_output());
  QVERIFY(after.at(3).is_finished);
}

void TestRpcServer::aRelayedStreamPassesByteByByte() {
  Handler handler;
  handler.is_relay = true;
  RpcServer server(handler, t0);
  std::string bytes;
  append_packet(bytes, DrpcKind::invoke_metadata, 1, 1, "trace");
  append_packet(bytes, DrpcKind::invoke, 1, 2, "/coder.tailnet.v2.Tailnet/Coordinate");
  server.receive(wire::opened(1) + wire::data(1, bytes.substr(0, 20)), t0);
  QVERIFY(handler.relayed.empty());
  server.receive(wire::data(1, bytes.substr(20)), t0);
  QCOMPARE(handler.relayed[1], bytes);
  server.receive(wire::data(1, "anything"), t0);
  QCOMPARE(handler.relayed[1], bytes + "anything");
  server.take_output();
  QCOMPARE(server.relay_send(1, "back"), std::size_t{4});
  QCOMPARE(server.take_output(), wire::data(1, "back"));
  server.receive(wire::header(wire::kWindow, wire::kFin, 1, 0), t0);
  QCOMPARE(handler.relay_finished, std::vector<std::uint32_t>{1});
  QCOMPARE(server.streams(), std::size_t{1});
  server.relay_finish(1);
  QCOMPARE(server.take_output(), wire::header(wire::kWindow, wire::kFin, 1, 0));
  QCOMPARE(server.streams(), std::size_t{0});
}

void TestRpcServer::ownCallsAreAnsweredInFrontOfARelay() {
  Handler handler;
  handler.is_relay = true;
  RpcServer server(handler, t0);
  server.receive(wire::opened(1) + wire::data(1, wire::call(kReport, "m")), t0);
  QCOMPARE(handler.calls.size(), std::size_t{1});
  QVERIFY(handler.relayed.empty());
}

QTEST_GUILESS_MAIN(TestRpcServer)
#include "tst_rpc_server.moc"
