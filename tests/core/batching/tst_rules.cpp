// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::driven;

/// The specification, "The batcher", sentence by sentence: when a batch is due, what it contains,
/// and what fits the capacity.
class TestRules : public QObject {
  Q_OBJECT

 private slots:
  void zeroMeansTheDefault();
  void impossibleSettingsAreRefusedAsAWhole_data();
  void impossibleSettingsAreRefusedAsAWhole();
  void ticksComeAtStartPlusNTimesInterval();
  void oneMissedTickIsRememberedWhileAFlushIsInFlight();
  void aMissedTickSweepsWhatArrivedAfterIt();
  void aChangedIntervalStartsANewSeriesNow();
  void afterFlushCountsFromTheEndOfTheLastFlushOfAnyKind();
  void lingerCountsFromTheFirstEntryOfAnEmptyBatch();
  void aSmallerBatchSizeMakesANowFullBatchDueAtOnce();
  void aBatchTakesThoseThatHaveWaitedLongest();
  void aReplacedEntryKeepsItsPlace();
  void entriesLeaveSortedByAgentAndKeyBytes();
  void aRemainderOfABatchSizeIsDueAtOnceASmallerOneWaits();
  void aTickTakesAllThatIsHeldInAsManyBatchesAsItNeeds();
  void oneFlushIsInFlightAtATime();
  void aReportIsSplitWhereTheBatchFills();
  void aReportIsSplitWhereTheCapacityFills();
  void aBurstOfRepeatsNeverDrops();
  void aCapacityReducedBelowWhatIsHeldAdmitsRepeatsOnly();
  void nothingIsDueUntilTheBackoffEnds();
  void backoffDoublesToFiveSecondsAndASuccessResetsIt();
  void permissionFailuresRetryAfterASecondDoublingToHalfAMinute();
  void theRetryIsCapacityWhenFull();
  void closeEndsABackoffAndAFailureWhileClosingStartsAnother();
  void nothingIsHandedOutAfterTheFinalFlushTimeout();
  void fifoToCoalesceAbsorbsAll();
  void coalesceToFifoKeepsWhatIsHeld();
  void aBatchMergedBackSitsOutsideTheSlots();
  void textsAreCopied();
};

namespace {

using Texts = std::vector<std::string>;

bool isBetween(Duration value, Duration low, Duration high) { return value >= low && value <= high; }

}  // namespace

void TestRules::zeroMeansTheDefault() {
  const Driven driven;
  const Config& config = driven.machine.config();
  QCOMPARE(config.batch_size, 500);
  QCOMPARE(config.interval, Duration(5s));
  QCOMPARE(config.queue_capacity, 100'000);
  QCOMPARE(config.queue_bytes, 268'435'456);
  QCOMPARE(config.final_flush_timeout, Duration(15s));
  QCOMPARE(config.max_payload_bytes, 8000);
  QCOMPARE(Driven({.batch_size = 30, .queue = QueuePolicy::fifo}).machine.config().queue_capacity, 150);
}

void TestRules::impossibleSettingsAreRefusedAsAWhole_data() {
  QTest::addColumn<Config>("config");
  QTest::newRow("negative batch") << Config{.batch_size = -1};
  QTest::newRow("batch over its maximum") << Config{.batch_size = 100'001, .queue_capacity = 200'000};
  QTest::newRow("interval over an hour") << Config{.interval = 1h + 1ns};
  QTest::newRow("room below a batch") << Config{.batch_size = 10, .queue_capacity = 9};
  QTest::newRow("payload below an id") << Config{.max_payload_bytes = 21};
  QTest::newRow("payload whose chunks exceed 7999") << Config{.max_payload_bytes = 8008};
  QTest::newRow("another channel") << Config{.batch_size = 9, .channel = "other"};
}

void TestRules::impossibleSettingsAreRefusedAsAWhole() {
  QFETCH(Config, config);
  Driven driven({.batch_size = 3});
  const Config before = driven.machine.config();
  QVERIFY(!driven.reconfigure(config));
  QVERIFY(driven.machine.config() == before);
  if (config.channel == before.channel) QVERIFY(!validated(config));
}

void TestRules::ticksComeAtStartPlusNTimesInterval() {
  Driven driven;
  driven.now = t0 + 7s;
  driven.add(1, "k");
  QCOMPARE(driven.due_in(), std::optional<Duration>(10s));
  driven.now = t0 + 10s;
  QCOMPARE(driven.flush()->reason, Reason::scheduled);
  driven.now = t0 + 10s + 1ns;
  driven.add(2, "k");
  QCOMPARE(driven.due_in(), std::optional<Duration>(15s));
}

void TestRules::oneMissedTickIsRememberedWhileAFlushIsInFlight() {
  Driven driven({.batch_size = 2});
  driven.now = t0 + 4s;
  driven.add_agents(1, 3);
  QVERIFY(driven.take());
  driven.now = t0 + 16s;  // 5, 10 and 15 have passed
  driven.written();
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(left->entries, (Texts{"3/k=v"}));
  QCOMPARE(left->reason, Reason::scheduled);
  driven.add(4, "k");
  QCOMPARE(driven.due_in(), std::optional<Duration>(20s));  // one was remembered, not three
}

void TestRules::aMissedTickSweepsWhatArrivedAfterIt() {
  Driven driven({.batch_size = 2});
  driven.now = t0 + 4s;
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.now = t0 + 6s;
  driven.add(3, "k");
  driven.now = t0 + 7s;
  driven.written();
  QCOMPARE(driven.flush()->entries, (Texts{"3/k=v"}));
}

void TestRules::aChangedIntervalStartsANewSeriesNow() {
  Driven driven;
  driven.add(1, "k");
  driven.now = t0 + 2s;
  QVERIFY(driven.reconfigure({.interval = 4s}));
  QCOMPARE(driven.due_in(), std::optional<Duration>(6s));
  driven.now = t0 + 3s;
  QVERIFY(driven.reconfigure({.batch_size = 400, .interval = 4s}));  // unchanged, so the series of ticks continues
  QCOMPARE(driven.due_in(), std::optional<Duration>(6s));
}

void TestRules::afterFlushCountsFromTheEndOfTheLastFlushOfAnyKind() {
  Driven driven({.batch_size = 2, .schedule = SchedulePolicy::after_flush});
  driven.now = t0 + 1s;
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.now = t0 + 3s;
  driven.written();
  driven.add(3, "k");
  QCOMPARE(driven.due_in(), std::optional<Duration>(8s));
  driven.now = t0 + 8s;
  QCOMPARE(driven.flush()->reason, Reason::scheduled);
  driven.now = t0 + 20s;  // long past: at once
  driven.add(4, "k");
  QVERIFY(driven.flush());
}

void TestRules::lingerCountsFromTheFirstEntryOfAnEmptyBatch() {
  Driven driven({.schedule = SchedulePolicy::linger});
  driven.now = t0 + 7s;
  driven.add(1, "k");
  driven.now = t0 + 9s;
  driven.add(2, "k");
  driven.add(1, "k", at(2));
  QCOMPARE(driven.due_in(), std::optional<Duration>(12s));
  driven.now = t0 + 12s;
  QCOMPARE(driven.flush()->entries, (Texts{"1/k=v", "2/k=v"}));
  QVERIFY(!driven.due_in());
}

void TestRules::aSmallerBatchSizeMakesANowFullBatchDueAtOnce() {
  Driven driven;
  driven.add_agents(1, 5);
  QVERIFY(driven.is_quiet());
  QVERIFY(driven.reconfigure({.batch_size = 3}));
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(*left, (Left{1, Reason::capacity, {"1/k=v", "2/k=v", "3/k=v"}, {3}, {66}}));
  QVERIFY(driven.is_quiet());
}

void TestRules::aBatchTakesThoseThatHaveWaitedLongest() {
  Driven driven({.batch_size = 2});
  for (const std::uint32_t n : {9U, 5U, 7U, 1U}) driven.add(n, "k");
  QCOMPARE(driven.flush()->entries, (Texts{"5/k=v", "9/k=v"}));
  QCOMPARE(driven.flush()->entries, (Texts{"1/k=v", "7/k=v"}));
}

void TestRules::aReplacedEntryKeepsItsPlace() {
  Driven driven({.batch_size = 2});
  driven.add(1, "a");
  driven.report(2, {"a", "b"});
  driven.add(1, "a", at(2), "new");
  driven.report(2, {"b"}, at(2));
  QCOMPARE(driven.flush()->entries, (Texts{"1/a=new", "2/a=v"}));
}

void TestRules::entriesLeaveSortedByAgentAndKeyBytes() {
  Driven driven({.batch_size = 6});
  driven.add(0x80, "k");
  driven.report(0x7f, {"\xc3\xa4", "z", "", "Z", "za"});
  QCOMPARE(driven.flush()->entries, (Texts{"127/=v", "127/Z=v", "127/z=v", "127/za=v", "127/\xc3\xa4=v", "128/k=v"}));
}

void TestRules::aRemainderOfABatchSizeIsDueAtOnceASmallerOneWaits() {
  Driven driven({.batch_size = 2});
  driven.add_agents(1, 5);
  QCOMPARE(driven.flush()->reason, Reason::capacity);
  QCOMPARE(driven.flush()->reason, Reason::capacity);
  QVERIFY(driven.is_quiet());
  QCOMPARE(driven.due_in(), std::optional<Duration>(5s));
}

void TestRules::aTickTakesAllThatIsHeldInAsManyBatchesAsItNeeds() {
  Driven driven({.batch_size = 2});
  driven.add_agents(1, 5);
  driven.now = t0 + 5s;
  QCOMPARE(driven.flush()->reason, Reason::capacity);
  driven.add_agents(6, 2);  // behind the tick
  QCOMPARE(driven.flush()->reason, Reason::capacity);
  QCOMPARE(*driven.flush(), (Left{3, Reason::capacity, {"5/k=v", "6/k=v"}, {2}, {44}}));
  QVERIFY(driven.is_quiet());
  QCOMPARE(driven.counters().pending, std::uint64_t{1});
}

void TestRules::oneFlushIsInFlightAtATime() {
  Driven driven({.batch_size = 2});
  driven.add_agents(1, 4);
  QVERIFY(driven.take());
  QVERIFY(!driven.machine.next_deadline());
  QVERIFY(!driven.machine.take(driven.now));
  driven.now = t0 + 60s;
  QVERIFY(!driven.machine.take(driven.now));
  driven.written();
  QVERIFY(driven.take());
}

void TestRules::aReportIsSplitWhereTheBatchFills() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo, .queue_capacity = 2});
  QCOMPARE(driven.report(1, {"a", "b", "c", "a", "d"}), (Admission{.taken = 4, .dropped_full = 1}));
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .dropped_full = 1, .pending = 2, .queued = 2}));
  QCOMPARE(driven.flush()->entries, (Texts{"1/a=v", "1/b=v"}));
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .dropped_full = 1, .written = 2, .pending = 2}));
}

void TestRules::aReportIsSplitWhereTheCapacityFills() {
  Driven driven({.batch_size = 2, .queue_capacity = 3});
  driven.add(9, "z");
  QCOMPARE(driven.report(1, {"a", "b", "c", "b"}, at(2)), (Admission{.taken = 2, .stale = 1, .dropped_full = 1}));
  QCOMPARE(driven.report(1, {"c", "b", "a"}, at(3)), (Admission{.coalesced = 2, .dropped_full = 1}));
}

void TestRules::aBurstOfRepeatsNeverDrops() {
  Driven driven({.batch_size = 2, .queue_capacity = 2, .queue_bytes = 4});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  for (int i = 2; i < 500; ++i) QCOMPARE(driven.add(1, "k", at(i), "longer than the room").dropped(), std::size_t{0});
  QCOMPARE(driven.counters(), (Counters{.offered = 500, .coalesced = 497, .pending = 1, .in_flight = 2}));
}

void TestRules::aCapacityReducedBelowWhatIsHeldAdmitsRepeatsOnly() {
  Driven driven({.batch_size = 2, .interval = 1s, .queue_capacity = 9});
  driven.add_agents(1, 5);
  QVERIFY(driven.reconfigure({.batch_size = 2, .interval = 1s, .queue_capacity = 3}));
  QCOMPARE(driven.counters().held(), std::uint64_t{5});
  QCOMPARE(driven.add(5, "k", at(2)), (Admission{.coalesced = 1}));
  QCOMPARE(driven.add(6, "k"), (Admission{.dropped_full = 1}));
  QVERIFY(driven.flush());
  QCOMPARE(driven.add(6, "k"), (Admission{.dropped_full = 1}));  // three are still held
  QVERIFY(driven.flush());
  QCOMPARE(driven.add(6, "k"), (Admission{.taken = 1}));
}

void TestRules::nothingIsDueUntilTheBackoffEnds() {
  Driven driven({.batch_size = 2});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.failed();
  driven.add_agents(3, 10);  // over capacity
  const auto end = driven.due_in();
  QVERIFY(end && isBetween(*end, 75ms, 125ms));
  driven.now = t0 + *end - 1ns;
  QVERIFY(!driven.take());
  driven.now = t0 + *end;
  QCOMPARE(driven.take()->entries, (Texts{"1/k=v", "2/k=v"}));
}

void TestRules::backoffDoublesToFiveSecondsAndASuccessResetsIt() {
  Driven driven({.batch_size = 1});
  driven.add(1, "k");
  for (const Duration expected : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms, 5000ms}) {
    QVERIFY(driven.take());
    driven.failed(FailureClass::deadlock);
    const Duration pause = *driven.machine.next_deadline() - driven.now;
    QVERIFY2(isBetween(pause, expected * 3 / 4, expected * 5 / 4), qPrintable(QString::number(pause.count())));
    driven.now += pause;
  }
  QVERIFY(driven.flush());
  driven.add(1, "k");
  QVERIFY(driven.take());
  driven.failed();
  QVERIFY(isBetween(*driven.machine.next_deadline() - driven.now, 75ms, 125ms));
}

void TestRules::permissionFailuresRetryAfterASecondDoublingToHalfAMinute() {
  Driven driven({.batch_size = 1});
  driven.add(1, "k");
  for (const Duration expected : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    QVERIFY(driven.take());
    driven.failed(FailureClass::permission);
    const Duration pause = *driven.machine.next_deadline() - driven.now;
    QVERIFY2(isBetween(pause, expected * 3 / 4, expected), qPrintable(QString::number(pause.count())));
    driven.now += pause;
  }
}

void TestRules::theRetryIsCapacityWhenFull() {
  Driven driven({.batch_size = 3});
  driven.add_agents(1, 2);
  driven.now = t0 + 5s;
  QCOMPARE(driven.take()->reason, Reason::scheduled);
  driven.failed();
  driven.now += 1s;
  QCOMPARE(driven.take()->reason, Reason::scheduled);  // before its tick: the retry does not wait for one
  driven.failed();
  driven.add(3, "k");
  driven.now += 1s;
  QCOMPARE(driven.take()->reason, Reason::capacity);
}

void TestRules::closeEndsABackoffAndAFailureWhileClosingStartsAnother() {
  Driven driven({.batch_size = 2});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.failed();
  QVERIFY(driven.is_quiet());
  driven.close();
  QCOMPARE(driven.take()->reason, Reason::shutdown);
  driven.failed();
  QVERIFY(driven.is_quiet());
  driven.now = t0 + 1s;
  QCOMPARE(driven.flush()->reason, Reason::shutdown);
  QVERIFY(driven.machine.finished(driven.now));
}

void TestRules::nothingIsHandedOutAfterTheFinalFlushTimeout() {
  Driven driven({.batch_size = 2, .final_flush_timeout = 2s});
  driven.add_agents(1, 4);
  driven.close();
  QVERIFY(driven.flush());
  driven.now = t0 + 2s + 1ns;
  QVERIFY(!driven.take());
  QVERIFY(driven.machine.finished(driven.now));
  QCOMPARE(driven.counters().held(), std::uint64_t{2});
}

void TestRules::fifoToCoalesceAbsorbsAll() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.add_agents(1, 5, "l");
  driven.add(1, "l", at(2), "new");
  QVERIFY(driven.reconfigure({.batch_size = 2}));
  QCOMPARE(driven.counters(), (Counters{.offered = 8, .coalesced = 1, .pending = 5, .in_flight = 2}));
}

void TestRules::coalesceToFifoKeepsWhatIsHeld() {
  Driven driven({.batch_size = 2});
  driven.add_agents(1, 7);
  QVERIFY(driven.reconfigure({.batch_size = 2, .queue = QueuePolicy::fifo, .queue_capacity = 2}));
  QCOMPARE(driven.counters(), (Counters{.offered = 7, .pending = 7}));
  driven.add_agents(8, 3);
  QCOMPARE(driven.counters(), (Counters{.offered = 10, .dropped_full = 1, .pending = 7, .queued = 2}));
}

void TestRules::aBatchMergedBackSitsOutsideTheSlots() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo, .queue_capacity = 2});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.add_agents(3, 2);
  driven.failed();
  QCOMPARE(driven.counters(), (Counters{.offered = 4, .pending = 2, .queued = 2}));
  driven.now += 1s;
  QCOMPARE(driven.flush()->entries, (Texts{"1/k=v", "2/k=v"}));
  QCOMPARE(driven.flush()->entries, (Texts{"3/k=v", "4/k=v"}));
}

void TestRules::textsAreCopied() {
  Driven driven;
  std::string key = "some key", value = "some value that is longer than any small string", error = "some error";
  driven.add(1, key, at(1), value, error);
  for (std::string* text : {&key, &value, &error}) text->assign(text->size(), '#');
  driven.now = t0 + 5s;
  const Batch* batch = driven.machine.take(driven.now);
  QVERIFY(batch);
  QCOMPARE(batch->entries[0].key, std::string_view("some key"));
  QCOMPARE(batch->entries[0].value, std::string_view("some value that is longer than any small string"));
  QCOMPARE(batch->entries[0].error, std::string_view("some error"));
}

QTEST_GUILESS_MAIN(TestRules)
#include "tst_rules.moc"
