// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/fail_if.hpp"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "cli/flags/arguments.hpp"
#include "cli/report/results.hpp"

using namespace metabatch;
using namespace metabatch::cli;

class TestFailIf : public QObject {
  Q_OBJECT
 private slots:
  void aBadExpressionIsMarked_data();
  void aBadExpressionIsMarked();
  void figuresAreTheNumbersOfTheJson();
};

namespace {

/// A result in which each number is another one.
RunResult numbered() {
  RunResult run;
  Summary& summary = run.summary;
  std::uint64_t next = 1;
  Counters& counters = summary.counters;
  for (std::uint64_t* const count : {&counters.coalesced,
                                     &counters.stale,
                                     &counters.dropped_full,
                                     &counters.dropped_agent_full,
                                     &counters.dropped_closed,
                                     &counters.unchanged,
                                     &counters.written,
                                     &counters.unmatched,
                                     &counters.rows_stale,
                                     &counters.quarantined,
                                     &counters.discarded,
                                     &counters.spooled,
                                     &counters.pending,
                                     &summary.flushes.flushes[0],
                                     &summary.flushes.flushes[1],
                                     &summary.flushes.flushes[2],
                                     &summary.flushes.chunks,
                                     &summary.flushes.notify_bytes,
                                     &summary.flushes.publish_errors,
                                     &run.rejected_lines,
                                     &run.refused_items,
                                     &run.sanitized})
    *count = next++;
  counters.offered = 1000;
  for (double* const rate :
       {&summary.seconds, &summary.updates_per_s, &summary.db_writes_per_s, &summary.notifies_per_s,
        &summary.unbatched_db_writes_per_s, &summary.unbatched_notifies_per_s, &summary.saved, &summary.delay_p50,
        &summary.delay_p90, &summary.delay_p99, &summary.delay_max, &summary.age_p50, &summary.age_p99,
        &summary.age_max})
    *rate = static_cast<double>(next++) + 0.5;
  summary.has_age = true;
  return run;
}

}  // namespace

void TestFailIf::aBadExpressionIsMarked_data() {
  QTest::addColumn<QByteArray>("expression");
  QTest::addColumn<QByteArray>("what");
  QTest::addColumn<QByteArray>("marks");
  const auto row = [](const char* expression, const char* what, const char* marks) {
    QTest::newRow(expression) << QByteArray(expression) << QByteArray(what) << QByteArray(marks);
  };
  row("", "a name is missing; there are: accepted", "  \n  ^");
  row("delay.p98>5s", "did you mean delay.p90?", "\n  ^~~~~~~~~");
  row("dellay.p99>5s", "did you mean delay.p99? There are: accepted", "\n  ^~~~~~~~~~");
  row("agee.p99>5s", "did you mean age.p99?", "\n  ^~~~~~~~");
  row("xyzzyplugh>5s", "; there are: accepted", "\n  ^~~~~~~~~~");
  row("delay.p99=5s", "one of > >= < <= == !=", "\n           ^");
  row("delay.p99 >> 5s", "one of > >= < <= == !=", "\n            ^~");
  row("delay.p99>", "a time such as", "\n            ^");
  row("delay.p99>soon", "a time such as", "\n            ^~~~");
}

void TestFailIf::aBadExpressionIsMarked() {
  QFETCH(QByteArray, expression);
  QFETCH(QByteArray, what);
  QFETCH(QByteArray, marks);
  try {
    (void)parse_threshold(expression.toStdString());
    QFAIL("accepted");
  } catch (const UsageError& error) {
    const QByteArray text = error.what();
    QVERIFY2(text.contains(what), text.constData());
    QVERIFY2(text.endsWith(marks), text.constData());
  }
}

/// Every number of the JSON is a figure of that name, and there are no others but the sums.
void TestFailIf::figuresAreTheNumbersOfTheJson() {
  const RunResult run = numbered();
  const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(result_json(run))).object();
  std::size_t numbers = 0;
  const auto compare = [&](const QString& name, const QJsonValue& value) {
    if (!value.isDouble()) return;
    ++numbers;
    const ResultFigure* const figure = find_figure(name.toStdString());
    QVERIFY2(figure != nullptr, qPrintable(name));
    QCOMPARE(figure->of(judged(run)), value.toDouble());
  };
  for (auto one = json.begin(); one != json.end(); ++one) {
    compare(one.key(), one.value());
    const QJsonObject members = one.value().toObject();
    for (auto member = members.begin(); member != members.end(); ++member)
      compare(one.key() + '.' + member.key(), member.value());
  }
  QCOMPARE(result_figures().size(), numbers + 2);  // dropped and flushes are sums
}

QTEST_GUILESS_MAIN(TestFailIf)
#include "tst_fail_if.moc"
