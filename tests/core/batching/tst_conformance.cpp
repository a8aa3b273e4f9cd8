// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "metabatch/update.hpp"
#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::driven;

/// The origin's behaviours with its numbers, on virtual time. Intended differences are stated; see
/// the specification, "Differences from the origin".
class TestConformance : public QObject {
  Q_OBJECT

 private slots:
  void emptyTickDoesNothing();
  void oneAgentWithTwoKeysLeavesAtTheTick();
  void severalAgentsLeaveInOneBatch();
  void theFiveHundredthEntryFlushesInChunksOf363And137();
  void aTickComesOnTimeAfterACapacityFlush();
  void fullFifoDropsTheNewest();
  void fullBatchBeforeAnyFlushFillsTheFifo();
  void repeatsOfOneKeyLeaveOnceWithTheNewestValue();
  void repeatsOfOneKeyNeverFillTheBatch();
  void mixedKeysAreCountedPerAgent();
  void stampsDecide_data();
  void stampsDecide();
  void sameStampInAnotherAgentOrKeyIsNoTie();
  void sixHundredAgentsLeaveInThreeChunks();
  void unequalListsAreRefusedWithAllFourLengths_data();
  void unequalListsAreRefusedWithAllFourLengths();
  void shutdownFlushesWhatWaits();
  void shutdownOfAnEmptyBatcherFlushesNothing();
  void shutdownEmptiesTheFifo();
  void addAfterShutdownIsRefused();
  void failedWritePublishesNothingAndDropsTheBatchUnderDiscard();
  void failedChunkLeavesTheFlushDone();
};

namespace {

using Texts = std::vector<std::string>;
using Sizes = std::vector<std::size_t>;

// For QCOMPARE, which prints QStrings but not std::strings.
QString metricsOf(const Driven& driven) { return QString::fromStdString(driven.metrics()); }
QString line(const char* text) { return QString::fromLatin1(text); }
constexpr auto kIdle = "batches=0/0/0 flushed=0 dropped=0 utilization=0:0 size=0:0 seconds=0/0/0 chunks=0:0 failed=0";

}  // namespace

void TestConformance::emptyTickDoesNothing() {
  Driven driven;
  QVERIFY(!driven.due_in());
  for (driven.now = t0 + 5s; driven.now <= t0 + 20s; driven.now += 5s) QVERIFY(driven.is_quiet());
  QCOMPARE(driven.counters(), Counters());
  QCOMPARE(metricsOf(driven), line(kIdle));
}

void TestConformance::oneAgentWithTwoKeysLeavesAtTheTick() {
  Driven driven;
  driven.now = t0 + 1s;
  QCOMPARE(driven.report(1, {"key2", "key1"}), (Admission{.taken = 2}));
  QCOMPARE(driven.due_in(), std::optional<Duration>(5s));
  driven.now = t0 + 5s - 1ns;
  QVERIFY(driven.is_quiet());
  driven.now = t0 + 5s;
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(*left, (Left{1, Reason::scheduled, {"1/key1=v", "1/key2=v"}, {1}, {22}}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/1/0 flushed=2 dropped=0 utilization=1:2 size=1:2 seconds=0/1/0 chunks=1:22 failed=0"));
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .written = 2}));
  QVERIFY(driven.is_quiet());
}

void TestConformance::severalAgentsLeaveInOneBatch() {
  Driven driven;
  driven.add(3, "b");
  driven.report(1, {"x", "a"});
  driven.add(2, "m");
  driven.now = t0 + 5s;
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(*left, (Left{1, Reason::scheduled, {"1/a=v", "1/x=v", "2/m=v", "3/b=v"}, {3}, {66}}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/1/0 flushed=4 dropped=0 utilization=3:4 size=1:4 seconds=0/1/0 chunks=1:66 failed=0"));
}

void TestConformance::theFiveHundredthEntryFlushesInChunksOf363And137() {
  Driven driven;
  driven.add_agents(1, 499);
  QVERIFY(driven.is_quiet());
  QCOMPARE(driven.due_in(), std::optional<Duration>(5s));
  driven.add(500, "k");
  QCOMPARE(driven.due_in(), std::optional<Duration>(0s));
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(left->reason, Reason::capacity);
  QCOMPARE(left->entries.size(), std::size_t{500});
  QCOMPARE(left->entries.front(), std::string("1/k=v"));
  QCOMPARE(left->entries.back(), std::string("500/k=v"));
  QCOMPARE(left->chunks, (Sizes{363, 137}));
  QCOMPARE(left->chunk_bytes, (Sizes{7986, 3014}));
  QCOMPARE(
      metricsOf(driven),
      line("batches=1/0/0 flushed=500 dropped=0 utilization=500:500 size=1:500 seconds=1/0/0 chunks=2:11000 failed=0"));
  QVERIFY(driven.is_quiet());
}

void TestConformance::aTickComesOnTimeAfterACapacityFlush() {
  Driven driven;
  driven.now = t0 + 2s;
  driven.add_agents(1, 500);
  QCOMPARE(driven.flush()->reason, Reason::capacity);
  driven.now = t0 + 3s;
  driven.add(501, "k");
  QCOMPARE(driven.due_in(), std::optional<Duration>(5s));
  driven.now = t0 + 5s;
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(*left, (Left{2, Reason::scheduled, {"501/k=v"}, {1}, {22}}));
  QCOMPARE(
      metricsOf(driven),
      line("batches=1/1/0 flushed=501 dropped=0 utilization=501:501 size=2:501 seconds=1/1/0 chunks=3:11022 failed=0"));
}

void TestConformance::fullFifoDropsTheNewest() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  for (std::uint32_t n = 3; n <= 12; ++n) QCOMPARE(driven.add(n, "k"), (Admission{.taken = 1}));  // 5 x 2 slots
  QCOMPARE(driven.add(13, "k"), (Admission{.dropped_full = 1}));
  QCOMPARE(driven.add(3, "k", at(9)), (Admission{.dropped_full = 1}));  // a repeat needs a slot as well
  QCOMPARE(driven.counters(), (Counters{.offered = 14, .dropped_full = 2, .queued = 10, .in_flight = 2}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/0/0 flushed=0 dropped=2 utilization=2:2 size=0:0 seconds=0/0/0 chunks=0:0 failed=0"));
  driven.written();
  QCOMPARE(driven.take()->entries, (Texts{"3/k=v", "4/k=v"}));
  QCOMPARE(driven.counters(), (Counters{.offered = 14, .dropped_full = 2, .written = 2, .queued = 8, .in_flight = 2}));
}

void TestConformance::fullBatchBeforeAnyFlushFillsTheFifo() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo, .queue_capacity = 3});
  driven.add_agents(1, 6);
  QCOMPARE(driven.counters(), (Counters{.offered = 6, .dropped_full = 1, .pending = 2, .queued = 3}));
  QCOMPARE(driven.flush()->entries, (Texts{"1/k=v", "2/k=v"}));
  QCOMPARE(driven.counters(), (Counters{.offered = 6, .dropped_full = 1, .written = 2, .pending = 2, .queued = 1}));
}

void TestConformance::repeatsOfOneKeyLeaveOnceWithTheNewestValue() {
  Driven driven;
  for (int i = 1; i <= 100; ++i) QCOMPARE(driven.add(1, "cpu", at(i), std::to_string(i)).accepted(), std::size_t{1});
  QCOMPARE(driven.counters(), (Counters{.offered = 100, .coalesced = 99, .pending = 1}));
  driven.now = t0 + 5s;
  QCOMPARE(driven.flush()->entries, (Texts{"1/cpu=100"}));
  QCOMPARE(driven.counters(), (Counters{.offered = 100, .coalesced = 99, .written = 1}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/1/0 flushed=1 dropped=0 utilization=1:1 size=1:1 seconds=0/1/0 chunks=1:22 failed=0"));
}

void TestConformance::repeatsOfOneKeyNeverFillTheBatch() {
  Driven driven;
  driven.add_agents(1, 499);
  for (int i = 2; i < 1000; ++i) driven.add(7, "k", at(i));
  QVERIFY(driven.is_quiet());
  QCOMPARE(driven.counters(), (Counters{.offered = 1497, .coalesced = 998, .pending = 499}));
}

void TestConformance::mixedKeysAreCountedPerAgent() {
  Driven driven;
  driven.report(1, {"a", "b", "c"});
  driven.report(2, {"a"});
  driven.report(1, {"c", "d"}, at(2));
  driven.now = t0 + 5s;
  const auto left = driven.flush();
  QCOMPARE(left->entries, (Texts{"1/a=v", "1/b=v", "1/c=v", "1/d=v", "2/a=v"}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/1/0 flushed=5 dropped=0 utilization=2:5 size=1:5 seconds=0/1/0 chunks=1:44 failed=0"));
  const Histogram& utilization = driven.machine.metrics().batch_utilization;
  QCOMPARE(utilization.buckets()[0], std::uint64_t{1});  // one agent with one key
  QCOMPARE(utilization.buckets()[3], std::uint64_t{1});  // one with four
}

void TestConformance::stampsDecide_data() {
  QTest::addColumn<int>("ties");
  QTest::addColumn<int>("second");
  QTest::addColumn<QString>("leaves");
  QTest::addColumn<int>("coalesced");
  for (const int ties : {0, 1}) {
    const auto row = [ties](const char* what) {
      return QString("%1, %2").arg(what, ties == 0 ? "keep_first" : "keep_last").toLatin1();
    };
    QTest::newRow(row("older is ignored")) << ties << 99 << "1/k=first" << 0;
    QTest::newRow(row("newer wins")) << ties << 101 << "1/k=second" << 1;
    QTest::newRow(row("equal")) << ties << 100 << (ties == 0 ? "1/k=first" : "1/k=second") << ties;
  }
}

void TestConformance::stampsDecide() {
  QFETCH(int, ties);
  QFETCH(int, second);
  QFETCH(QString, leaves);
  QFETCH(int, coalesced);
  Driven driven({.ties = static_cast<Ties>(ties)});
  const auto replaced = static_cast<std::size_t>(coalesced);
  QCOMPARE(driven.add(1, "k", at(100), "first"), (Admission{.taken = 1}));
  QCOMPARE(driven.add(1, "k", at(second), "second"), (Admission{.coalesced = replaced, .stale = 1 - replaced}));
  QCOMPARE(driven.counters(), (Counters{.offered = 2, .coalesced = replaced, .stale = 1 - replaced, .pending = 1}));
  driven.now = t0 + 5s;
  QCOMPARE(driven.flush()->entries, (Texts{leaves.toStdString()}));
}

void TestConformance::sameStampInAnotherAgentOrKeyIsNoTie() {
  Driven driven;
  driven.add(1, "k");
  QCOMPARE(driven.add(1, "l"), (Admission{.taken = 1}));
  QCOMPARE(driven.add(2, "k"), (Admission{.taken = 1}));
  QCOMPARE(driven.add(1, ""), (Admission{.taken = 1}));  // the empty key is a key
  driven.now = t0 + 5s;
  QCOMPARE(driven.flush()->entries, (Texts{"1/=v", "1/k=v", "1/l=v", "2/k=v"}));
}

void TestConformance::sixHundredAgentsLeaveInThreeChunks() {
  Driven driven;
  driven.add_agents(1, 600);
  const auto full = driven.flush();
  QVERIFY(full);
  QCOMPARE(full->reason, Reason::capacity);
  QCOMPARE(full->chunks, (Sizes{363, 137}));
  QCOMPARE(full->entries.back(), std::string("500/k=v"));
  QVERIFY(driven.is_quiet());
  driven.now = t0 + 5s;
  const auto rest = driven.flush();
  QVERIFY(rest);
  QCOMPARE(rest->reason, Reason::scheduled);
  QCOMPARE(rest->chunks, (Sizes{100}));
  QCOMPARE(rest->entries.front(), std::string("501/k=v"));
  QCOMPARE(
      metricsOf(driven),
      line("batches=1/1/0 flushed=600 dropped=0 utilization=600:600 size=2:600 seconds=1/1/0 chunks=3:13200 failed=0"));
  QCOMPARE(driven.counters(), (Counters{.offered = 600, .written = 600}));
}

void TestConformance::unequalListsAreRefusedWithAllFourLengths_data() {
  QTest::addColumn<int>("keys");
  QTest::addColumn<int>("values");
  QTest::addColumn<int>("errors");
  QTest::addColumn<int>("times");
  QTest::newRow("values short") << 3 << 2 << 3 << 3;
  QTest::newRow("errors long") << 3 << 3 << 4 << 3;
  QTest::newRow("no times") << 3 << 3 << 3 << 0;
  QTest::newRow("all different") << 1 << 2 << 3 << 4;
  QTest::newRow("only values") << 0 << 1 << 0 << 0;
}

void TestConformance::unequalListsAreRefusedWithAllFourLengths() {
  QFETCH(int, keys);
  QFETCH(int, values);
  QFETCH(int, errors);
  QFETCH(int, times);
  const auto texts = [](int n) { return std::vector<std::string_view>(static_cast<std::size_t>(n), "x"); };
  const auto k = texts(keys), v = texts(values), e = texts(errors);
  const std::vector<WallTime> c(static_cast<std::size_t>(times));
  const Report report{agent(1), k, v, e, c};
  Driven driven;
  const auto answer = driven.machine.add(report, driven.now);
  QVERIFY(!answer);
  QCOMPARE(answer.error().code, Errc::unequal_lists);
  QCOMPARE(QString::fromStdString(describe_unequal(report)),
           QString("invalid Add call, all inputs must have the same number of items; keys: %1, values: %2, errors: %3, "
                   "collectedAt: %4")
               .arg(keys)
               .arg(values)
               .arg(errors)
               .arg(times));
  QCOMPARE(driven.counters(), Counters());
  QCOMPARE(metricsOf(driven), line(kIdle));
}

void TestConformance::shutdownFlushesWhatWaits() {
  Driven driven;
  driven.add_agents(1, 3);
  QVERIFY(driven.is_quiet());
  driven.close();
  QVERIFY(!driven.machine.finished(driven.now));
  const auto left = driven.flush();
  QVERIFY(left);
  QCOMPARE(*left, (Left{1, Reason::shutdown, {"1/k=v", "2/k=v", "3/k=v"}, {3}, {66}}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/0/1 flushed=3 dropped=0 utilization=3:3 size=1:3 seconds=0/0/1 chunks=1:66 failed=0"));
  QVERIFY(driven.machine.finished(driven.now));
}

void TestConformance::shutdownOfAnEmptyBatcherFlushesNothing() {
  Driven driven;
  driven.close();
  QVERIFY(driven.is_quiet());
  QVERIFY(driven.machine.finished(driven.now));
  QCOMPARE(metricsOf(driven), line(kIdle));
}

// The origin's final flush ignores its channel; here nothing is lost.
void TestConformance::shutdownEmptiesTheFifo() {
  Driven driven({.batch_size = 2, .queue = QueuePolicy::fifo});
  driven.add_agents(1, 2);
  QVERIFY(driven.take());
  driven.add_agents(3, 3);
  driven.close();
  driven.written();
  QCOMPARE(*driven.flush(), (Left{2, Reason::shutdown, {"3/k=v", "4/k=v"}, {2}, {44}}));
  QCOMPARE(*driven.flush(), (Left{3, Reason::shutdown, {"5/k=v"}, {1}, {22}}));
  QVERIFY(driven.machine.finished(driven.now));
  QCOMPARE(driven.counters(), (Counters{.offered = 5, .written = 5}));
  QCOMPARE(metricsOf(driven),
           line("batches=1/0/2 flushed=5 dropped=0 utilization=5:5 size=3:5 seconds=1/0/2 chunks=3:110 failed=0"));
}

void TestConformance::addAfterShutdownIsRefused() {
  Driven driven;
  driven.close();
  QCOMPARE(driven.add(1, "k"), (Admission{.dropped_closed = 1}));
  QCOMPARE(driven.report(1, {"a", "b"}), (Admission{.dropped_closed = 2}));
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .dropped_closed = 3}));
  QCOMPARE(metricsOf(driven), line(kIdle));
}

void TestConformance::failedWritePublishesNothingAndDropsTheBatchUnderDiscard() {
  Driven driven({.on_failure = OnFailure::discard});
  driven.add_agents(1, 3);
  driven.now = t0 + 5s;
  QVERIFY(driven.take());
  driven.failed();
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .discarded = 3}));
  QCOMPARE(metricsOf(driven),
           line("batches=0/0/0 flushed=0 dropped=0 utilization=3:3 size=0:0 seconds=0/0/0 chunks=0:0 failed=1"));
}

void TestConformance::failedChunkLeavesTheFlushDone() {
  Driven driven;
  driven.add_agents(1, 500);
  const auto left = driven.take();
  FlushOutcome outcome;
  outcome.chunks_published = 1;
  outcome.notify_bytes = 3014;
  outcome.publish_errors = 1;
  driven.machine.complete(left->id, outcome, driven.now);
  QCOMPARE(driven.counters(), (Counters{.offered = 500, .written = 500}));
  QCOMPARE(driven.machine.metrics().flushes.publish_errors, std::uint64_t{1});
  QCOMPARE(
      metricsOf(driven),
      line("batches=1/0/0 flushed=500 dropped=0 utilization=500:500 size=1:500 seconds=1/0/0 chunks=1:3014 failed=0"));
}

QTEST_GUILESS_MAIN(TestConformance)
#include "tst_conformance.moc"
