// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "batching/unchanged/written_values.hpp"
#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::driven;

/// Entries that repeat what their row has (specification, "Unchanged values").
class TestUnchanged : public QObject {
  Q_OBJECT

 private slots:
  void aRepeatIsNotWritten();
  void anotherValueOrErrorIsWritten();
  void theValueIsWrittenAgainAfterItsTime();
  void anyOtherFateForgets_data();
  void anyOtherFateForgets();
  void aFailedConnectionForgetsEverything();
  void anotherWriterForgetsItsAgent();
  void aFlushInFlightIsNotRememberedForANamedAgent();
  void anOlderValueDoesNotReplaceWhatWasLeftOut();
  void theStampStaysWhenTheValueIsForgotten();
  void aSmallRestWaitsForMore();
  void aSweepWritesWhatRemains();
  void aCloseOfRepeatsOnlyIsFinished();
  void aFullMemoryRemembersNoNewKey();
  void aChangedTimeForgets();
  void offCountsWhatItWouldSave();
};

namespace {

Config suppressing(Duration keep = 60s, std::int64_t batch_size = 100) {
  Config config;
  config.batch_size = batch_size;
  config.interval = 1s;
  config.suppress_unchanged = keep;
  return config;
}

/// Lets the tick pass and writes what is due.
std::optional<Left> tick(Driven& driven) {
  driven.now += 1s;
  return driven.flush();
}

}  // namespace

void TestUnchanged::aRepeatIsNotWritten() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1));
  QVERIFY(tick(driven).has_value());
  driven.add(1, "k", at(2));
  QVERIFY(!tick(driven).has_value());
  QCOMPARE(driven.counters().unchanged, 1U);
  QCOMPARE(driven.counters().written, 1U);
  QCOMPARE(driven.counters().held(), 0U);
  QVERIFY(driven.counters().balanced());
  QCOMPARE(driven.machine.buffered_entries(), 0U);
  QCOMPARE(driven.machine.buffered_bytes(), 0U);
}

void TestUnchanged::anotherValueOrErrorIsWritten() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1), "v");
  tick(driven);
  driven.add(1, "k", at(2), "w");
  QCOMPARE(tick(driven)->entries, std::vector<std::string>{"1/k=w"});
  driven.add(1, "k", at(3), "w", "failed");
  QVERIFY(tick(driven).has_value());
  driven.add(1, "k", at(4), "wf", "ailed");  // the same bytes, divided in another place
  QVERIFY(tick(driven).has_value());
  driven.add(1, "other", at(5), "wf", "ailed");
  driven.add(2, "k", at(5), "wf", "ailed");
  QCOMPARE(tick(driven)->entries.size(), 2U);
  QCOMPARE(driven.counters().unchanged, 0U);
}

// The time counts from the flush that wrote the value. What was left out does not renew it.
void TestUnchanged::theValueIsWrittenAgainAfterItsTime() {
  Driven driven(suppressing(10s));
  driven.add(1, "k", at(1));
  QVERIFY(tick(driven).has_value());
  const Instant written = driven.now;
  int stamp = 2;
  while (driven.now + 1s < written + 10s) {
    driven.add(1, "k", at(stamp++));
    QVERIFY(!tick(driven).has_value());
  }
  driven.add(1, "k", at(stamp));
  QVERIFY(tick(driven).has_value());
  QCOMPARE(driven.now - written, Duration(10s));
}

void TestUnchanged::anyOtherFateForgets_data() {
  QTest::addColumn<int>("fate");
  QTest::newRow("rows_stale") << static_cast<int>(Fate::rows_stale);
  QTest::newRow("unmatched") << static_cast<int>(Fate::unmatched);
  QTest::newRow("quarantined") << static_cast<int>(Fate::quarantined);
  QTest::newRow("locked") << static_cast<int>(Fate::locked);
  QTest::newRow("unwritten") << static_cast<int>(Fate::unwritten);
}

void TestUnchanged::anyOtherFateForgets() {
  QFETCH(int, fate);
  Driven driven(suppressing());
  driven.add(1, "k", at(1), "v");
  driven.add(2, "k", at(1), "v");
  tick(driven);
  driven.add(1, "k", at(2), "w");
  driven.add(2, "k", at(2), "w");
  driven.now += 1s;
  QVERIFY(driven.take().has_value());
  const auto one = static_cast<Fate>(fate);
  driven.failed(one == Fate::unwritten ? FailureClass::timeout : FailureClass::none, {Fate::written, one});
  driven.add(1, "k", at(3), "v");
  driven.add(2, "k", at(3), "v");
  for (int i = 0; i < 20; ++i) tick(driven);
  QCOMPARE(driven.counters().unchanged, 0U);  // the first has another value, the second is forgotten
  QCOMPARE(driven.counters().held(), 0U);
}

void TestUnchanged::aFailedConnectionForgetsEverything() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1));
  tick(driven);
  driven.add(2, "k", at(1));
  driven.now += 1s;
  driven.take();
  driven.failed(FailureClass::connection);
  driven.add(1, "k", at(2));
  driven.now += 1s;
  QCOMPARE(driven.take()->entries.size(), 2U);
  FlushOutcome reconnected;
  reconnected.reconnected = true;
  driven.ended(reconnected);
  driven.add(1, "k", at(3));  // written on the new connection
  QVERIFY(!tick(driven).has_value());
}

void TestUnchanged::anotherWriterForgetsItsAgent() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1));
  driven.add(2, "k", at(1));
  tick(driven);
  const Uuid named = agent(1);
  driven.machine.forget_written({&named, 1}, driven.now);
  driven.add(1, "k", at(2));
  driven.add(2, "k", at(2));
  QCOMPARE(tick(driven)->entries, std::vector<std::string>{"1/k=v"});
  driven.machine.forget_written(driven.now);
  driven.add(1, "k", at(3));
  driven.add(2, "k", at(3));
  QCOMPARE(tick(driven)->entries.size(), 2U);
}

void TestUnchanged::aFlushInFlightIsNotRememberedForANamedAgent() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1));
  driven.now += 1s;
  driven.take();
  driven.now += 1ms;
  const Uuid named = agent(1);
  driven.machine.forget_written({&named, 1}, driven.now);  // the other write may have come first or last
  driven.now += 1ms;
  driven.written();
  driven.add(1, "k", at(2));
  QVERIFY(tick(driven).has_value());
  driven.add(1, "k", at(3));
  QVERIFY(!tick(driven).has_value());
}

void TestUnchanged::anOlderValueDoesNotReplaceWhatWasLeftOut() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1), "v");
  tick(driven);
  driven.add(1, "k", at(5), "v");
  QVERIFY(!tick(driven).has_value());
  driven.add(1, "k", at(3), "w");  // the guard of the database would let it pass: the row has stamp 1
  QVERIFY(!tick(driven).has_value());
  QCOMPARE(driven.counters().stale, 1U);
  driven.add(1, "k", at(6), "w");
  QVERIFY(tick(driven).has_value());
  QVERIFY(driven.counters().balanced());
}

void TestUnchanged::theStampStaysWhenTheValueIsForgotten() {
  Driven driven(suppressing());
  driven.add(1, "k", at(1), "v");
  tick(driven);
  driven.add(1, "k", at(5), "v");
  tick(driven);
  driven.machine.forget_written(driven.now);
  driven.add(1, "k", at(3), "w");
  QVERIFY(!tick(driven).has_value());
  driven.add(1, "k", at(6), "v");
  QVERIFY(tick(driven).has_value());
}

void TestUnchanged::aSmallRestWaitsForMore() {
  Driven driven(suppressing(60s, 4));
  for (std::uint32_t n = 1; n <= 4; ++n) driven.add(n, "k", at(1), "v");
  QVERIFY(driven.flush().has_value());
  driven.add(4, "k", at(2), "w");
  for (std::uint32_t n = 1; n <= 3; ++n) driven.add(n, "k", at(2), "v");
  QVERIFY(!driven.flush().has_value());  // full, but three of them repeat
  QCOMPARE(driven.counters().unchanged, 3U);
  QCOMPARE(driven.counters().pending, 1U);
  driven.add(3, "k", at(3), "w");
  driven.add(1, "k", at(3), "v");
  driven.add(2, "k", at(3), "v");
  const std::optional<Left> half = driven.flush();
  QCOMPARE(half->entries, (std::vector<std::string>{"3/k=w", "4/k=w"}));
  QVERIFY(half->reason == Reason::capacity);
}

void TestUnchanged::aSweepWritesWhatRemains() {
  Driven driven(suppressing(60s, 8));
  for (std::uint32_t n = 1; n <= 6; ++n) driven.add(n, "k", at(1), "v");
  tick(driven);
  for (std::uint32_t n = 1; n <= 6; ++n) driven.add(n, "k", at(2), n == 3 ? "w" : "v");
  const std::optional<Left> rest = tick(driven);
  QCOMPARE(rest->entries, std::vector<std::string>{"3/k=w"});
  QCOMPARE(rest->chunks, std::vector<std::size_t>{1});  // only the agent that changed is named
}

void TestUnchanged::aCloseOfRepeatsOnlyIsFinished() {
  Driven driven(suppressing(60s, 4));
  for (std::uint32_t n = 1; n <= 3; ++n) driven.add(n, "k", at(1));
  tick(driven);
  for (std::uint32_t n = 1; n <= 3; ++n) driven.add(n, "k", at(2));
  driven.close();
  QVERIFY(!driven.flush().has_value());
  QVERIFY(driven.machine.finished(driven.now));
  QCOMPARE(driven.counters().unchanged, 3U);
}

void TestUnchanged::aFullMemoryRemembersNoNewKey() {
  Config config = suppressing(10s);
  config.suppress_capacity = 2;
  Driven driven(config);
  for (std::uint32_t n = 1; n <= 3; ++n) driven.add(n, "k", at(1));
  tick(driven);
  for (std::uint32_t n = 1; n <= 3; ++n) driven.add(n, "k", at(2));
  QCOMPARE(tick(driven)->entries, std::vector<std::string>{"3/k=v"});
  driven.now += 20s;  // nobody repeats the first two any more: they make room
  driven.add(3, "k", at(3));
  QVERIFY(driven.flush().has_value());
  driven.add(3, "k", at(4));
  QVERIFY(!tick(driven).has_value());
}

void TestUnchanged::aChangedTimeForgets() {
  Driven driven(suppressing(10s));
  driven.add(1, "k", at(1));
  tick(driven);
  QVERIFY(driven.reconfigure(suppressing(20s)));
  driven.add(1, "k", at(2));
  QVERIFY(tick(driven).has_value());
  QVERIFY(driven.reconfigure(suppressing(0s)));
  driven.add(1, "k", at(3));
  QVERIFY(tick(driven).has_value());
}

void TestUnchanged::offCountsWhatItWouldSave() {
  Driven driven(suppressing(0s));
  for (int i = 0; i < 10; ++i) {
    driven.add(1, "same", at(i));
    driven.add(1, "changes", at(i), std::to_string(i));
    QVERIFY(tick(driven).has_value());
  }
  const FlushCounters& counted = driven.machine.metrics().flushes;
  QCOMPARE(counted.examined, 18U);  // all but the first of each key
  QCOMPARE(counted.repeated, 9U);
  driven.now += 60s;  // such a value would be written again
  driven.add(1, "same", at(20));
  QVERIFY(driven.flush().has_value());
  QCOMPARE(counted.repeated, 9U);
  QVERIFY(driven.reconfigure(suppressing(60s)));
  driven.add(1, "same", at(21));
  tick(driven);
  QCOMPARE(counted.examined, 19U);
}

QTEST_GUILESS_MAIN(TestUnchanged)
#include "tst_unchanged.moc"
