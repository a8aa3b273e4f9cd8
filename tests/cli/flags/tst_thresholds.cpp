// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/thresholds.hpp"

#include <QTest>

#include "cli/flags/arguments.hpp"

using namespace metabatch;
using namespace metabatch::cli;

class TestThresholds : public QObject {
  Q_OBJECT
 private slots:
  void anExpressionIsTrueOrNot_data();
  void anExpressionIsTrueOrNot();
  void missedThresholdsAreReportedWithTheDifference();
  void aBadExpressionIsPointedAt_data();
  void aBadExpressionIsPointedAt();
};

namespace {
RunResult result() {
  RunResult found;
  Summary& summary = found.summary;
  summary.counters.offered = 100;
  summary.counters.dropped_full = 3;
  summary.counters.dropped_closed = 2;
  summary.counters.written = 90;
  summary.counters.pending = 5;
  summary.flushes.flushes = {4, 5, 1};
  summary.seconds = 60;
  summary.db_writes_per_s = 1.8;
  summary.unbatched_notifies_per_s = 60;
  summary.saved = 0.97;
  summary.delay_p50 = 0.5;
  summary.delay_p99 = 7.2;
  return found;
}
}  // namespace

void TestThresholds::anExpressionIsTrueOrNot_data() {
  QTest::addColumn<QByteArray>("expression");
  QTest::addColumn<bool>("isMissed");
  const auto row = [](const char* expression, bool is_missed) {
    QTest::newRow(expression) << QByteArray(expression) << is_missed;
  };
  row("delay.p99>5s", true);
  row("delay.p99>8s", false);
  row("delay_s.p99>5s", true);
  row("delay.p99>7.2", false);
  row("delay.p99>=7.2", true);
  row("delay.p99 < 7200ms", false);
  row("delay.p99 <= 7200ms", true);
  row("  delay.p50==500ms ", true);
  row("delay.p50!=500ms", false);
  row("seconds<1m1s", true);
  row("seconds<1m", false);
  row("dropped>4", true);
  row("dropped>5", false);
  row("dropped.full>3", false);
  row("dropped.full>=3", true);
  row("dropped.closed==2", true);
  row("flushes==10", true);
  row("flushes.capacity>4", false);
  row("held!=0", true);
  row("saved<98%", true);
  row("saved<97 %", false);
  row("saved<0.98", true);
  row("saved<0.96", false);
  row("db_writes_per_s>1.8", false);
  row("db_writes_per_s>1.79", true);
  row("unbatched.notifies_per_s<=60", true);
  row("stale>-1", true);
}

void TestThresholds::anExpressionIsTrueOrNot() {
  QFETCH(QByteArray, expression);
  QFETCH(bool, isMissed);
  QCOMPARE(Threshold::parse(expression.toStdString()).missed(result()).has_value(), isMissed);
}

void TestThresholds::missedThresholdsAreReportedWithTheDifference() {
  const auto said = [](const char* expression) { return Threshold::parse(expression).missed(result()).value_or(""); };
  QCOMPARE(said("delay.p99>5s"), std::string("delay.p99 > 5s: it is 7.2 s, 2.2 s above"));
  QCOMPARE(said("saved < 98%"), std::string("saved < 98%: it is 97.00 %, 1.00 % below"));
  QCOMPARE(said("dropped!=0"), std::string("dropped != 0: it is 5, 5 above"));
  QCOMPARE(said("held==5"), std::string("held == 5: it is 5"));
}

void TestThresholds::aBadExpressionIsPointedAt_data() {
  QTest::addColumn<QByteArray>("expression");
  QTest::addColumn<QByteArray>("what");
  QTest::addColumn<QByteArray>("marks");
  const auto row = [](const char* expression, const char* what, const char* marks) {
    QTest::newRow(expression) << QByteArray(expression) << QByteArray(what) << QByteArray(marks);
  };
  row("", "a name is missing", "  \n  ^");
  row("delay.p98>5s", "did you mean delay.p90?", "\n  ^~~~~~~~~");
  row("dellay.p99>5s", "did you mean delay.p99?", "\n  ^~~~~~~~~~");
  row("xyzzyplugh>5s", "there are: accepted", "\n  ^~~~~~~~~~");
  row("delay.p99", "one of > >= < <= == !=", "\n           ^");
  row("delay.p99=5s", "one of > >= < <= == !=", "\n           ^");
  row("delay.p99 >> 5s", "one of > >= < <= == !=", "\n            ^~");
  row("delay.p99>", "a time such as", "\n            ^");
  row("delay.p99>soon", "a time such as", "\n            ^~~~");
  row("dropped>5s", "a number", "\n          ^~");
  row("dropped>5%", "a number", "\n          ^~");
  row("saved<much", "a share such as", "\n        ^~~~");
  row("dropped>5 6", "a number", "\n          ^~~");
  row("dropped>inf", "a number", "\n          ^~~");
  row("digest==5", "no figure is called 'digest'", "\n  ^~~~~~");
}

void TestThresholds::aBadExpressionIsPointedAt() {
  QFETCH(QByteArray, expression);
  QFETCH(QByteArray, what);
  QFETCH(QByteArray, marks);
  try {
    (void)Threshold::parse(expression.toStdString());
    QFAIL("accepted");
  } catch (const UsageError& error) {
    const QByteArray text = error.what();
    QVERIFY2(text.contains(what), text.constData());
    QVERIFY2(text.endsWith(marks), text.constData());
  }
}

QTEST_GUILESS_MAIN(TestThresholds)
#include "tst_thresholds.moc"
