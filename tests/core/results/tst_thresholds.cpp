// SPDX-License-Identifier: Apache-2.0
#include "results/thresholds.hpp"

#include <QTest>
#include <algorithm>

using namespace metabatch;

class TestThresholds : public QObject {
  Q_OBJECT
 private slots:
  void anExpressionIsTrueOrNot_data();
  void anExpressionIsTrueOrNot();
  void missedThresholdsAreReportedWithTheDifference();
  void aFigureThatTheRunDoesNotHaveIsMissed();
  void aBadExpressionIsPointedAt_data();
  void aBadExpressionIsPointedAt();
  void anUnknownNameIsExplained();
  void figuresHaveNamesInOrder();
};

namespace {
JudgedResult result() {
  JudgedResult found;
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
  summary.has_age = true;
  summary.age_p99 = 12.5;
  found.rejected_lines = 2;
  return found;
}

Threshold threshold(const QByteArray& expression) {
  return std::get<Threshold>(Threshold::parse(expression.toStdString()));
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
  row("age.p99>12s", true);
  row("age_s.p99>12500ms", false);
  row("age.max>0", false);
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
  row("rejected_lines>1", true);
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
  QCOMPARE(threshold(expression).missed(result()).has_value(), isMissed);
}

void TestThresholds::missedThresholdsAreReportedWithTheDifference() {
  const auto said = [](const char* expression, const JudgedResult& judged = result()) {
    return threshold(expression).missed(judged).value_or("");
  };
  QCOMPARE(said("delay.p99>5s"), std::string("delay.p99 > 5s: it is 7.2 s, 2.2 s above"));
  QCOMPARE(said("delay.p50<1s"), std::string("delay.p50 < 1s: it is 500 ms, 500 ms below"));
  QCOMPARE(said("saved < 98%"), std::string("saved < 98%: it is 97.00 %, 1.00 % below"));
  QCOMPARE(said("dropped!=0"), std::string("dropped != 0: it is 5, 5 above"));
  QCOMPARE(said("held==5"), std::string("held == 5: it is 5"));
  JudgedResult late = result();
  late.summary.delay_max = 125;
  QCOMPARE(said("delay.max>2m", late), std::string("delay.max > 2m: it is 125 s, 5 s above"));
}

void TestThresholds::aFigureThatTheRunDoesNotHaveIsMissed() {
  JudgedResult measured = result();
  measured.summary.has_age = false;
  QCOMPARE(threshold("age.p99>5s").missed(measured).value_or(""),
           std::string("age.p99 > 5s: it is not known of this run"));
}

void TestThresholds::aBadExpressionIsPointedAt_data() {
  using Part = ThresholdError::Part;
  QTest::addColumn<QByteArray>("expression");
  QTest::addColumn<int>("part");
  QTest::addColumn<int>("at");
  QTest::addColumn<int>("size");
  QTest::addColumn<QByteArray>("words");
  const auto row = [](const char* expression, Part part, int at, int size, const char* words) {
    QTest::newRow(expression) << QByteArray(expression) << static_cast<int>(part) << at << size << QByteArray(words);
  };
  row("", Part::name, 0, 0, "a name is missing");
  row(" >5", Part::name, 1, 0, "a name is missing");
  row("delay.p98>5s", Part::name, 0, 9, "no figure is called 'delay.p98'");
  row("digest==5", Part::name, 0, 6, "no figure is called 'digest'");
  row("delay_sp99>5", Part::name, 0, 10, "no figure is called 'delay_sp99'");
  row("delay.p99", Part::operation, 9, 0, "here must be one of > >= < <= == !=");
  row("delay.p99=5s", Part::operation, 9, 1, "here must be one of > >= < <= == !=");
  row("delay.p99 >> 5s", Part::operation, 10, 2, "here must be one of > >= < <= == !=");
  row("delay.p99>", Part::value, 10, 0, "this must be a time such as 250ms, 5s or 2m");
  row("age.p99>soon", Part::value, 8, 4, "this must be a time such as 250ms, 5s or 2m");
  row("dropped>5s", Part::value, 8, 2, "this must be a number");
  row("dropped>5%", Part::value, 8, 2, "this must be a number");
  row("saved<much", Part::value, 6, 4, "this must be a share such as 90% or 0.9");
  row("saved<%", Part::value, 6, 1, "this must be a share such as 90% or 0.9");
  row("dropped>5 6 ", Part::value, 8, 3, "this must be a number");
  row("dropped>inf", Part::value, 8, 3, "this must be a number");
}

void TestThresholds::aBadExpressionIsPointedAt() {
  QFETCH(QByteArray, expression);
  QFETCH(int, part);
  QFETCH(int, at);
  QFETCH(int, size);
  QFETCH(QByteArray, words);
  const auto parsed = Threshold::parse(expression.toStdString());
  QVERIFY(std::holds_alternative<ThresholdError>(parsed));
  const auto& error = std::get<ThresholdError>(parsed);
  QCOMPARE(static_cast<int>(error.part), part);
  QCOMPARE(static_cast<int>(error.at), at);
  QCOMPARE(static_cast<int>(error.size), size);
  QCOMPARE(QByteArray::fromStdString(describe(error, expression.toStdString())), words);
}

void TestThresholds::anUnknownNameIsExplained() {
  const auto said = [](const std::string& expression) {
    return explain(std::get<ThresholdError>(Threshold::parse(expression)), expression);
  };
  QVERIFY(said("dellay.p99>5s").starts_with("no figure is called 'dellay.p99', did you mean delay.p99? There are: "));
  QVERIFY(said("xyzzyplugh>5s").starts_with("no figure is called 'xyzzyplugh'; there are: accepted, age.max, "));
  QVERIFY(said("xyzzyplugh>5s").ends_with(", updates_per_s, written"));
  QCOMPARE(said("delay.p99>"), std::string("this must be a time such as 250ms, 5s or 2m"));
  QCOMPARE(threshold(" delay_s.p99>=5s ").text(), std::string("delay.p99 >= 5s"));
  QCOMPARE(threshold("saved<90%").value(), 0.9);
}

void TestThresholds::figuresHaveNamesInOrder() {
  const auto figures = result_figures();
  QVERIFY(std::is_sorted(figures.begin(), figures.end(),
                         [](const ResultFigure& a, const ResultFigure& b) { return a.name < b.name; }));
  for (const ResultFigure& one : figures) QCOMPARE(find_figure(one.name), &one);
}

QTEST_GUILESS_MAIN(TestThresholds)
#include "tst_thresholds.moc"
