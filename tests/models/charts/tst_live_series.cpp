// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "models/charts/live_series.hpp"
#include "models/steady_fleet.hpp"
#include "models/words.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

double latest(const LiveSeries& series, std::string_view name) {
  const auto position = series.find(name);
  return position.timeline == nullptr ? -1 : position.timeline->latest(position.series);
}

}  // namespace

class TstLiveSeries : public QObject {
  Q_OBJECT

 private slots:
  void ratesAreThoseOfTheLastTenSeconds();
  void savedIsThatOfTheLastMinute();
  void delaysOfLongAgoAreForgotten();
  void pauseInSamplesIsAGap();
  void flushIsAPointOfItsReason();
  void failedFlushIsNoPointOfItsReason();
  void stackedReasonsAddUp();
  void notificationsAreARateFromTheFirstMomentOn();
  void unknownSeriesIsNotFound();
  void numbersForPeople_data();
  void numbersForPeople();
};

void TstLiveSeries::ratesAreThoseOfTheLastTenSeconds() {
  LiveSeries series;
  for (int s = 0; s <= 20; ++s) series.append(after(s));
  QCOMPARE(latest(series, "updates"), 900.0);
  QCOMPARE(latest(series, "writes"), 2.0);
  QCOMPARE(latest(series, "unbatched"), 60.0);
  Sample still = after(20);
  for (int s = 21; s <= 25; ++s) {
    still.at = t0 + std::chrono::seconds(s);
    series.append(still);
  }
  QCOMPARE(latest(series, "updates"), 450.0);  // five of ten seconds
}

void TstLiveSeries::savedIsThatOfTheLastMinute() {
  LiveSeries series;
  for (int s = 0; s <= 100; ++s) series.append(after(s));
  QCOMPARE(series.lastMinute().seconds, 60.0);
  QCOMPARE(series.total().seconds, 100.0);
  QCOMPARE(series.lastMinute().saved, 1.0 - 4.0 / 120.0);
}

void TstLiveSeries::delaysOfLongAgoAreForgotten() {
  LiveSeries series;
  Sample sample = after(0);
  series.append(sample);
  sample.at += 1s;
  sample.delay.observe(9s, 100);
  series.append(sample);
  QVERIFY(latest(series, "delay.p99") > 8.9);
  for (int s = 2; s < 30; ++s) {
    sample.at += 1s;
    sample.delay.observe(10ms, 100);
    series.append(sample);
  }
  QVERIFY(latest(series, "delay.p99") < 0.011);
}

void TstLiveSeries::pauseInSamplesIsAGap() {
  LiveSeries series;
  for (const int s : {0, 1, 2, 30, 31}) series.append(after(s));
  const auto position = series.find("held");
  std::vector<Column> columns(32);
  position.timeline->decimate(position.series, t0, t0 + 32s, columns);
  QVERIFY(columns[2].measured && columns[2].joined);
  QVERIFY(!columns[15].measured);
  QVERIFY(columns[30].measured && !columns[30].joined);
  QVERIFY(columns[31].joined);
}

void TstLiveSeries::flushIsAPointOfItsReason() {
  LiveSeries series;
  series.append(FlushPoint{t0, 12ms, Reason::scheduled, 321, false});
  QCOMPARE(latest(series, "scheduled"), 12.0);
  QCOMPARE(latest(series, "size.scheduled"), 321.0);
  QVERIFY(std::isnan(latest(series, "capacity")));
  QVERIFY(std::isnan(latest(series, "failed")));
}

void TstLiveSeries::failedFlushIsNoPointOfItsReason() {
  LiveSeries series;
  series.append(FlushPoint{t0, 12ms, Reason::capacity, 500, true});
  QCOMPARE(latest(series, "failed"), 12.0);
  QVERIFY(std::isnan(latest(series, "capacity")));
  QVERIFY(std::isnan(latest(series, "size.capacity")));
}

void TstLiveSeries::stackedReasonsAddUp() {
  LiveSeries series;
  Sample sample = after(0);
  series.append(sample);
  sample.at += 10s;
  sample.flushes.flushes = {20, 10, 5};
  series.append(sample);
  QCOMPARE(latest(series, "stack.capacity"), 2.0);
  QCOMPARE(latest(series, "stack.scheduled"), 3.0);
  QCOMPARE(latest(series, "stack.shutdown"), 3.5);
}

void TstLiveSeries::notificationsAreARateFromTheFirstMomentOn() {
  LiveSeries series;
  for (int i = 1; i <= 50; ++i) {
    series.append(ChannelPoint{t0 + i * kSampleEvery, 2, 10, -1});
    QCOMPARE(latest(series, "received"), 4.0);
    QCOMPARE(latest(series, "named"), 20.0);
  }
}

void TstLiveSeries::unknownSeriesIsNotFound() { QVERIFY(LiveSeries().find("no such").timeline == nullptr); }

void TstLiveSeries::numbersForPeople_data() {
  QTest::addColumn<QString>("shown");
  QTest::addColumn<QString>("expected");
  QTest::newRow("zero") << rateText(0) << "0";
  QTest::newRow("small") << rateText(1.8) << "1.8";
  QTest::newRow("rounded") << rateText(0.123) << "0.12";
  QTest::newRow("large") << rateText(12345.6) << "12,346";
  QTest::newRow("tiny") << rateText(0.001) << "< 0.01";
  QTest::newRow("not measured") << rateText(std::numeric_limits<double>::quiet_NaN()) << QString::fromUtf8("–");
  QTest::newRow("milliseconds") << secondsText(0.0031) << "3.1 ms";
  QTest::newRow("seconds") << secondsText(2.42) << "2.42 s";
  QTest::newRow("minutes") << secondsText(125) << "2 min 5 s";
  QTest::newRow("hours") << secondsText(3725) << "1 h 2 min";
  QTest::newRow("nearly all is not all") << percentText(0.99997) << "99.99 %";
  QTest::newRow("all") << percentText(1) << "100.0 %";
  QTest::newRow("share") << percentText(0.969) << "96.9 %";
  QTest::newRow("one") << counted(1, "agent") << "1 agent";
  QTest::newRow("many") << counted(1200, "agent") << "1,200 agents";
}

void TstLiveSeries::numbersForPeople() {
  QFETCH(QString, shown);
  QTEST(shown, "expected");
}

QTEST_GUILESS_MAIN(TstLiveSeries)
#include "tst_live_series.moc"
