// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "engine/health_sample.hpp"
#include "health/health.hpp"
#include "health/text.hpp"

using namespace metabatch;
using namespace metabatch::engine;
using namespace std::chrono_literals;

/// What a snapshot of the engine tells core's health function.
class TstHealthSample : public QObject {
  Q_OBJECT
 private slots:
  void rowsDatedAheadAreReportedWithTheirDistance();
  void lockedRowsAreReportedWithTheirAge();

 private:
  static std::vector<std::string> findings(const Snapshot& end) {
    Snapshot begin;
    begin.config = end.config;
    health::Collector collector;
    collector.record(health_sample(begin, 1, 0, Instant(1h)));
    collector.record(health_sample(end, 1, 60, Instant(1h + 30s)));
    std::vector<std::string> texts;
    for (const health::Finding& one : health::assess(collector.facts()).findings)
      texts.push_back(health::describe(one));
    return texts;
  }
  static Snapshot snapshot() {
    Snapshot made;
    made.config = validated(Config{}).value();
    made.counters.offered = made.counters.written = 1000;
    made.metrics.flushes.flushes[0] = 2;
    return made;
  }
};

void TstHealthSample::rowsDatedAheadAreReportedWithTheirDistance() {
  Snapshot end = snapshot();
  end.metrics.flushes.rows_ahead = 3;
  end.ahead_by = 90min;
  const std::vector<std::string> texts = findings(end);
  QVERIFY(!texts.empty());
  QCOMPARE(texts.front(), std::string("3 rows are dated up to 90 min ahead of the server's clock: newer values are "
                                      "refused until then."));
}

void TstHealthSample::lockedRowsAreReportedWithTheirAge() {
  Snapshot end = snapshot();
  end.counters.set_apart = 1;
  end.counters.offered += 1;
  end.set_apart_entries = 1;
  end.set_apart_age = 40s;
  const std::vector<std::string> texts = findings(end);
  QVERIFY(!texts.empty());
  QCOMPARE(texts.front(),
           std::string("1 entry waits for a row that somebody has locked for 40 s. All others are written."));
}

QTEST_APPLESS_MAIN(TstHealthSample)
#include "tst_health_sample.moc"
