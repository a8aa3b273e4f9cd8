// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <cmath>

#include "core/health/sampled_machine.hpp"

using namespace metabatch;
using namespace metabatch::tests;
namespace health = metabatch::health;
using health::Code;

class HealthCollectorTest : public QObject {
  Q_OBJECT
 private slots:
  void startWithoutAWindow();
  void aStallThatEndsIsForgotten();
  void afterAChangeOfSettings();
  void aRestartBeginsAgain();
  void memoryOfTheCollectorIsBounded();
  void oneOfSeveralWritersHangs();
};

void HealthCollectorTest::startWithoutAWindow() {
  Machine machine;
  QCOMPARE(codes(machine.assess()), (Names{"measuring"}));
  machine.run(1s, [](auto& s) { arrive(s); });
  QCOMPARE(machine.line(), "unknown: Measuring: the window is 1 s long.");
  QCOMPARE(health::saved_text(machine.assess()), "\u2013");
  machine.run(3s, [](auto& s) { arrive(s); });  // 3,600 entries held, and no flush yet
  QCOMPARE(codes(machine.assess()), (Names{"measuring"}));
  machine.run(2s, well);
  QCOMPARE(codes(machine.assess()), (Names{"capacity_decides"}));
  QCOMPARE(health::span_text(machine.assess()), "since the start, 6 s");
  QVERIFY2(!machine.assess().saved, "a third of what arrived is not written");
  QCOMPARE(health::span_text(health::assess({})), "since the start, 0 s");
}

void HealthCollectorTest::aStallThatEndsIsForgotten() {
  Machine machine;
  machine.run(40s, [](auto& s) {
    arrive(s);
    fail(s, 40s);
  });
  QCOMPARE(machine.assess().state(), health::State::stalled);
  machine.run(500ms, [](auto& s) {
    s.now.failures_in_a_row = 0;
    flush(s, 500, Reason::capacity);
  });
  QCOMPARE(codes(machine.assess()), (Names{"flush_failures"}));
  machine.run(40s, [](auto& s) {
    arrive(s);
    flush(s, s.counters.pending >= 500 ? 500 : s.counters.pending, Reason::capacity);
  });
  QCOMPARE(codes(machine.assess()), (Names{"capacity_decides"}));
}

void HealthCollectorTest::afterAChangeOfSettings() {
  Machine machine;
  machine.run(60s, well);
  machine.sample.config.batch_size = 450;
  machine.run(12500ms, well);
  const health::Assessment found = machine.assess();
  QCOMPARE(health::span_text(found), "since the change, 12 s");
  QCOMPARE(codes(found), (Names{"capacity_decides"}));
  QCOMPARE(found.first().numbers[0], 450.0);
  machine.run(20s, well);
  QCOMPARE(health::span_text(machine.assess()), "last 30 s");
  machine.sample.config.interval = 20s;  // three intervals are longer than 30 s
  machine.run(70s, well);
  QCOMPARE(health::span_text(machine.assess()), "last 60 s");
}

void HealthCollectorTest::aRestartBeginsAgain() {
  Machine machine;
  machine.run(60s, well);
  const Instant at = machine.sample.at;
  machine.sample = {};
  machine.sample.at = at;
  machine.sample.config = *validated({});
  machine.sample.flush_time = Duration{};
  machine.run(10s, well);
  QCOMPARE(health::span_text(machine.assess()), "since the start, 9.5 s");
  QCOMPARE(machine.assess().state(), health::State::good);
}

void HealthCollectorTest::memoryOfTheCollectorIsBounded() {
  Machine machine;
  machine.sample.config.interval = 1h;  // the window is three hours
  machine.run(4h, well);
  QCOMPARE(health::span_text(machine.assess()), "last 3 h");
  QVERIFY(std::abs(machine.assess().rates.updates - 900) < 1);
}

void HealthCollectorTest::oneOfSeveralWritersHangs() {
  Machine machine;
  machine.sample.writers = 2;
  machine.run(60s, [](auto& s) {
    well(s);
    s.now.oldest_age = s.at - t0;
    s.now.since_success = s.at - t0;
  });
  QCOMPARE(machine.assess().first().code, Code::not_writing);
  QCOMPARE(machine.assess().first().numbers[0], 55.0);
}

QTEST_APPLESS_MAIN(HealthCollectorTest)
#include "tst_health_collector.moc"
