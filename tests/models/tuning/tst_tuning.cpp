// SPDX-License-Identifier: Apache-2.0
#include "models/tuning/tuning.hpp"

#include <QAbstractItemModelTester>
#include <QTest>

#include "models/arrivals.hpp"
#include "models/tuning/tuning_table.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

/// Ten agents with five keys each report every second for a minute: 50 updates a second.
WhatIfQuestion minute() {
  ArrivalRing arrivals;
  Measured measured;
  for (int i = 0; i < 600; ++i) add(arrivals, kBegan + i * 100ms, static_cast<unsigned>(i % 10), 5);
  for (int i = 0; i <= 120; ++i) {
    Sample sample;
    sample.at = kBegan + i * 500ms;
    sample.config = validated(Config{}).value();
    measured.append(sample);
  }
  FlushLine flush;
  for (int i = 0; i < 12; ++i) {
    flush.at = kBegan + i * 5s;
    flush.took = 3ms;
    flush.entries = 50;
    measured.append(flush);
  }
  return whatIfQuestion(arrivals, measured, validated(Config{}).value()).value();
}

std::shared_ptr<const TuneAnswer> found(Duration maxDelay) {
  return tune(minute(), maxDelay, [] { return false; });
}

}  // namespace

class TestTuning : public QObject {
  Q_OBJECT
 private slots:
  void theAnswerIsThatOfTheTuner();
  void aCancelledSearchHasTheResultsSoFar();
  void theVerdictSaysWhatWouldChange();
  void theTableHasTheFrontier();
  void onlyTunedSettingsAreTakenOver();
};

void TestTuning::theAnswerIsThatOfTheTuner() {
  const WhatIfQuestion asked = minute();
  Scenario scenario;
  scenario.duration = asked.to - asked.from;
  scenario.config = asked.config;
  scenario.store = asked.store.model;
  TuneQuestion question;
  question.scenario = validated(scenario).value();
  question.max_delay = 10s;
  question.recording = asked.arrivals.recording(asked.from);
  Tuner tuner = Tuner::create(question).value();
  while (tuner.step()) continue;

  std::size_t last = 0, of = 0;
  const auto answer = tune(
      asked, 10s, [] { return false; },
      [&](std::size_t done, std::size_t size) {
        QCOMPARE(done, last + 1);
        last = done;
        of = size;
      });
  QVERIFY(answer && answer->isComplete());
  QCOMPARE(last, of);
  QCOMPARE(answer->points.size(), tuner.size());
  QCOMPARE(answer->frontier, tuner.frontier());
  QCOMPARE(answer->recommended.point, tuner.recommendation()->point);
  QVERIFY(answer->best().run.config.interval <= 10s);
  QVERIFY(answer->best().cost_per_s() < answer->today().cost_per_s());
  QVERIFY(answer->span == 60s);
}

void TestTuning::aCancelledSearchHasTheResultsSoFar() {
  std::size_t tried = 0;
  const auto some = tune(
      minute(), 5s, [&] { return tried == 3; }, [&](std::size_t done, std::size_t) { tried = done; });
  QVERIFY(some && !some->isComplete());
  QCOMPARE(some->points.size(), std::size_t{3});
  QVERIFY2(basisText(*some).startsWith("Tried 3 of "), qPrintable(basisText(*some)));
  QVERIFY(tune(minute(), 5s, [] { return true; }) == nullptr);
}

void TestTuning::theVerdictSaysWhatWouldChange() {
  const QString better = verdictText(*found(10s));
  QVERIFY2(better.startsWith("Fewest writes and NOTIFYs with values at most 10 s old"), qPrintable(better));
  QVERIFY2(better.contains("The running settings need"), qPrintable(better));
  const QString none = verdictText(*found(1ms));
  QVERIFY2(none.startsWith("No tried setting keeps values younger than 1 ms"), qPrintable(none));
  QVERIFY(basisText(*found(30s)).contains("a longer session gives a better answer"));
  QVERIFY(!basisText(*found(5s)).contains("a longer session gives a better answer"));
  QVERIFY(reasonsText(*found(10s)).contains("a watcher sees values at most"));
}

void TestTuning::theTableHasTheFrontier() {
  TuningTable table;
  const QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
  QCOMPARE(table.rowCount(), 0);
  const auto answer = found(10s);
  table.show(answer);
  QCOMPARE(table.rowCount(), static_cast<int>(answer->shown().size()));
  const int row = table.recommendedRow();
  QVERIFY(row >= 0);
  QVERIFY(table.point(row).run.config == answer->best().run.config);
  QVERIFY(table.index(row, TuningTable::Remarks).data().toString().contains("recommended"));
  int running = 0;
  double age = 0;
  for (int i = 0; i < table.rowCount(); ++i) {
    running += table.index(i, TuningTable::Remarks).data().toString().contains("running") ? 1 : 0;
    QVERIFY(table.point(i).judged_delay() >= age);
    age = table.point(i).judged_delay();
  }
  QCOMPARE(running, 1);
  table.show(nullptr);
  QCOMPARE(table.rowCount(), 0);
}

void TestTuning::onlyTunedSettingsAreTakenOver() {
  Config running = validated(Config{}).value();
  running.ties = Ties::keep_last;
  running.queue_capacity = 70'000;
  Config best = validated(Config{}).value();
  best.batch_size = 2000;
  best.interval = 9s;
  best.schedule = SchedulePolicy::linger;
  const Config wanted = withTuned(running, best);
  QCOMPARE(wanted.batch_size, std::int64_t{2000});
  QVERIFY(wanted.interval == 9s && wanted.schedule == SchedulePolicy::linger);
  QVERIFY(wanted.ties == Ties::keep_last);
  QCOMPARE(wanted.queue_capacity, std::int64_t{70'000});
}

QTEST_GUILESS_MAIN(TestTuning)
#include "tst_tuning.moc"
