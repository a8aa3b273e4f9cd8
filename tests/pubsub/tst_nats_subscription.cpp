// SPDX-License-Identifier: Apache-2.0
// Against a real nats-server.
#include <QtTest>
#include <future>
#include <memory>

#include "pubsub/nats_clients.hpp"
#include "pubsub/nats_server.hpp"

using namespace metabatch::pubsub;
using namespace std::chrono_literals;

class TestNatsSubscription : public QObject {
  Q_OBJECT

 private slots:
  void whoIsNotifiedOfAConnectionHasItsHandle();
  void aPublishedChunkArrivesInOrder();
  void aKilledServerIsReportedAndAResyncFollowsItsReturn();
  void aServerThatIsNotThereYetIsWaitedFor();
  void aSilentServerIsTakenForDead();
  void aSlowSubscriberResyncs();
  void whileTheServerIsAwayChunksAreErrorsAndNotKept();
  void aChunkOverMaxPayloadIsRefusedInWords();
  void missingAcknowledgementsAreCountedAndReported();
  void aMissingPermissionIsReported();
  void aWrongPasswordIsTriedAgainAndNeverShown();
  void anotherServerOfTheListTakesOver();
  void unusableFilesAreReported();
};

void TestNatsSubscription::whoIsNotifiedOfAConnectionHasItsHandle() {
  const NatsServer server;
  for (int round = 0; round < 200; ++round) {
    std::promise<void> connected;
    const NatsConnection connection(options_for({server.url()}),
                                    {.on_connected = [&connected] { connected.set_value(); }, .on_disconnected = {}});
    connected.get_future().wait();
    QVERIFY2(connection.handle(), qPrintable("round " + QString::number(round)));
  }
}

void TestNatsSubscription::aPublishedChunkArrivesInOrder() {
  const NatsServer server;
  Watcher watcher(options_for({server.url()}));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  Publishing publishing(options_for({server.url()}));
  QCOMPARE(publishing.publish({"a", "b", "c"}).published, std::size_t{3});
  for (const char* const text : {"payload a", "payload b", "payload c"})
    QCOMPARE(watcher.inbox.next("payload"), std::string(text));
  publishing.publisher.wait_until_acknowledged();
  QCOMPARE(publishing.publisher.acknowledgements().count(), std::uint64_t{1});
  QVERIFY(watcher.subscription->measure_latency(60s));
}

void TestNatsSubscription::aKilledServerIsReportedAndAResyncFollowsItsReturn() {
  NatsServer server;
  Watcher watcher(options_for({server.url()}));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  server.kill();
  QVERIFY(!watcher.inbox.next("lost").empty());
  server.start();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  Publishing publishing(options_for({server.url()}));
  publishing.publish({"again"});
  QCOMPARE(watcher.inbox.next("payload"), std::string("payload again"));
}

void TestNatsSubscription::aServerThatIsNotThereYetIsWaitedFor() {
  NatsServer server;
  server.kill();
  Watcher watcher(options_for({server.url()}));
  QVERIFY(!watcher.inbox.next("lost").empty());
  server.start();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
}

void TestNatsSubscription::aSilentServerIsTakenForDead() {
  NatsServer server;
  NatsOptions options = options_for({server.url()});
  options.ping_interval = 200ms;
  Watcher watcher(options);
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  server.stop();
  QVERIFY(!watcher.inbox.next("lost").empty());
  server.go_on();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
}

void TestNatsSubscription::aSlowSubscriberResyncs() {
  const NatsServer server;
  std::promise<void> may_go_on;
  std::shared_future<void> gate(may_go_on.get_future());
  Inbox inbox;
  const NatsSubscription slow(
      {.connection = options_for({server.url()}), .subject = kSubject, .pending = {.messages = 2}},
      {.on_resync = [&inbox] { inbox.add("resync"); },
       .on_payload =
           [&inbox, gate](std::string_view text) {
             inbox.add("payload " + std::string(text));
             gate.wait();
           }});
  QCOMPARE(inbox.next("resync"), std::string("resync"));
  Publishing publishing(options_for({server.url()}));
  publishing.publish({"1"});
  QCOMPARE(inbox.next("payload"), std::string("payload 1"));
  publishing.publish(std::vector<std::string>(50, "more"));
  publishing.publisher.wait_until_acknowledged();
  may_go_on.set_value();
  QCOMPARE(inbox.next("resync"), std::string("resync"));
}

void TestNatsSubscription::whileTheServerIsAwayChunksAreErrorsAndNotKept() {
  NatsServer server;
  Publishing publishing(options_for({server.url()}));
  publishing.publish({"first"});
  publishing.publisher.wait_until_acknowledged();
  server.kill();
  while (publishing.publisher.is_connected()) std::this_thread::yield();
  const NatsPublished away = publishing.publisher.publish(std::vector<std::string>{"x", "y"});
  QCOMPARE(away.errors, std::size_t{2});
  QCOMPARE(away.published, std::size_t{0});
  QCOMPARE(publishing.inbox.next("lost 2"), std::string("lost 2 NATS is not connected"));
  server.start();
  Watcher watcher(options_for({server.url()}));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  publishing.publish({"after"});
  QCOMPARE(watcher.inbox.next("payload"), std::string("payload after"));
}

void TestNatsSubscription::aChunkOverMaxPayloadIsRefusedInWords() {
  const NatsServer server("max_payload: 4096\n");
  Publishing publishing(options_for({server.url()}));
  publishing.publish({"small"});
  const NatsPublished published =
      publishing.publisher.publish(std::vector<std::string>{std::string(7986, 'x'), "small"});
  QCOMPARE(published.errors, std::size_t{1});
  QCOMPARE(published.published, std::size_t{1});
  QCOMPARE(published.reason, std::string("a chunk of 7986 bytes is over the NATS server's max_payload of 4096"));
}

void TestNatsSubscription::missingAcknowledgementsAreCountedAndReported() {
  NatsServer server;
  Publishing publishing(options_for({server.url()}), 500ms);
  publishing.publish({"first"});
  publishing.publisher.wait_until_acknowledged();
  const std::uint64_t before = publishing.publisher.unacknowledged();
  server.stop();
  QCOMPARE(publishing.publisher.publish(std::vector<std::string>{"x"}).published, std::size_t{1});
  publishing.publisher.wait_until_acknowledged();
  QCOMPARE(publishing.publisher.unacknowledged(), before + 1);
  QVERIFY(!publishing.inbox.next("lost 1 the NATS server did not acknowledge").empty());
}

void TestNatsSubscription::aMissingPermissionIsReported() {
  const NatsServer server(
      "authorization { users: [ { user: reader, password: geheim, permissions: { subscribe: \"other\" } } ] }\n");
  Watcher watcher(options_for({server.url("reader:geheim")}));
  const std::string problem = watcher.inbox.next("problem");
  QVERIFY2(problem.find("ermission") != std::string::npos, problem.c_str());
  QVERIFY(problem.find("geheim") == std::string::npos);
}

void TestNatsSubscription::aWrongPasswordIsTriedAgainAndNeverShown() {
  NatsServer server("authorization { user: u, password: right }\n");
  Watcher watcher(options_for({server.url("u:geheim")}));
  const std::string lost = watcher.inbox.next("lost");
  QVERIFY(!lost.empty());
  QVERIFY(lost.find("geheim") == std::string::npos);
  server.kill();
  server.configure("authorization { user: u, password: geheim }\n");
  server.start();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
}

// One server at a time is there, so that each resync says which one the watcher uses: the library
// chooses at random.
void TestNatsSubscription::anotherServerOfTheListTakesOver() {
  NatsServer first, other;
  other.kill();
  Watcher watcher(options_for({first.url(), other.url()}));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  other.start();
  first.kill();
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  Publishing publishing(options_for({other.url()}));
  publishing.publish({"still here"});
  QCOMPARE(watcher.inbox.next("payload"), std::string("payload still here"));
}

void TestNatsSubscription::unusableFilesAreReported() {
  const NatsServer server;
  NatsOptions options = options_for({server.url()});
  options.ca_file = "/nonexistent/ca.pem";
  Watcher watcher(options);
  QVERIFY(watcher.inbox.next("lost").find("certificate authorities") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestNatsSubscription)
#include "tst_nats_subscription.moc"
