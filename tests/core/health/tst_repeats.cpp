// SPDX-License-Identifier: Apache-2.0
// What leaving out unchanged values saves, or would save, and where health says it.
#include "health/repeats.hpp"

#include "core/health/sampled_machine.hpp"

using namespace metabatch;
using namespace metabatch::tests;

class RepeatsTest : public QObject {
  Q_OBJECT
 private slots:
  void nothingIsSaidOfNothing();
  void theSampleCountsWhileItIsOff();
  void whatWasLeftOutCountsWhileItIsOn();
  void valuesThatRepeatAreSaidBesideWhatDecides();
};

void RepeatsTest::nothingIsSaidOfNothing() {
  Config config = *validated({});
  QVERIFY(!health::repeats_of(config, {}, {}));
  FlushCounters flushes;
  flushes.examined = 10;
  QVERIFY(!health::repeats_of(config, {}, flushes));
  config.suppress_unchanged = 1s;
  flushes.repeated = 5;
  QVERIFY(!health::repeats_of(config, {}, flushes));  // of a time when it was off
}

void RepeatsTest::theSampleCountsWhileItIsOff() {
  FlushCounters flushes;
  flushes.examined = 1000;
  flushes.repeated = 630;
  const auto found = health::repeats_of(*validated({}), {}, flushes);
  QVERIFY(found && !found->are_left_out && found->is_notable());
  QCOMPARE(found->share, 0.63);
  QCOMPARE(health::describe(*found),
           "63 % of the entries repeated the value that was written less than 1m before: --suppress-unchanged 1m would "
           "not write them.");
  flushes.repeated = 99;
  QVERIFY(!health::repeats_of(*validated({}), {}, flushes)->is_notable());
}

void RepeatsTest::whatWasLeftOutCountsWhileItIsOn() {
  Config config = *validated({});
  config.suppress_unchanged = 10s;
  Counters counters;
  counters.unchanged = 1;
  counters.written = 4;
  counters.rows_stale = 3;
  counters.unmatched = 1;
  counters.quarantined = 1;
  counters.coalesced = 100;  // never came to be written
  const auto found = health::repeats_of(config, counters, {});
  QVERIFY(found && found->are_left_out && found->is_notable());
  QCOMPARE(found->share, 0.1);
  QCOMPARE(health::describe(*found),
           "10 % of the entries repeated the value that was written less than 10s before, and were left out.");
}

void RepeatsTest::valuesThatRepeatAreSaidBesideWhatDecides() {
  using health::Code;
  const auto second = [](const Machine& machine) {
    const auto found = machine.assess().findings;
    return found.size() < 2 ? health::Finding{} : found[1];
  };
  Machine machine;
  std::uint64_t repeated = 3;  // of 50 that are examined
  const auto examine = [&repeated](auto& s) {
    well(s);
    s.flushes.examined += 50;
    s.flushes.repeated += repeated;
  };
  machine.run(60s, examine);
  QCOMPARE(machine.assess().findings.size(), std::size_t{1});  // too few
  repeated = 40;
  machine.run(60s, examine);
  QCOMPARE(second(machine), (health::Finding{.code = Code::values_repeat, .numbers = {0.8, 60}}));
  QCOMPARE(machine.assess().first().code, Code::capacity_decides);
  machine.sample.config.suppress_unchanged = 10s;
  machine.run(60s, [](auto& s) {
    arrive(s);
    s.counters.pending -= 360;
    s.counters.unchanged += 360;
    flush(s, 90, Reason::capacity);
  });
  QCOMPARE(second(machine), (health::Finding{.code = Code::values_left_out, .numbers = {0.8, 10}}));
  QVERIFY(!health::advised(second(machine), machine.sample.config));
  machine.run(60s, [](auto& s) { fail(s, 60s); });
  for (const health::Finding& one : machine.assess().findings) QVERIFY(one.code != Code::values_left_out);
}

QTEST_APPLESS_MAIN(RepeatsTest)
#include "tst_repeats.moc"
