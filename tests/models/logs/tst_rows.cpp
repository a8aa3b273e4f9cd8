// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

#include "models/logs/csv.hpp"
#include "models/logs/row_table.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

const WallTime now{1'800'000'000s};

RowLine row(const char* key, Duration age, const char* value = "12 %") {
  return {"6f1c1f7e-2f7b-4b0a-9f43-5a5f6d1f0a11", key, value, "",
          now - std::chrono::duration_cast<std::chrono::microseconds>(age)};
}

QString flags(const RowTable& table, int index) {
  const QModelIndex cell = table.index(index, 0);
  return QString(cell.data(RowTable::IsChanged).toBool() ? "changed " : "") +
         (cell.data(RowTable::IsStale).toBool() ? "stale" : "");
}

}  // namespace

class TstRows : public QObject {
  Q_OBJECT

 private slots:
  void changedRowsAreMarkedOnce();
  void rowOlderThanThreeIntervalsIsStale();
  void samePageKeepsWhatIsChosen();
  void rowNeverWrittenHasNoAge();
  void centuriesFromNowAreNoProblem();
  void tableIsQuotedAsCsv();
  void seriesOfTheWindowAreCsv();
};

void TstRows::changedRowsAreMarkedOnce() {
  RowTable table;
  const QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
  table.show({row("cpu", 9s), row("disk", 9s)}, now, 30s);
  QCOMPARE(flags(table, 0), QString());
  table.show({row("cpu", 1s), row("disk", 9s)}, now, 30s);
  QCOMPARE(flags(table, 0), QString("changed "));
  QCOMPARE(flags(table, 1), QString());
  table.show({row("cpu", 1s), row("disk", 9s)}, now, 30s);
  QCOMPARE(flags(table, 0), QString());
}

void TstRows::rowOlderThanThreeIntervalsIsStale() {
  RowTable table;
  table.show({row("cpu", 30s), row("disk", 31s)}, now, 30s);
  QCOMPARE(flags(table, 0), QString());
  QCOMPARE(flags(table, 1), QString("stale"));
  table.show({row("load", 24h)}, now, {});
  QCOMPARE(flags(table, 0), QString());  // the interval is unknown
}

void TstRows::samePageKeepsWhatIsChosen() {
  RowTable table;
  table.show({row("cpu", 1s), row("disk", 1s)}, now, 30s);
  QSignalSpy reset(&table, &QAbstractItemModel::modelReset);
  QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
  table.show({row("cpu", 0s, "13 %"), row("disk", 1s)}, now, 30s);
  QCOMPARE(reset.count(), 0);
  QCOMPARE(changed.count(), 1);
  QCOMPARE(table.index(0, RowTable::Value).data().toString(), QString("13 %"));
  table.show({row("cpu", 0s)}, now, 30s);
  QCOMPARE(reset.count(), 1);
}

void TstRows::rowNeverWrittenHasNoAge() {
  RowTable table;
  RowLine line = row("cpu", 0s);
  line.collectedAt = *parse_wall_time("0001-01-01T00:00:00Z");
  table.show({line, row("disk", 65s)}, now, {});
  QCOMPARE(table.index(0, RowTable::Age).data().toString(), QString("never"));
  QCOMPARE(table.index(1, RowTable::Age).data().toString(), QString("1 min 5 s"));
}

void TstRows::centuriesFromNowAreNoProblem() {
  RowTable table;
  RowLine never = row("cpu", 0s), ahead = row("disk", 0s);
  never.collectedAt = *parse_wall_time("0001-01-01T00:00:00Z");
  ahead.collectedAt = *parse_wall_time("9999-12-31T23:59:59Z");
  table.show({never, ahead}, now, 30s);
  QCOMPARE(flags(table, 0), QString("stale"));
  QCOMPARE(flags(table, 1), QString());
  QCOMPARE(table.index(1, RowTable::Age).data().toString(), QString("0 ms"));
}

void TstRows::tableIsQuotedAsCsv() {
  RowTable table;
  table.show({row("cpu", 0s, "1,5 \"of\" 4")}, now, {});
  QCOMPARE(tableCsv(table),
           QString("Agent,Key,Value,Error,Age\n6f1c1f7e-2f7b-4b0a-9f43-5a5f6d1f0a11,cpu,\"1,5 \"\"of\"\" 4\",,"
                   "2027-01-15T08:00:00Z\n"));
}

void TstRows::seriesOfTheWindowAreCsv() {
  LiveSeries series;
  const Instant t0{Duration(1h)};
  for (int i = 0; i < 4; ++i) {
    Sample sample;
    sample.at = t0 + i * kSampleEvery;
    sample.counters.pending = static_cast<std::uint64_t>(100 + i);
    series.append(sample);
  }
  const QStringList lines = seriesCsv(series, t0, t0 + 2s, t0 + 2s, now).split('\n');
  QCOMPARE(lines.size(), 6);  // a header, four samples and the end
  const auto held = lines[0].split(',').indexOf("held");
  QVERIFY(held > 0);
  QCOMPARE(lines[1].split(',')[held], QString("100"));
  QCOMPARE(lines[4].split(',')[held], QString("103"));
  QCOMPARE(lines[4].split(',')[0], QString::fromStdString(format_wall_time(now)));
  QCOMPARE(lines[1].split(',')[lines[0].split(',').indexOf("saved")], QString());  // not measured
}

QTEST_GUILESS_MAIN(TstRows)
#include "tst_rows.moc"
