// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>
#include <vector>

#include "agentrpc/yamux.hpp"
#include "core/agentrpc/wire.hpp"

using namespace metabatch;
using namespace metabatch::agentrpc;
using namespace std::chrono_literals;

namespace {

constexpr Instant t0{};

struct Peer {
  Yamux yamux{YamuxSide::server, t0};
  std::vector<YamuxEvent> events;
  std::string received;  // data of all streams, in order

  explicit Peer(YamuxSide side = YamuxSide::server, YamuxLimits limits = {}) : yamux(side, t0, limits) {}
  std::vector<YamuxEvent::Kind> receive(const std::string& bytes, Instant now = t0) {
    events.clear();
    yamux.receive(bytes, now);
    while (const auto event = yamux.next()) events.push_back(*event);
    std::vector<YamuxEvent::Kind> kinds;
    for (const YamuxEvent& event : events) {
      kinds.push_back(event.kind);
      received += event.bytes;
    }
    return kinds;
  }
};

using Kind = YamuxEvent::Kind;
using Kinds = std::vector<Kind>;

}  // namespace

class TestYamux : public QObject {
  Q_OBJECT

 private slots:
  void anOpenedStreamIsAcknowledgedOnce();
  void headerAndBodyMayComeInAnyPortions();
  void aFinOnDataFollowsTheData();
  void bothFinsForgetTheStream();
  void aSecondFinEndsTheSession();
  void aDuplicateStreamEndsTheSession();
  void dataBeyondTheWindowEndsTheSession();
  void dataForAnUnknownStreamIsDropped();
  void theWindowIsReturnedOnceHalfOfItIsConsumed();
  void dataBeyondThePeersWindowWaitsAndIsReported();
  void finishWaitsForTheDataBeforeIt();
  void aResetForgetsTheStreamAndItsData();
  void pingsAreAnsweredAndSentEachThirtySeconds();
  void aPingWithoutAnswerEndsTheSession();
  void anOpenWithoutAcknowledgementEndsTheSession();
  void at256UnacknowledgedStreamsNoMoreAreOpened();
  void streamsBeyondTheLimitAreReset();
  void aPeerThatTakesNothingIsCutOff();
  void goAwayStopsNewStreamsAndKeepsOldOnes();
  void badHeadersEndTheSession_data();
  void badHeadersEndTheSession();
};

void TestYamux::anOpenedStreamIsAcknowledgedOnce() {
  Peer peer;
  QCOMPARE(peer.receive(wire::opened(1)), Kinds{Kind::opened});
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kWindow, wire::kAck, 1, 0));
  QCOMPARE(peer.receive(wire::data(1, "x")), Kinds{Kind::data});
  QCOMPARE(peer.yamux.take_output(), std::string());
}

void TestYamux::headerAndBodyMayComeInAnyPortions() {
  const std::string bytes = wire::opened(1) + wire::data(1, "hello") + wire::data(1, " world", wire::kFin);
  for (std::size_t portion = 1; portion <= bytes.size(); ++portion) {
    Peer peer;
    std::size_t finished = 0;
    for (std::size_t at = 0; at < bytes.size(); at += portion)
      for (const Kind kind : peer.receive(bytes.substr(at, portion))) finished += kind == Kind::finished;
    QCOMPARE(peer.received, std::string("hello world"));
    QCOMPARE(finished, std::size_t{1});
    QCOMPARE(peer.yamux.end(), YamuxEnd::none);
  }
}

void TestYamux::aFinOnDataFollowsTheData() {
  Peer peer;
  QCOMPARE(peer.receive(wire::data(1, "x", wire::kSyn | wire::kFin)),
           (Kinds{Kind::opened, Kind::data, Kind::finished}));
}

void TestYamux::bothFinsForgetTheStream() {
  Peer peer;
  peer.receive(wire::opened(1));
  peer.yamux.finish(1);
  QCOMPARE(peer.yamux.streams(), std::size_t{1});
  peer.receive(wire::header(wire::kWindow, wire::kFin, 1, 0));
  QCOMPARE(peer.yamux.streams(), std::size_t{0});
  QCOMPARE(peer.receive(wire::opened(1)), Kinds{Kind::opened});  // the number is free again
}

void TestYamux::aSecondFinEndsTheSession() {
  Peer peer;
  peer.receive(wire::opened(1) + wire::header(wire::kWindow, wire::kFin, 1, 0));
  peer.yamux.take_output();
  peer.receive(wire::header(wire::kWindow, wire::kFin, 1, 0));
  QCOMPARE(peer.yamux.end(), YamuxEnd::unexpected_fin);
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kGoAway, 0, 0, 1));
}

void TestYamux::aDuplicateStreamEndsTheSession() {
  Peer peer;
  peer.receive(wire::opened(1) + wire::opened(1));
  QCOMPARE(peer.yamux.end(), YamuxEnd::duplicate_stream);
}

void TestYamux::dataBeyondTheWindowEndsTheSession() {
  Peer whole;
  whole.receive(wire::opened(1) + wire::data(1, std::string(kYamuxWindow, 'x')));
  QCOMPARE(whole.yamux.end(), YamuxEnd::none);
  whole.receive(wire::data(1, "y"));
  QCOMPARE(whole.yamux.end(), YamuxEnd::window_exceeded);
}

void TestYamux::dataForAnUnknownStreamIsDropped() {
  Peer peer;
  QCOMPARE(peer.receive(wire::data(7, "lost") + wire::opened(9)), Kinds{Kind::opened});
  QCOMPARE(peer.yamux.end(), YamuxEnd::none);
}

void TestYamux::theWindowIsReturnedOnceHalfOfItIsConsumed() {
  Peer peer;
  peer.receive(wire::opened(1) + wire::data(1, std::string(200'000, 'x')));
  peer.yamux.take_output();
  peer.yamux.consumed(1, 131'071);
  QCOMPARE(peer.yamux.take_output(), std::string());
  peer.yamux.consumed(1, 1);
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kWindow, 0, 1, 131'072));
}

void TestYamux::dataBeyondThePeersWindowWaitsAndIsReported() {
  Peer peer;
  peer.receive(wire::opened(1));
  peer.yamux.take_output();
  std::string bytes(kYamuxWindow, 'a');
  bytes += "bcd";
  QCOMPARE(peer.yamux.send(1, bytes), std::size_t{kYamuxWindow});
  QCOMPARE(peer.yamux.send(1, "e"), std::size_t{0});
  QCOMPARE(peer.yamux.buffered_bytes(), std::size_t{4});
  peer.yamux.take_output();
  QCOMPARE(peer.receive(wire::header(wire::kWindow, 0, 1, 3)), Kinds{Kind::sent});
  QCOMPARE(peer.events[0].count, std::size_t{3});
  QCOMPARE(peer.yamux.take_output(), wire::data(1, "bcd"));
  peer.receive(wire::header(wire::kWindow, 0, 1, 100));
  QCOMPARE(peer.yamux.take_output(), wire::data(1, "e"));
  QCOMPARE(peer.yamux.buffered_bytes(), std::size_t{0});
}

void TestYamux::finishWaitsForTheDataBeforeIt() {
  Peer peer;
  peer.receive(wire::opened(1) + wire::header(wire::kWindow, wire::kFin, 1, 0));
  peer.yamux.send(1, std::string(kYamuxWindow + 1, 'x'));
  peer.yamux.finish(1);
  peer.yamux.take_output();
  peer.receive(wire::header(wire::kWindow, 0, 1, 1));
  QCOMPARE(peer.yamux.take_output(), wire::data(1, "x") + wire::header(wire::kWindow, wire::kFin, 1, 0));
  QCOMPARE(peer.yamux.streams(), std::size_t{0});
}

void TestYamux::aResetForgetsTheStreamAndItsData() {
  Peer peer;
  peer.receive(wire::opened(1));
  peer.yamux.send(1, std::string(kYamuxWindow + 9, 'x'));
  QCOMPARE(peer.receive(wire::header(wire::kWindow, wire::kRst, 1, 0)), Kinds{Kind::reset});
  QCOMPARE(peer.yamux.buffered_bytes(), std::size_t{0});
  QCOMPARE(peer.yamux.streams(), std::size_t{0});
}

void TestYamux::pingsAreAnsweredAndSentEachThirtySeconds() {
  Peer peer;
  peer.receive(wire::header(wire::kPing, wire::kSyn, 0, 77));
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kPing, wire::kAck, 0, 77));
  QCOMPARE(peer.yamux.next_deadline(), t0 + 30s);
  peer.yamux.advance(t0 + 30s - 1ns);
  QVERIFY(!peer.yamux.has_output());
  peer.yamux.advance(t0 + 30s);
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kPing, wire::kSyn, 0, 1));
  peer.receive(wire::header(wire::kPing, wire::kAck, 0, 1), t0 + 31s);
  QCOMPARE(peer.yamux.next_deadline(), t0 + 61s);
}

void TestYamux::aPingWithoutAnswerEndsTheSession() {
  Peer peer;
  peer.yamux.advance(t0 + 30s);
  peer.receive(wire::header(wire::kPing, wire::kAck, 0, 9), t0 + 31s);  // the answer to another request
  peer.yamux.advance(t0 + 40s - 1ns);
  QCOMPARE(peer.yamux.end(), YamuxEnd::none);
  peer.yamux.advance(t0 + 40s);
  QCOMPARE(peer.yamux.end(), YamuxEnd::ping_timeout);
}

void TestYamux::anOpenWithoutAcknowledgementEndsTheSession() {
  Peer client(YamuxSide::client);
  QCOMPARE(client.yamux.open(t0), std::optional<std::uint32_t>(1));
  QCOMPARE(client.yamux.open(t0 + 20s), std::optional<std::uint32_t>(3));
  client.receive(wire::header(wire::kWindow, wire::kAck, 1, 0));
  client.yamux.advance(t0 + 30s);
  client.receive(wire::header(wire::kPing, wire::kAck, 0, 1), t0 + 70s);
  client.yamux.advance(t0 + 95s - 1ns);
  QCOMPARE(client.yamux.end(), YamuxEnd::none);
  client.yamux.advance(t0 + 95s);
  QCOMPARE(client.yamux.end(), YamuxEnd::open_timeout);
}

void TestYamux::at256UnacknowledgedStreamsNoMoreAreOpened() {
  Peer client(YamuxSide::client);
  for (int i = 0; i < 256; ++i) QVERIFY(client.yamux.open(t0));
  QVERIFY(!client.yamux.open(t0));
  client.receive(wire::header(wire::kWindow, wire::kAck, 1, 0));
  QVERIFY(client.yamux.open(t0));
}

void TestYamux::streamsBeyondTheLimitAreReset() {
  Peer peer(YamuxSide::server, {.streams = 1});
  peer.receive(wire::opened(1));
  peer.yamux.take_output();
  QCOMPARE(peer.receive(wire::opened(3) + wire::data(3, "x")), Kinds{});
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kWindow, wire::kRst, 3, 0));
}

void TestYamux::aPeerThatTakesNothingIsCutOff() {
  Peer peer(YamuxSide::server, {.buffered_bytes = 10});
  peer.receive(wire::opened(1));
  peer.yamux.send(1, std::string(kYamuxWindow + 10, 'x'));
  QCOMPARE(peer.yamux.end(), YamuxEnd::none);
  peer.yamux.send(1, "y");
  QCOMPARE(peer.yamux.end(), YamuxEnd::too_much_buffered);
}

void TestYamux::goAwayStopsNewStreamsAndKeepsOldOnes() {
  Peer peer;
  peer.receive(wire::opened(1));
  peer.yamux.take_output();
  peer.yamux.go_away();
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kGoAway, 0, 0, 0));
  QCOMPARE(peer.receive(wire::opened(3) + wire::data(1, "x")), Kinds{Kind::data});
  Peer client(YamuxSide::client);
  client.receive(wire::header(wire::kGoAway, 0, 0, 0));
  QVERIFY(!client.yamux.open(t0));
  QCOMPARE(client.yamux.end(), YamuxEnd::none);
  client.receive(wire::header(wire::kGoAway, 0, 0, 2));
  QCOMPARE(client.yamux.end(), YamuxEnd::peer_went_away);
}

void TestYamux::badHeadersEndTheSession_data() {
  QTest::addColumn<QByteArray>("bytes");
  const auto row = [](const char* name, std::string bytes) {
    QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
  };
  row("version 1", "\x01" + wire::opened(1).substr(1));
  row("type 4", wire::header(4, 0, 1, 0));
  row("stream 0", wire::data(0, "x"));
  row("a stream of our own", wire::opened(2));
}

void TestYamux::badHeadersEndTheSession() {
  QFETCH(QByteArray, bytes);
  Peer peer;
  QCOMPARE(peer.receive(bytes.toStdString()), Kinds{});
  QCOMPARE(peer.yamux.end(), YamuxEnd::bad_header);
  QCOMPARE(peer.yamux.take_output(), wire::header(wire::kGoAway, 0, 0, 1));
  QCOMPARE(peer.receive(wire::opened(1)), Kinds{});
}

QTEST_GUILESS_MAIN(TestYamux)
#include "tst_yamux.moc"
