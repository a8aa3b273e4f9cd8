// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <string>
#include <vector>

#include "agentrpc/rpc_relay.hpp"
#include "core/agentrpc/wire.hpp"

using namespace metabatch;
using namespace metabatch::agentrpc;

namespace {

constexpr Instant t0{};
const std::string kReport = "/coder.agent.v2.Agent/BatchUpdateMetadata";
const std::string kManifest = "/coder.agent.v2.Agent/GetManifest";

/// Answers calls of one name and remembers them.
struct Calls final : RpcHandler {
  explicit Calls(std::string a_name) : name(std::move(a_name)) {}
  bool answers(std::string_view rpc) override { return rpc == name; }
  RpcAnswer on_call(std::string_view, std::string_view message) override {
    messages.emplace_back(message);
    return {};
  }
  const std::string name;
  std::vector<std::string> messages;
};

/// An agent's side with a relay behind it, and a control plane that is moved by hand.
struct Joined {
  Joined() { relay.attach(agent); }
  /// Moves bytes until nothing is left; what the agent was sent. `piece` bytes at a time.
  std::string turn(RpcServer& upstream, std::size_t piece = 1 << 20) {
    std::string to_agent;
    while (relay.has_output() || upstream.has_output() || agent.has_output()) {
      const std::string out = relay.take_output(), back = upstream.take_output();
      for (std::size_t at = 0; at < out.size(); at += piece)
        upstream.receive(std::string_view(out).substr(at, piece), t0);
      for (std::size_t at = 0; at < back.size(); at += piece)
        relay.receive(std::string_view(back).substr(at, piece), t0);
      to_agent += agent.take_output();
    }
    return to_agent;
  }

  Calls reports{kReport};
  RpcRelay relay{reports, t0};
  RpcServer agent{relay, t0};
};

std::string open_call(std::uint32_t stream, std::string_view rpc, std::string_view message) {
  return wire::opened(stream) + wire::data(stream, wire::call(rpc, message));
}

std::string fin(std::uint32_t stream) { return wire::header(wire::kWindow, wire::kFin, stream, 0); }

std::string reset(std::uint32_t stream) { return wire::header(wire::kWindow, wire::kRst, stream, 0); }

std::string update(std::uint32_t stream, std::uint32_t delta) { return wire::header(wire::kWindow, 0, stream, delta); }

const std::string kAnswer("\x05\x01\x01\x00\x0d\x01\x02\x00", 8);

/// Passes bytes to one side, which takes all that they carry; how many bytes of data that was.
std::size_t take(Yamux& side, const std::string& bytes) {
  std::size_t taken = 0;
  side.receive(bytes, t0);
  while (const auto event = side.next()) {
    if (event->kind != YamuxEvent::Kind::data) continue;
    side.consumed(event->stream, event->bytes.size());
    taken += event->bytes.size();
  }
  return taken;
}

/// The data of one stream, however its frames were cut.
std::string data_of(const std::string& bytes, std::uint32_t stream) {
  std::string data;
  for (std::size_t at = 0; at + 12 <= bytes.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[at + i]); };
    const std::size_t size = byte(1) == wire::kData ? std::size_t{byte(10)} << 8 | byte(11) : 0;  // under 64 KiB here
    if (byte(7) == stream) data += bytes.substr(at + 12, size);
    at += 12 + size;
  }
  return data;
}

}  // namespace

class TestRpcRelay : public QObject {
  Q_OBJECT
 private slots:
  void callsGoToWhoAnswersThem_data();
  void callsGoToWhoAnswersThem();
  void windowsOpenWhenTheOtherSideTook();
  void aWindowOfTheAgentHoldsTheControlPlaneBack();
  void resetsGoThrough();
  void aStreamThatCannotBeOpenedIsReset();
  void aControlPlaneThatGoesAwayTakesNoMore();
};

void TestRpcRelay::callsGoToWhoAnswersThem_data() {
  QTest::addColumn<int>("piece");
  for (const int piece : {1, 11, 13, 100'000}) QTest::addRow("%d bytes at a time", piece) << piece;
}

void TestRpcRelay::callsGoToWhoAnswersThem() {
  QFETCH(int, piece);
  const auto step = static_cast<std::size_t>(piece);
  Joined joined;
  Calls manifests(kManifest);
  RpcServer upstream(manifests, t0);
  const std::string sent =
      open_call(1, kManifest, "one") + open_call(3, kReport, "two") + open_call(5, kManifest, "three");
  std::string got;
  for (std::size_t at = 0; at < sent.size(); at += step) {
    joined.agent.receive(std::string_view(sent).substr(at, step), t0);
    got += joined.turn(upstream, step);
  }
  QCOMPARE(manifests.messages, (std::vector<std::string>{"one", "three"}));
  QCOMPARE(joined.reports.messages, (std::vector<std::string>{"two"}));
  for (const std::uint32_t stream : {1U, 3U, 5U}) QCOMPARE(data_of(got, stream), kAnswer);
  QCOMPARE(got.find(fin(1)), std::string::npos);  // not before the agent's
  joined.agent.receive(fin(1) + fin(3) + fin(5), t0);
  got = joined.turn(upstream, step);
  for (const std::uint32_t stream : {1U, 3U, 5U}) QVERIFY(got.find(fin(stream)) != std::string::npos);
  QCOMPARE(joined.relay.streams() + joined.agent.streams() + upstream.streams(), std::size_t{0});
}

void TestRpcRelay::windowsOpenWhenTheOtherSideTook() {
  Joined joined;
  Yamux upstream(YamuxSide::server, t0);
  const std::string invoke = wire::call(kManifest, "");
  joined.agent.receive(wire::opened(1) + wire::data(1, invoke + std::string(kYamuxWindow - invoke.size(), 'x')), t0);
  QCOMPARE(joined.agent.take_output(), wire::header(wire::kWindow, wire::kAck, 1, 0) + update(1, kYamuxWindow));
  joined.agent.receive(wire::data(1, std::string(kYamuxWindow, 'y')), t0);
  QCOMPARE(joined.agent.take_output(), std::string());  // held back by the control plane's window
  QCOMPARE(take(upstream, joined.relay.take_output()), std::size_t{kYamuxWindow});
  joined.relay.receive(upstream.take_output(), t0);
  QCOMPARE(joined.agent.take_output(), update(1, kYamuxWindow));
  QCOMPARE(joined.relay.take_output(), wire::data(1, std::string(kYamuxWindow, 'y')));
}

void TestRpcRelay::aWindowOfTheAgentHoldsTheControlPlaneBack() {
  Joined joined;
  Yamux upstream(YamuxSide::server, t0);
  joined.agent.receive(open_call(1, kManifest, ""), t0);
  take(upstream, joined.relay.take_output());
  const std::string window(kYamuxWindow, 'z'), half(kYamuxWindow / 2, 'z');
  upstream.send(1, window + window + half);
  joined.relay.receive(upstream.take_output(), t0);
  QCOMPARE(joined.agent.take_output().size(), 2 * 12 + window.size());
  take(upstream, joined.relay.take_output());
  joined.relay.receive(upstream.take_output(), t0);  // a second window, which the agent's holds back
  QCOMPARE(joined.agent.take_output(), std::string());
  take(upstream, joined.relay.take_output());
  QCOMPARE(upstream.take_output(), std::string());  // nothing is credited for it
  upstream.finish(1);
  joined.agent.receive(update(1, kYamuxWindow), t0);
  QCOMPARE(joined.agent.take_output(), wire::data(1, window));
  take(upstream, joined.relay.take_output());
  joined.relay.receive(upstream.take_output(), t0);
  QCOMPARE(joined.agent.take_output(), std::string());
  joined.agent.receive(update(1, kYamuxWindow) + fin(1), t0);
  QCOMPARE(joined.agent.take_output(), wire::data(1, half) + fin(1));  // the end behind it
  QCOMPARE(joined.relay.streams(), std::size_t{0});
}

void TestRpcRelay::resetsGoThrough() {
  Joined joined;
  Calls manifests(kManifest);
  RpcServer upstream(manifests, t0);
  joined.agent.receive(open_call(1, kManifest, "a") + open_call(3, kManifest, "b"), t0);
  joined.turn(upstream);
  joined.agent.receive(reset(1), t0);
  QCOMPARE(joined.relay.take_output(), reset(1));
  joined.relay.receive(reset(3), t0);
  QCOMPARE(joined.agent.take_output(), reset(3));
  QCOMPARE(joined.relay.streams() + joined.agent.streams(), std::size_t{0});
}

void TestRpcRelay::aStreamThatCannotBeOpenedIsReset() {
  Joined joined;
  std::string all;
  for (std::uint32_t i = 0; i <= kYamuxMaxUnacknowledged; ++i) all += open_call(2 * i + 1, kManifest, "m");
  joined.agent.receive(all, t0);  // nobody acknowledges upstream
  QCOMPARE(joined.relay.streams(), kYamuxMaxUnacknowledged);
  QVERIFY(joined.agent.take_output().ends_with(reset(2 * kYamuxMaxUnacknowledged + 1)));
  joined.agent.receive(open_call(1001, kReport, "still answered"), t0);
  QCOMPARE(joined.reports.messages.size(), std::size_t{1});
}

void TestRpcRelay::aControlPlaneThatGoesAwayTakesNoMore() {
  Joined joined;
  joined.relay.receive(wire::header(wire::kGoAway, 0, 0, 0), t0);
  joined.agent.receive(open_call(1, kManifest, "m"), t0);
  QVERIFY(joined.agent.take_output().ends_with(reset(1)));
  QCOMPARE(joined.relay.take_output(), std::string());
  joined.relay.receive(wire::opened(2), t0);  // a control plane opens no streams
  QVERIFY(joined.relay.take_output().ends_with(reset(2)));
}

QTEST_GUILESS_MAIN(TestRpcRelay)
#include "tst_rpc_relay.moc"
