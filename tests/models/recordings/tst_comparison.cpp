// SPDX-License-Identifier: Apache-2.0
#include "models/recordings/comparison.hpp"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace metabatch;
using namespace metabatch::models;

class TestComparison : public QObject {
  Q_OBJECT
 private slots:
  void figuresStandBesideEachOther();
  void ofArrivalsAloneOnlyTheyAreKnown();
  void differencesAreInPerCent_data();
  void differencesAreInPerCent();
};

void TestComparison::figuresStandBesideEachOther() {
  Summary first, second;
  first.db_writes_per_s = 2;
  second.db_writes_per_s = 0.5;
  first.saved = 0.9;
  second.saved = 0.99;
  first.delay_p99 = 0.4;
  second.delay_p99 = 5;
  first.counters.offered = second.counters.offered = 1'200;
  second.counters.dropped_full = 7;
  ComparisonTable table({first, "a.ndjson"}, {second, "b.ndjson"});
  const QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
  QCOMPARE(table.headerData(ComparisonTable::First, Qt::Horizontal, Qt::DisplayRole).toString(), QString("a.ndjson"));
  QStringList rows;
  for (int row = 0; row < table.rowCount(); ++row) {
    QStringList cells;
    for (int column = 0; column < ComparisonTable::Columns; ++column)
      cells += table.index(row, column).data().toString();
    rows += cells.join("|");
  }
  for (const char* const expected : {"writes a second|2|0.5|−75.0 %", "saved|90.0 %|99.0 %|+10.0 %",
                                     "delay p99|400 ms|5 s|+1,150.0 %", "updates|1,200|1,200|0 %", "dropped|0|7|–"})
    QVERIFY2(rows.contains(QString::fromUtf8(expected)), qPrintable(rows.join('\n')));
}

void TestComparison::ofArrivalsAloneOnlyTheyAreKnown() {
  Summary first, second;
  first.seconds = second.seconds = 60;
  first.updates_per_s = 2;
  second.updates_per_s = 5;
  first.counters.offered = 120;
  second.counters.offered = 300;
  first.db_writes_per_s = 1;
  const ComparisonTable table({first, "a.ndjson"}, {second, "b.ndjson", true});
  int known = 0;
  for (int row = 0; row < table.rowCount(); ++row) {
    const QString figure = table.index(row, ComparisonTable::Figure).data().toString();
    const QString difference = table.index(row, ComparisonTable::Difference).data().toString();
    if (figure == "updates" || figure == "updates a second") QCOMPARE(difference, QString("+150.0 %"));
    if (figure == "writes a second") QCOMPARE(table.index(row, ComparisonTable::First).data().toString(), QString("1"));
    if (table.index(row, ComparisonTable::Second).data().toString() != QString::fromUtf8("–"))
      ++known;
    else
      QCOMPARE(difference, QString::fromUtf8("–"));
  }
  QCOMPARE(known, 3);  // length, updates a second, updates
}

void TestComparison::differencesAreInPerCent_data() {
  QTest::addColumn<double>("first");
  QTest::addColumn<double>("second");
  QTest::addColumn<QString>("text");
  const auto row = [](const char* name, double first, double second, const char* text) {
    QTest::newRow(name) << first << second << QString::fromUtf8(text);
  };
  row("equal", 3, 3, "0 %");
  row("none", 0, 0, "0 %");
  row("more", 4, 5, "+25.0 %");
  row("less", 4, 1, "−75.0 %");
  row("gone", 4, 0, "−100.0 %");
  row("from nothing", 0, 4, "–");
}

void TestComparison::differencesAreInPerCent() {
  QFETCH(double, first);
  QFETCH(double, second);
  QFETCH(QString, text);
  QCOMPARE(differenceText(first, second), text);
}

QTEST_GUILESS_MAIN(TestComparison)
#include "tst_comparison.moc"
