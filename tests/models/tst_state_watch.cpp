// SPDX-License-Identifier: Apache-2.0
#include "models/state_watch.hpp"

#include <QTest>

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

HealthText stateOf(Severity severity) {
  HealthText health;
  health.severity = severity;
  health.headline = "headline";
  health.lines = {{severity, "sentence"}};
  return health;
}

}  // namespace

class TestStateWatch : public QObject {
  Q_OBJECT
 private slots:
  void aStateThatTurnsBadIsNewsOnce();
  void anAlarmAfterAWarningIsNews();
  void aStateThatChangesToAndFroIsNewsOnce();
  void aPauseIsNoNews();

 private:
  StateWatch watch;
  bool isNews(Severity severity, Duration at, bool isPaused = false) {
    Condition condition;
    condition.isFlushingPaused = isPaused;
    return watch.see(stateOf(severity), condition, Instant(at)).has_value();
  }
};

void TestStateWatch::aStateThatTurnsBadIsNewsOnce() {
  watch.restart();
  QVERIFY(!isNews(Severity::good, 0s));
  QVERIFY(!isNews(Severity::notice, 1s));
  const auto news = watch.see(stateOf(Severity::alarm), {}, Instant(2s));
  QVERIFY(news);
  QCOMPARE(news->title, QString("headline"));
  QCOMPARE(news->text, QString("sentence"));
  QVERIFY(!isNews(Severity::alarm, 3s));
  QVERIFY(!isNews(Severity::warning, 4s));  // better
}

void TestStateWatch::anAlarmAfterAWarningIsNews() {
  watch.restart();
  QVERIFY(isNews(Severity::warning, 0s));
  QVERIFY(isNews(Severity::alarm, 1s));
  QVERIFY(!isNews(Severity::alarm, 2s));
}

void TestStateWatch::aStateThatChangesToAndFroIsNewsOnce() {
  watch.restart();
  QVERIFY(isNews(Severity::alarm, 0s));
  QVERIFY(!isNews(Severity::good, 10s));
  QVERIFY(!isNews(Severity::alarm, 69s));
  QVERIFY(!isNews(Severity::good, 70s));
  QVERIFY(!isNews(Severity::good, 70s + StateWatch::kQuiet));
  QVERIFY(isNews(Severity::alarm, 71s + StateWatch::kQuiet));
}

void TestStateWatch::aPauseIsNoNews() {
  watch.restart();
  QVERIFY(!isNews(Severity::warning, 0s, true));
  QVERIFY(isNews(Severity::warning, 1s, false));
}

QTEST_GUILESS_MAIN(TestStateWatch)
#include "tst_state_watch.moc"
