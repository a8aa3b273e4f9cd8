// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::driven;

/// offered = dropped + coalesced + stale + written + rows_stale + unmatched + discarded +
/// quarantined + spooled + held. This holds at every moment, and each counter counts what the
/// specification, "Accounting", says.
class TestAccounting : public QObject {
  Q_OBJECT

 private slots:
  void anEntryStaysHeldUntilItsFlushIsComplete();
  void everyFateIsCountedOnce();
  void everyFateOfAFailedFlushIsCountedOnce();
  void unwrittenIsDiscardedUnderDiscard();
  void mergeBackCountsTheLoser_data();
  void mergeBackCountsTheLoser();
  void mergedBackKeepsItsPlaceAndArrival();
  void acceptedIsOfferedLessDropped();
  void queuedUpdatesAreHeldOneByOne();
  void staleAndCoalescedOfTheFifoAreDecidedAtAbsorption();
  void closeRefusesAndCounts();
  void whatTheDeadlineLeavesIsStillHeld();
  void completingAnUnknownBatchChangesNothing();
  void completingTwiceCountsOnce();
  void roomCountsAKeyWaitingAndInFlightOnce();
  void roomInBytesFollowsEveryCopyHeld();
  void aNoisyAgentKeepsNobodyOut();
  void delayRunsFromTheUpdateThatWasWritten();
};

namespace {

using Texts = std::vector<std::string>;
const Config kPair{.batch_size = 2};

}  // namespace

void TestAccounting::anEntryStaysHeldUntilItsFlushIsComplete() {
  Driven driven(kPair);
  driven.add_agents(1, 3);
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .pending = 3}));
  QVERIFY(driven.take());
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .pending = 1, .in_flight = 2}));
  QCOMPARE(driven.counters().held(), std::uint64_t{3});
  driven.written();
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .written = 2, .pending = 1}));
}

void TestAccounting::everyFateIsCountedOnce() {
  Driven driven({.batch_size = 5});
  driven.add_agents(1, 5);
  const auto left = driven.take();
  FlushOutcome outcome;
  outcome.fates = {Fate::written, Fate::rows_stale, Fate::unmatched, Fate::quarantined, Fate::written};
  driven.machine.complete(left->id, outcome, driven.now);
  QCOMPARE(driven.counters(),
           (Counters{.offered = 5, .written = 2, .rows_stale = 1, .unmatched = 1, .quarantined = 1}));
  QCOMPARE(driven.machine.metrics().flushes.flushes[0], std::uint64_t{1});
  QCOMPARE(driven.machine.metrics().flushes.flushed_entries, std::uint64_t{5});
}

void TestAccounting::everyFateOfAFailedFlushIsCountedOnce() {
  Driven driven({.batch_size = 5});
  driven.add_agents(1, 5);
  QVERIFY(driven.take());
  driven.failed(FailureClass::timeout,
                {Fate::written, Fate::unwritten, Fate::unmatched, Fate::quarantined, Fate::unwritten});
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .written = 1, .unmatched = 1, .quarantined = 1, .pending = 2}));
  driven.now += 1s;
  const auto retry = driven.take();
  QCOMPARE(retry->entries, (Texts{"2/k=v", "5/k=v"}));
  QCOMPARE(retry->reason, Reason::scheduled);
}

void TestAccounting::unwrittenIsDiscardedUnderDiscard() {
  Driven driven({.batch_size = 2, .on_failure = OnFailure::discard});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.add(1, "k", at(2), "newer");
  driven.failed();
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .discarded = 2, .pending = 1}));
  QCOMPARE(driven.machine.buffered_entries(), std::uint64_t{1});
}

void TestAccounting::mergeBackCountsTheLoser_data() {
  QTest::addColumn<int>("ties");
  QTest::addColumn<int>("pending");
  QTest::addColumn<QString>("survivor");
  QTest::addColumn<int>("coalesced");
  // The returning entry is dated 100 and counts as the earlier arrival.
  QTest::newRow("waiting newer") << 0 << 101 << "1/k=waiting" << 1;
  QTest::newRow("waiting equal, keep_first") << 0 << 100 << "1/k=back" << 0;
  QTest::newRow("waiting equal, keep_last") << 1 << 100 << "1/k=waiting" << 1;
  QTest::newRow("waiting older") << 0 << 99 << "1/k=back" << 0;
  QTest::newRow("waiting older, keep_last") << 1 << 99 << "1/k=back" << 0;
}

void TestAccounting::mergeBackCountsTheLoser() {
  QFETCH(int, ties);
  QFETCH(int, pending);
  QFETCH(QString, survivor);
  QFETCH(int, coalesced);
  Driven driven({.batch_size = 1, .ties = static_cast<Ties>(ties)});
  driven.add(1, "k", at(100), "back");
  QVERIFY(driven.take());
  QCOMPARE(driven.add(1, "k", at(pending), "waiting"), (Admission{.taken = 1}));  // compared when the entry returns
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .pending = 1, .in_flight = 1}));
  driven.failed();
  const auto lost = static_cast<std::uint64_t>(coalesced);
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .coalesced = lost, .stale = 1 - lost, .pending = 1}));
  driven.now += 1s;
  QCOMPARE(driven.take()->entries, (Texts{survivor.toStdString()}));
}

void TestAccounting::mergedBackKeepsItsPlaceAndArrival() {
  Driven driven(kPair);
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.now = t0 + 1s;
  driven.add(3, "k");
  driven.add(1, "k", at(2), "newer");
  driven.add(4, "k");
  QCOMPARE(driven.machine.oldest(), std::optional(t0));  // in flight counts
  driven.now = t0 + 2s;
  driven.failed();
  QCOMPARE(driven.machine.oldest(), std::optional(t0));
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .coalesced = 1, .pending = 4}));
  driven.now = t0 + 3s;
  QCOMPARE(driven.flush()->entries, (Texts{"1/k=newer", "2/k=v"}));
  QCOMPARE(driven.flush()->entries, (Texts{"3/k=v", "4/k=v"}));
}

void TestAccounting::acceptedIsOfferedLessDropped() {
  Driven driven({.batch_size = 2, .queue_capacity = 2});
  QCOMPARE(driven.report(1, {"a", "b", "c", "a", "d"}, at(1)), (Admission{.taken = 2, .stale = 1, .dropped_full = 2}));
  QCOMPARE(driven.counters().accepted(), std::uint64_t{3});
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .dropped_full = 2, .stale = 1, .pending = 2}));
}

void TestAccounting::queuedUpdatesAreHeldOneByOne() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  for (int i = 1; i <= 4; ++i) driven.add(9, "k", at(i));
  QCOMPARE(driven.counters(), (Counters{.offered = 6, .queued = 4, .in_flight = 2}));
  driven.written();
  QCOMPARE(driven.counters(), (Counters{.offered = 6, .coalesced = 3, .written = 2, .pending = 1}));
}

void TestAccounting::staleAndCoalescedOfTheFifoAreDecidedAtAbsorption() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.add(5, "k", at(10), "first");
  driven.add(5, "k", at(9), "late");
  driven.add(5, "k", at(11), "newest");
  driven.add(5, "k", at(11), "tie");
  QCOMPARE(driven.counters().queued, std::uint64_t{4});
  driven.written();
  QCOMPARE(driven.counters(), (Counters{.offered = 6, .coalesced = 1, .stale = 2, .written = 2, .pending = 1}));
  driven.now = t0 + 5s;
  QCOMPARE(driven.take()->entries, (Texts{"5/k=newest"}));
}

void TestAccounting::closeRefusesAndCounts() {
  Driven driven(kPair);
  driven.add(1, "k");
  driven.close();
  QCOMPARE(driven.add(1, "k", at(9)), (Admission{.dropped_closed = 1}));
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .dropped_closed = 1, .pending = 1}));
  QCOMPARE(driven.flush()->entries, (Texts{"1/k=v"}));
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .dropped_closed = 1, .written = 1}));
}

void TestAccounting::whatTheDeadlineLeavesIsStillHeld() {
  Driven driven({.batch_size = 2, .final_flush_timeout = 1s});
  driven.add_agents(1, 5);
  driven.close();
  QVERIFY(driven.take());
  driven.now = t0 + 1s + 1ns;
  QVERIFY(!driven.machine.finished(driven.now));  // the flush in flight has not ended yet
  driven.written();
  QVERIFY(driven.machine.finished(driven.now));
  QVERIFY(!driven.take());
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .written = 2, .pending = 3}));
}

void TestAccounting::completingAnUnknownBatchChangesNothing() {
  Driven driven(kPair);
  driven.machine.complete(1, {}, driven.now);
  driven.add_agents(1, 2);
  const auto left = driven.take();
  driven.machine.complete(left->id + 1, {}, driven.now);
  driven.machine.complete(0, {}, driven.now);
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .in_flight = 2}));
  QCOMPARE(driven.machine.metrics().flushes, FlushCounters());
}

void TestAccounting::completingTwiceCountsOnce() {
  Driven driven(kPair);
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.written();
  driven.written();
  driven.failed();
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .written = 2}));
  QCOMPARE(driven.machine.metrics().flushes.total_flushes(), std::uint64_t{1});
  QCOMPARE(driven.machine.metrics().flushes.total_failures(), std::uint64_t{0});
}

void TestAccounting::roomCountsAKeyWaitingAndInFlightOnce() {
  Driven driven({.batch_size = 2, .queue_capacity = 3});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  QCOMPARE(driven.add(1, "k", at(2)), (Admission{.taken = 1}));
  QCOMPARE(driven.machine.buffered_entries(), std::uint64_t{2});
  QCOMPARE(driven.add(3, "k"), (Admission{.taken = 1}));
  QCOMPARE(driven.add(4, "k"), (Admission{.dropped_full = 1}));
  QCOMPARE(driven.add(2, "k", at(2)), (Admission{.taken = 1}));  // in flight: its capacity is still in use
  QCOMPARE(driven.machine.buffered_entries(), std::uint64_t{3});
  driven.failed();  // fits back
  QCOMPARE(driven.machine.buffered_entries(), std::uint64_t{3});
  QCOMPARE(driven.counters(), (Counters{.offered = 6, .dropped_full = 1, .coalesced = 2, .pending = 3}));
}

void TestAccounting::roomInBytesFollowsEveryCopyHeld() {
  Driven driven({.batch_size = 1, .queue_bytes = 20});
  driven.add(1, "key", at(1), "value", "er");  // 3 + 5 + 2
  QCOMPARE(driven.machine.buffered_bytes(), std::uint64_t{10});
  QVERIFY(driven.take());
  driven.add(1, "key", at(2), "v", "");
  QCOMPARE(driven.machine.buffered_bytes(), std::uint64_t{14});
  QCOMPARE(driven.add(2, "key", at(1), "1234", ""), (Admission{.dropped_full = 1}));  // 21
  QCOMPARE(driven.add(2, "key", at(1), "123", ""), (Admission{.taken = 1}));          // 20: full to the byte
  QCOMPARE(driven.add(3, "", at(1), "", ""), (Admission{.taken = 1}));                // has no free byte
  QCOMPARE(driven.add(2, "key", at(2), "much longer than the room", ""), (Admission{.coalesced = 1}));
  QCOMPARE(driven.machine.buffered_bytes(), std::uint64_t{42});
  driven.written();
  QCOMPARE(driven.machine.buffered_bytes(), std::uint64_t{32});
}

// One agent reports 60 fresh keys a second and fills its own capacity. The database writes 10
// entries a second. Every update of the other agents is accepted, and written within their turn.
void TestAccounting::aNoisyAgentKeepsNobodyOut() {
  Driven driven({.batch_size = 10, .queue_capacity = 100, .agent_capacity = 20});
  std::uint64_t fresh = 0;
  for (int second = 1; second <= 60; ++second) {
    driven.now = t0 + second * 1s;
    for (int i = 0; i < 60; ++i) driven.add(1, "fresh " + std::to_string(++fresh), at(second));
    for (std::uint32_t agent = 2; agent <= 5; ++agent) {
      const Admission admission = driven.add(agent, "k", at(second));
      QCOMPARE(admission.taken + admission.coalesced, std::uint64_t{1});
    }
    driven.flush();
    if (const auto oldest = driven.machine.oldest()) QVERIFY(driven.now - *oldest <= 3s);
  }
  QVERIFY(driven.counters().dropped_agent_full > 0);
  QCOMPARE(driven.counters().dropped_full, std::uint64_t{0});
  QVERIFY(driven.counters().balanced());
}

void TestAccounting::delayRunsFromTheUpdateThatWasWritten() {
  Driven driven;
  driven.add(1, "k");
  driven.now = t0 + 3s;
  driven.add(1, "k", at(2));
  driven.now = t0 + 5s;
  QVERIFY(driven.take());
  driven.now = t0 + 6s;
  driven.written();
  QCOMPARE(driven.machine.metrics().delay.count(), std::uint64_t{1});
  QCOMPARE(driven.machine.metrics().delay.max(), Duration(3s));
  QCOMPARE(driven.machine.metrics().flush_duration[1].sum(), 1.0);
}

QTEST_GUILESS_MAIN(TestAccounting)
#include "tst_accounting.moc"
