// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "support/driven.hpp"

using namespace metabatch;
using namespace metabatch::driven;

/// Entries whose row another session has locked, and batches that are too slow. Neither stops other
/// pending entries.
class TestSetApart : public QObject {
  Q_OBJECT

 private slots:
  void lockedEntriesAreHeldAndTheOthersGoOn();
  void aRetryBringsLockedEntriesOnly();
  void anUpdateOfALockedKeyMergesIntoItsEntry();
  void anUpdateDuringTheFlightMergesWhenTheRowIsLocked();
  void retriesBackOffToFiveSeconds();
  void manyLockedEntriesAreTriedInOneRound();
  void aRetryNeverSetsTheBatchBack();
  void pendingAndLockedBatchesTakeTurns();
  void closeDrainsWhatIsLocked();
  void whatStaysLockedUntilTheDeadlineIsHeld();
  void theOldestEntryMayBeLockedOrInFlight();
  void aFlushThatIsTooMuchHalvesTheNextBatches();
  void twoQuickFlushesDoubleThemAgain();
  void anEntryThatIsTooMuchByItselfIsSetApart();
  void anEntryThatIsAlwaysTooMuchNeverKeepsOthersSetApart();
  void aFlushThatSettledAnythingDoesNotBackOff();
};

namespace {

std::vector<Fate> fates(std::size_t entries, std::vector<std::size_t> locked, Fate others = Fate::written) {
  std::vector<Fate> all(entries, others);
  for (const std::size_t i : locked) all[i] = Fate::locked;
  return all;
}

/// Three agents; the row of the second one is locked.
Driven with_one_locked() {
  Driven driven({.batch_size = 3});
  driven.add_agents(1, 3);
  driven.take();
  driven.failed(FailureClass::none, fates(3, {1}));
  return driven;
}

/// The batch in flight was too slow for its time limit.
void was_too_much(Driven& driven) {
  FlushOutcome outcome;
  outcome.failure = FailureClass::timeout;
  outcome.too_much = true;
  driven.ended(outcome);
}

void took(Driven& driven, Duration time, Duration limit) {
  driven.now += time;
  FlushOutcome outcome;
  outcome.time_limit = limit;
  driven.ended(outcome);
}

}  // namespace

void TestSetApart::lockedEntriesAreHeldAndTheOthersGoOn() {
  Driven driven = with_one_locked();
  QCOMPARE(driven.counters(), (Counters{.offered = 3, .written = 2, .set_apart = 1}));
  QCOMPARE(driven.machine.set_apart_entries(), std::uint64_t{1});
  QCOMPARE(driven.machine.buffered_entries(), std::uint64_t{1});
  driven.add_agents(4, 3);
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"4/k=v", "5/k=v", "6/k=v"}));  // at once: no backoff
}

void TestSetApart::aRetryBringsLockedEntriesOnly() {
  Driven driven = with_one_locked();
  driven.add(7, "k");
  QVERIFY(driven.is_quiet());
  driven.now = t0 + *driven.due_in();
  QVERIFY(driven.now <= t0 + 100ms);
  const auto left = driven.flush();
  QCOMPARE(left->entries, (std::vector<std::string>{"2/k=v"}));
  QCOMPARE(left->reason, Reason::scheduled);
  QCOMPARE(driven.counters(), (Counters{.offered = 4, .written = 3, .pending = 1}));
  QVERIFY(!driven.machine.set_apart_retry());
}

void TestSetApart::anUpdateOfALockedKeyMergesIntoItsEntry() {
  Driven driven = with_one_locked();
  QCOMPARE(driven.add(2, "k", at(5), "newer"), (Admission{.coalesced = 1}));
  QCOMPARE(driven.add(2, "k", at(4), "older"), (Admission{.stale = 1}));
  QCOMPARE(driven.report(2, {"k", "other"}, at(6)), (Admission{.taken = 1, .coalesced = 1}));
  driven.now = t0 + 5s;  // a tick
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"2/other=v"}));
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"2/k=v"}));
  QVERIFY(driven.counters().balanced() && driven.counters().held() == 0);
}

void TestSetApart::anUpdateDuringTheFlightMergesWhenTheRowIsLocked() {
  Driven driven({.batch_size = 2});
  driven.report(1, {"a", "b"});
  QVERIFY(driven.take());
  QCOMPARE(driven.report(1, {"a", "b"}, at(9)), (Admission{.taken = 2}));  // the entries in flight must not change
  driven.failed(FailureClass::none, fates(2, {0}));
  QCOMPARE(driven.counters(), (Counters{.offered = 4, .coalesced = 1, .written = 1, .pending = 1, .set_apart = 1}));
  QVERIFY(driven.is_quiet());  // one is pending, and not two: the batch is not full
  QCOMPARE(driven.machine.buffered_entries(), std::uint64_t{2});
}

void TestSetApart::retriesBackOffToFiveSeconds() {
  Driven driven = with_one_locked();
  for (const Duration expected : {100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 5000ms, 5000ms}) {
    const Duration pause = *driven.machine.set_apart_retry() - driven.now;
    QVERIFY2(pause >= expected * 3 / 4 && pause <= expected, qPrintable(QString::number(pause.count())));
    driven.now += pause;
    QVERIFY(driven.take());
    driven.failed(FailureClass::none, {Fate::locked});
  }
  QCOMPARE(driven.machine.metrics().flushes.total_flushes(), std::uint64_t{1});  // a retry without success is no flush
}

void TestSetApart::manyLockedEntriesAreTriedInOneRound() {
  Driven driven({.batch_size = 10});
  driven.add_agents(1, 35);
  while (const auto left = driven.take())
    driven.failed(FailureClass::none, fates(left->entries.size(), {}, Fate::locked));
  driven.now = t0 + 5s;
  while (const auto left = driven.take())
    driven.failed(FailureClass::none, fates(left->entries.size(), {}, Fate::locked));
  QCOMPARE(driven.machine.set_apart_entries(), std::uint64_t{35});
  driven.now = *driven.machine.set_apart_retry();
  for (const std::size_t expected : {10, 10, 10, 5}) {
    const auto left = driven.take();
    QCOMPARE(left->entries.size(), expected);
    driven.failed(FailureClass::none, fates(left->entries.size(), {}, Fate::locked));
  }
  QVERIFY(driven.is_quiet());
}

void TestSetApart::aRetryNeverSetsTheBatchBack() {
  for (const auto schedule : {SchedulePolicy::fixed, SchedulePolicy::reset, SchedulePolicy::after_flush}) {
    Driven driven({.batch_size = 3, .schedule = schedule});
    driven.add_agents(1, 3);
    driven.take();
    driven.failed(FailureClass::none, fates(3, {1}));
    driven.add(4, "k");
    driven.now = t0 + 4900ms;
    QCOMPARE(driven.take()->entries, (std::vector<std::string>{"2/k=v"}));
    driven.now = t0 + 5100ms;  // the deadline of the batch passed during the retry
    driven.failed(FailureClass::connection);
    QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"4/k=v"}));  // no backoff either
  }
}

void TestSetApart::pendingAndLockedBatchesTakeTurns() {
  Driven driven({.batch_size = 1});
  driven.add(1, "k");
  driven.take();
  driven.failed(FailureClass::none, {Fate::locked});
  driven.add_agents(2, 3);
  driven.now = t0 + 1s;
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"2/k=v"}));
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"1/k=v"}));
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"3/k=v"}));
}

void TestSetApart::closeDrainsWhatIsLocked() {
  Driven driven = with_one_locked();
  driven.add(9, "k");
  driven.close();
  QCOMPARE(driven.take()->reason, Reason::shutdown);
  driven.written();
  const auto left = driven.flush();
  QCOMPARE(left->entries, (std::vector<std::string>{"2/k=v"}));
  QCOMPARE(left->reason, Reason::shutdown);
  QVERIFY(driven.machine.finished(driven.now));
}

void TestSetApart::whatStaysLockedUntilTheDeadlineIsHeld() {
  Driven driven = with_one_locked();
  driven.close();
  int tries = 0;
  while (!driven.machine.finished(driven.now)) {
    driven.now = std::max(driven.now, *driven.machine.next_deadline());
    if (!driven.take()) continue;
    ++tries;
    driven.failed(FailureClass::none, {Fate::locked});
  }
  QVERIFY(tries > 5);
  QCOMPARE(driven.counters().held(), std::uint64_t{1});
}

void TestSetApart::theOldestEntryMayBeLockedOrInFlight() {
  Driven driven = with_one_locked();
  driven.now = t0 + 1s;
  driven.add(9, "k");
  QCOMPARE(*driven.machine.oldest(), t0);  // the locked one
  QVERIFY(driven.take());
  QCOMPARE(*driven.machine.oldest(), t0);  // the same, in flight
  driven.written();
  QCOMPARE(*driven.machine.oldest(), t0 + 1s);
}

void TestSetApart::aFlushThatIsTooMuchHalvesTheNextBatches() {
  Driven driven({.batch_size = 8});
  driven.add_agents(1, 8);
  for (const std::size_t expected : {8, 4, 2, 1}) {
    driven.now += 1s;
    QCOMPARE(driven.take()->entries.size(), expected);
    was_too_much(driven);
  }
  QCOMPARE(driven.machine.batch_limit(), std::uint64_t{1});
  driven.now += 1s;
  while (driven.flush()) {
  }
  QVERIFY(driven.counters().written >= 7);
}

void TestSetApart::twoQuickFlushesDoubleThemAgain() {
  Driven driven({.batch_size = 7});
  driven.add_agents(1, 7);
  driven.take();
  was_too_much(driven);
  QCOMPARE(driven.machine.batch_limit(), std::uint64_t{3});
  const auto flush = [&](Duration time) {
    driven.add_agents(100 * static_cast<std::uint32_t>(driven.counters().offered), 7);
    driven.now += 1s;
    QVERIFY(driven.take());
    took(driven, time, 10s);
  };
  flush(4s);
  flush(6s);  // more than half of the limit: starts anew
  flush(4s);
  QCOMPARE(driven.machine.batch_limit(), std::uint64_t{3});
  flush(4s);
  QCOMPARE(driven.machine.batch_limit(), std::uint64_t{6});
  flush(4s);
  flush(4s);
  QCOMPARE(driven.machine.batch_limit(), std::uint64_t{7});
}

void TestSetApart::anEntryThatIsTooMuchByItselfIsSetApart() {
  Driven driven({.batch_size = 1});
  driven.add(1, "k");
  driven.take();
  was_too_much(driven);
  QCOMPARE(driven.counters(), (Counters{.offered = 1, .set_apart = 1}));
  driven.add(2, "k");
  QCOMPARE(driven.flush()->entries, (std::vector<std::string>{"2/k=v"}));
}

// Rows 1 to 4 are locked for a moment, rows 5 to 8 for good. Row 1 exceeds the time limit ever
// after, whatever is tried with it.
void TestSetApart::anEntryThatIsAlwaysTooMuchNeverKeepsOthersSetApart() {
  Driven driven({.batch_size = 8});
  driven.add_agents(1, 8);
  driven.take();
  driven.failed(FailureClass::none, fates(8, {0, 1, 2, 3, 4, 5, 6, 7}));
  for (int batches = 0; driven.counters().written < 3; ++batches) {
    QVERIFY2(batches < 60, "three entries wait for ever beside one that is always too much");
    driven.now = std::max(driven.now, t0 + *driven.due_in());
    const auto batch = driven.take();
    QVERIFY(batch);
    std::vector<Fate> ends;
    for (const std::string& entry : batch->entries) ends.push_back(entry < "5" ? Fate::written : Fate::locked);
    if (batch->entries.front() == "1/k=v") {
      was_too_much(driven);
    } else {
      driven.failed(FailureClass::none, ends);
    }
  }
  QCOMPARE(driven.counters().set_apart, std::uint64_t{5});
}

void TestSetApart::aFlushThatSettledAnythingDoesNotBackOff() {
  Driven driven({.batch_size = 3});
  driven.add_agents(1, 3);
  driven.take();
  driven.failed(FailureClass::connection, {Fate::unwritten, Fate::written, Fate::unwritten});
  QCOMPARE(driven.take()->entries, (std::vector<std::string>{"1/k=v", "3/k=v"}));
  driven.failed(FailureClass::connection);
  QVERIFY(driven.is_quiet());
}

QTEST_GUILESS_MAIN(TestSetApart)
#include "tst_set_apart.moc"
