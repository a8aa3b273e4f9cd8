// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <string>
#include <thread>
#include <vector>

#include "engine/notifier.hpp"

using namespace metabatch::engine;

class TestNotifier : public QObject {
  Q_OBJECT
 private slots:
  void everySubscriberReceivesEveryChunkInOrder();
  void anEndedSubscriptionIsNotNotified();
  void aMovedSubscriptionGoesOn();
  void aFullRingPutsOneMarkerInPlaceOfAllThatWereLost();
  void aRingThatFillsTwiceHasAMarkerForEachGap();
  void aRingOfNoCapacityHoldsOnlyAMarker();
  void aResyncStandsWhereItCameAndSeveralAreOne();
  void aFullRingHoldsResyncAndLossAsOne();
  void aClosedRingIsReadToItsEnd();
  void aWaitingReaderIsWokenByAPushAndByClose();
};

namespace {
std::vector<std::string> drain(NotificationRing& ring) {
  std::vector<std::string> read;
  while (auto one = ring.try_next())
    read.push_back(one->is_marker() ? "lost " + std::to_string(one->lost) + (one->is_resync ? " resync" : "")
                   : one->is_resync ? "resync"
                                    : one->payload);
  return read;
}
using Read = std::vector<std::string>;
}  // namespace

void TestNotifier::everySubscriberReceivesEveryChunkInOrder() {
  Notifier notifier;
  Read first, second;
  const auto one = notifier.subscribe([&](std::string_view payload) { first.emplace_back(payload); });
  const auto two = notifier.subscribe([&](std::string_view payload) { second.emplace_back(payload); });
  notifier.publish(Read{"a", "b"});
  notifier.publish(Read{});
  notifier.publish(Read{"c"});
  QCOMPARE(first, (Read{"a", "b", "c"}));
  QCOMPARE(second, first);
}

void TestNotifier::anEndedSubscriptionIsNotNotified() {
  Notifier notifier;
  Read read;
  {
    auto one = notifier.subscribe([&](std::string_view payload) { read.emplace_back(payload); });
    notifier.publish(Read{"a"});
    one.end();
    one.end();
    notifier.publish(Read{"b"});
    const auto two = notifier.subscribe([&](std::string_view payload) { read.emplace_back(payload); });
    notifier.publish(Read{"c"});
  }
  notifier.publish(Read{"d"});
  QCOMPARE(read, (Read{"a", "c"}));
}

void TestNotifier::aMovedSubscriptionGoesOn() {
  Notifier notifier;
  Read read;
  Notifier::Subscription kept;
  {
    auto one = notifier.subscribe([&](std::string_view payload) { read.emplace_back(payload); });
    kept = std::move(one);
  }
  notifier.publish(Read{"a"});
  kept = {};
  notifier.publish(Read{"b"});
  QCOMPARE(read, (Read{"a"}));
}

void TestNotifier::aFullRingPutsOneMarkerInPlaceOfAllThatWereLost() {
  NotificationRing ring(2);
  for (const char* payload : {"a", "b", "c", "d", "e"}) ring.push(payload);
  QCOMPARE(drain(ring), (Read{"a", "b", "lost 3"}));
  ring.push("f");
  QCOMPARE(drain(ring), (Read{"f"}));
}

void TestNotifier::aRingThatFillsTwiceHasAMarkerForEachGap() {
  NotificationRing ring(2);
  for (const char* payload : {"a", "b", "c"}) ring.push(payload);
  QCOMPARE(ring.try_next()->payload, std::string("a"));
  ring.push("d");
  ring.push("e");
  ring.push("f");
  QCOMPARE(drain(ring), (Read{"b", "lost 1", "d", "lost 2"}));
}

void TestNotifier::aRingOfNoCapacityHoldsOnlyAMarker() {
  NotificationRing ring(0);
  ring.push("a");
  ring.push("b");
  QCOMPARE(drain(ring), (Read{"lost 2"}));
}

void TestNotifier::aResyncStandsWhereItCameAndSeveralAreOne() {
  NotificationRing ring(3);
  ring.push_resync();
  ring.push_resync();
  ring.push("a", 7);
  ring.push_resync();
  ring.push("b");
  ring.push("c");
  ring.push("d");
  QVERIFY(ring.try_next()->is_resync);
  QCOMPARE(ring.try_next()->sender, 7);
  QCOMPARE(drain(ring), (Read{"resync", "b", "c", "lost 1"}));
  ring.push("e");  // resyncs use no capacity for payloads, neither before nor after
  ring.push("f");
  ring.push("g");
  QCOMPARE(drain(ring), (Read{"e", "f", "g"}));
}

// However often the server disconnects while nobody reads, the ring does not grow.
void TestNotifier::aFullRingHoldsResyncAndLossAsOne() {
  NotificationRing ring(1);
  ring.push("a");
  for (int i = 0; i < 3; ++i) {
    ring.push_resync();
    ring.push("lost");
  }
  QCOMPARE(drain(ring), (Read{"a", "lost 3 resync"}));
  ring.push("b");
  ring.push("lost");
  ring.push_resync();
  ring.push_resync();
  QCOMPARE(drain(ring), (Read{"b", "lost 1 resync"}));
}

void TestNotifier::aClosedRingIsReadToItsEnd() {
  NotificationRing ring(2);
  ring.push("a");
  ring.close();
  ring.push("b");
  QCOMPARE(ring.next()->payload, std::string("a"));
  QVERIFY(!ring.next());
}

void TestNotifier::aWaitingReaderIsWokenByAPushAndByClose() {
  Notifier notifier;
  const auto ring = std::make_shared<NotificationRing>(8);
  const auto subscription = notifier.subscribe(ring);
  Read read;
  std::thread reader([&] {
    while (auto one = ring->next()) read.push_back(one->payload);
  });
  notifier.publish(Read{"a", "b"});
  ring->close();
  reader.join();
  QCOMPARE(read, (Read{"a", "b"}));
}

QTEST_GUILESS_MAIN(TestNotifier)
#include "tst_notifier.moc"
