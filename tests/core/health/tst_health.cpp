// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <cmath>

#include "core/health/sampled_machine.hpp"

using namespace metabatch;
using namespace metabatch::tests;
using namespace std::chrono_literals;
namespace health = metabatch::health;
using health::Code;

class HealthTest : public QObject {
  Q_OBJECT
 private slots:
  void aConnectionLostForEightySeconds();
  void aConnectionLostForFiveSecondsIsDegraded();
  void aSlowDatabaseBackToBack();
  void aSlowDatabaseThatLargerBatchesWouldHelp();
  void aSlowDatabaseWhoseRowsCostTooMuch();
  void aSaturatedFleetIsBehindWhenNothingGrows();
  void lockedRowsDoNotStall();
  void theAgeOfLockedRowsIsNoStall();
  void aFullBufferLoses();
  void anAgentWithTooManyKeysLosesItsOwn();
  void rowsAheadOfTheServerAreReported();
  void refusedValues();
  void clocksApart();
  void watchersNotNotified();
  void metricsUnreachable();
  void anEmptiedTable();
  void nothingArrives();
  void goodByCapacity();
  void goodByInterval();
  void savedCountsFailedAttempts();
  void savedIsHiddenWhileEntriesFindNoRow();
  void aWaitingInputIsNoFault();
  void aPausedMachineIsReported();
  void theWorstComesFirst();
};

void HealthTest::aConnectionLostForEightySeconds() {
  Machine machine;
  machine.run(60s, well);
  Duration age = 4s;
  machine.run(80s, [&age](auto& s) {
    arrive(s, 225, 15);
    fail(s, age += 500ms);
  });
  const health::Assessment found = machine.assess();
  QCOMPARE(codes(found), (Names{"not_writing", "flushes_failing"}));
  QCOMPARE(found.first().numbers[0], 80.0);
  QCOMPARE(found.first().numbers[1], 84.0);
  QCOMPARE(found.first().numbers[2], 36'000.0);
  QVERIFY(std::abs(found.first().numbers[3] - 64'000 / 450.0) < 1e-6);
  QCOMPARE(
      health::status_line(found),
      "stalled: Not writing for 80 s (connection refused); oldest value 84 s old; 36,000 held, the buffer is full in "
      "2 min.");
  QCOMPARE(health::headline(found), "Not writing for 80 s");
  QCOMPARE(health::saved_text(found), "\u2013");
  QCOMPARE(found.rates.updates, 450.0);
  QCOMPARE(found.rates.written, 0.0);
  QVERIFY(!found.is_blocked());
  machine.sample.now.capacity_entries = 40'000'000;  // full in more than a day
  machine.run(500ms, [](auto& s) { fail(s, 85s); });
  QVERIFY2(health::status_line(machine.assess()).ends_with("36,000 held, the buffer does not grow."),
           health::status_line(machine.assess()).c_str());
  machine.sample.now.capacity_entries = 36'000;
  machine.run(500ms, [](auto& s) { fail(s, 85s); });
  QVERIFY2(machine.assess().is_blocked(), "the buffer is full");
}

void HealthTest::aConnectionLostForFiveSecondsIsDegraded() {
  Machine machine;
  machine.run(60s, well);
  machine.run(5s, [](auto& s) {
    arrive(s);
    fail(s, 5s);
  });
  QCOMPARE(machine.line(),
           "degraded: Flushes fail, 10 in a row (connection refused). What was not written is kept and retried.");
  QCOMPARE(health::saved_text(machine.assess()), "\u2013");
}

void HealthTest::aSlowDatabaseBackToBack() {
  Machine machine;
  machine.run(60s, well);
  int step = 0;
  machine.run(60s, [&step](auto& s) {  // a flush of 500 takes 1.5 s
    arrive(s);
    if (++step % 3 == 0) flush(s, 500, Reason::capacity, 1500ms);
    s.now.oldest_age = 9s;
  });
  const health::Assessment found = machine.assess();
  QCOMPARE(found.state(), health::State::falling_behind);
  QCOMPARE(health::headline(found), "Falling behind: 900/s arrive, 333/s are written");
  QCOMPARE(health::describe(found.first()),
           "900/s arrive, 333/s are written. Batches of 4,500 entries would need one flush in 5 s.");
  QCOMPARE(health::saved_text(found), "\u2013");
  QCOMPARE(found.findings.size(), std::size_t{1});
}

/// Batches of varying size, so that the cost of a flush and the cost of an entry can be separated.
void slowly(Machine& machine, double seconds_a_flush, double seconds_an_entry) {
  int step = 0;
  machine.run(60s, [&](health::Sample& s) {
    arrive(s);
    if (++step % 3 != 0) return;
    const std::uint64_t entries = step % 2 == 0 ? 500 : 420;
    const double took = seconds_a_flush + seconds_an_entry * static_cast<double>(entries);
    flush(s, entries, Reason::capacity, Duration(std::llround(took * 1e9)));
    s.now.oldest_age = 9s;
  });
}

void HealthTest::aSlowDatabaseThatLargerBatchesWouldHelp() {
  Machine machine;
  slowly(machine, 1.45, 1e-4);
  QCOMPARE(codes(machine.assess()), (Names{"behind_batch"}));
  QCOMPARE(health::describe(machine.assess().first()),
           "900/s arrive, 307/s are written. Batches of 4,500 entries would keep up.");
}

void HealthTest::aSlowDatabaseWhoseRowsCostTooMuch() {
  Machine machine;
  slowly(machine, 0.01, 3e-3);
  QCOMPARE(codes(machine.assess()), (Names{"behind_database"}));
  QVERIFY(health::describe(machine.assess().first()).find("The database is the limit") != std::string::npos);
}

void HealthTest::aSaturatedFleetIsBehindWhenNothingGrows() {
  Machine machine;
  machine.run(5s, [](auto& s) { arrive(s, 900); });
  int step = 0;
  machine.run(90s, [&step](auto& s) {  // all 9,000 keys are held, so arrivals coalesce
    arrive(s);
    if (++step % 3 == 0) flush(s, 500, Reason::capacity, 1500ms);
    const std::uint64_t over = s.counters.pending > 9'000 ? s.counters.pending - 9'000 : 0;
    s.counters.pending -= over;
    s.counters.coalesced += over;
    s.now.buffered_entries = s.counters.pending;
    s.now.oldest_age = 27s;
  });
  QCOMPARE(health::headline(machine.assess()), "Falling behind: 900/s arrive, 333/s are written");
}

void HealthTest::lockedRowsDoNotStall() {
  Machine machine;
  machine.run(60s, well);
  Duration since{};
  arrive(machine.sample, 12, 0);
  machine.run(40s, [&since](auto& s) {
    well(s);
    s.now.locked_entries = 12;
    s.now.locked_for = since += 500ms;
  });
  QCOMPARE(machine.line(),
           "degraded: 12 entries wait for rows that somebody has locked for 40 s. All others are written.");
  machine.run(40s, [](auto&) {});  // nothing else arrives, and entries that are set apart are not overdue
  QCOMPARE(codes(machine.assess()), (Names{"locked"}));
}

/// An entry that is set apart may be the oldest: with an interval of a minute, nothing else is due
/// for long.
void HealthTest::theAgeOfLockedRowsIsNoStall() {
  Machine machine;
  machine.sample.config.interval = 60s;
  machine.sample.config.batch_size = 100'000;
  machine.run(1s, [](auto& s) { arrive(s, 12, 1); });
  machine.run(40s, [](auto& s) {
    arrive(s, 10, 1);
    s.now.locked_entries = 24;
    s.now.locked_for = 300s;
    s.now.oldest_age = 300s;
    s.now.since_success = 30s;
  });
  QCOMPARE(machine.assess().first().code, Code::locked);
}

void HealthTest::anAgentWithTooManyKeysLosesItsOwn() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    s.counters.offered += 100;
    s.counters.dropped_agent_full += 100;
  });
  QCOMPARE(
      machine.line(),
      "losing: 6,000 updates dropped in 30 s: one agent holds the 1,024 keys that it may hold. Other agents are not "
      "affected.");
  const auto advice = health::advised(machine.assess().first(), machine.sample.config);
  QVERIFY(advice && advice->agent_capacity == 2048 && validated(*advice).has_value());
}

void HealthTest::rowsAheadOfTheServerAreReported() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    ++s.flushes.rows_ahead;
    s.now.future_by = 3600s;
  });
  QCOMPARE(health::headline(machine.assess().first()), "60 rows are dated in the future");
}

void HealthTest::aFullBufferLoses() {
  Machine machine;
  machine.sample.now.buffered_entries = 100'000;
  machine.run(30s, [](auto& s) {
    s.counters.offered += 20;
    s.counters.dropped_full += 20;
    s.now.failures_in_a_row = 1;
    s.counters.pending = 0;
  });
  const health::Assessment found = machine.assess();
  QCOMPARE(found.first().code, Code::dropped_full);
  QCOMPARE(
      health::describe(found.first()),
      "1,200 updates dropped in 30 s: the buffer of 100,000 entries is full. Find out why writing is slow; a queue "
      "capacity of 110,000 would have held them.");
  QCOMPARE(health::saved_text(found), "\u2013");
}

void HealthTest::refusedValues() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    --s.counters.written;
    ++s.counters.quarantined;
  });
  QCOMPARE(health::headline(machine.assess()), "Losing: 60 values refused");
  QCOMPARE(codes(machine.assess()), (Names{"quarantined"}));
  QCOMPARE(health::saved_text(machine.assess()), "\u2013");
}

void HealthTest::clocksApart() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    s.counters.written -= 440;
    s.counters.rows_stale += 440;
    s.now.clock_behind = 60s;
  });
  QCOMPARE(
      machine.line(),
      "degraded: 26,400 of 27,000 entries were older than what the database holds: a clock is wrong (this host's is "
      "60 s behind the newest row).");
  QCOMPARE(health::saved_text(machine.assess()), "\u2013");
  Machine healthy;
  healthy.run(30s, [](auto& s) {
    well(s);
    s.counters.written -= 4;  // below 1 %: a replica was slightly late
    s.counters.rows_stale += 4;
  });
  QCOMPARE(healthy.assess().state(), health::State::good);
}

void HealthTest::watchersNotNotified() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    ++s.flushes.publish_errors;
    --s.flushes.chunks;
  });
  QCOMPARE(health::headline(machine.assess()), "Watchers are not notified");
  QVERIFY2(machine.assess().saved, "all rows were written");
}

void HealthTest::metricsUnreachable() {
  Machine machine;
  machine.run(30s, well);
  machine.sample.now.unreachable_for = 12s;
  machine.sample.now.unreachable_detail = "connection refused";
  machine.collector.record(machine.sample);
  QCOMPARE(machine.line(), "unknown: No answer for 12 s: connection refused. All figures are as old.");
  QCOMPARE(codes(machine.assess()), (Names{"unreachable"}));
}

void HealthTest::anEmptiedTable() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    s.counters.written -= 450;
    s.counters.unmatched += 450;
    s.now.table_emptied = true;
  });
  QCOMPARE(codes(machine.assess()), (Names{"table_emptied"}));
  QCOMPARE(health::saved_text(machine.assess()), "\u2013");
}

void HealthTest::nothingArrives() {
  Machine machine;
  machine.run(30s, [](auto&) {});
  QCOMPARE(machine.line(), "idle: No updates arrived in 30 s.");
  QCOMPARE(health::span_text(machine.assess()), "last 30 s");
}

void HealthTest::goodByCapacity() {
  Machine machine;
  machine.run(60s, well);
  const health::Assessment found = machine.assess();
  QCOMPARE(health::describe(found.first()),
           "The batch size decides: 500 entries arrive in 556 ms, before the interval of 5 s is over. Batches of 4,500 "
           "would need 0.2 flushes a second instead of 2.");
  QCOMPARE(health::headline(found), "Saving 96.7 %");  // 2 + 2 a second instead of 60 + 60
  QCOMPARE(health::span_text(found), "last 30 s");
  QCOMPARE(found.rates.unbatched, 120.0);
}

void HealthTest::goodByInterval() {
  Machine machine;
  machine.sample.config.batch_size = 10'000;
  machine.collector.clear();
  int step = 0;
  machine.run(60s, [&step](auto& s) {
    arrive(s);
    if (++step % 10 == 0) flush(s, 4'500, Reason::scheduled);
  });
  QCOMPARE(
      health::describe(machine.assess().first()),
      "The interval decides: about 4,500 entries arrive in 5 s, fewer than the batch size of 10,000. An interval of "
      "10 s would need 0.1 flushes a second instead of 0.2, and values would be up to 10 s old.");
  QCOMPARE(machine.assess().state(), health::State::good);
}

void HealthTest::savedCountsFailedAttempts() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    ++s.flushes.failures[0];
  });
  QCOMPARE(codes(machine.assess()), (Names{"flush_failures"}));
  QCOMPARE(health::saved_text(machine.assess()), "95 %");  // 2 + 2 + 2 a second instead of 120
}

void HealthTest::savedIsHiddenWhileEntriesFindNoRow() {
  Machine machine;
  machine.run(30s, [](auto& s) {
    well(s);
    --s.counters.written;
    ++s.counters.unmatched;
  });
  QCOMPARE(machine.assess().state(), health::State::good);  // below 1 %
  QVERIFY2(!machine.assess().saved, "60 updates were not written");
  QCOMPARE(health::headline(machine.assess()), "All is well: the batch size decides");
}

void HealthTest::aWaitingInputIsNoFault() {
  Machine machine;
  machine.sample.now.input_waits = true;
  machine.sample.now.capacity_entries = 1'000;
  machine.sample.counters.offered = machine.sample.counters.pending = 1'000;
  machine.sample.now.buffered_entries = 1'000;
  machine.run(30s, [](auto& s) {
    arrive(s);
    flush(s, 450, Reason::capacity, 490ms);
    s.now.oldest_age = 20s;
  });
  QCOMPARE(machine.line(), "good: The database decides: 900 entries/s are written, and the input waits for it.");
}

void HealthTest::aPausedMachineIsReported() {
  Machine machine;
  machine.run(30s, well);
  machine.run(8s, [](auto& s) {
    arrive(s);
    s.now.is_paused = true;
  });
  QCOMPARE(machine.line(), "degraded: Flushing is paused: 7,200 held, nothing is written.");
  machine.run(8s, [](auto& s) { arrive(s); });
  QCOMPARE(machine.assess().first().code, Code::not_writing_paused);
}

void HealthTest::theWorstComesFirst() {
  Machine machine;
  machine.run(60s, [](auto& s) {
    arrive(s);
    fail(s, 60s);
    s.counters.offered += 5;
    s.counters.dropped_full += 5;
    s.now.future_rows = 1;
  });
  QCOMPARE(codes(machine.assess()), (Names{"not_writing", "dropped_full", "flushes_failing", "rows_in_future"}));
}

QTEST_APPLESS_MAIN(HealthTest)
#include "tst_health.moc"
