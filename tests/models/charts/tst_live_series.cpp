// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "models/health.hpp"
#include "models/steady_fleet.hpp"
#include "models/words.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

QString text(const std::vector<HealthLine>& lines) {
  static const char* const kNames[] = {"good", "notice", "warning", "alarm"};
  QString all;
  for (const HealthLine& line : lines)
    all += QLatin1String(kNames[static_cast<int>(line.severity)]) + ": " + line.text + "\n";
  return all;
}

double latest(const LiveSeries& series, std::string_view name) {
  const auto place = series.find(name);
  return place.timeline == nullptr ? -1 : place.timeline->latest(place.series);
}

}  // namespace

class TstLiveSeries : public QObject {
  Q_OBJECT

 private slots:
  void nothingIsSaidBeforeTheSecondSample();
  void ratesAreThoseOfTheLastTenSeconds();
  void savedIsThatOfTheLastMinute();
  void delaysOfLongAgoAreForgotten();
  void pauseInSamplesIsAGap();
  void flushIsAPointOfItsReason();
  void failedFlushIsNoPointOfItsReason();
  void stackedReasonsAddUp();
  void healthNamesTheTriggerAndWhatToChange();
  void healthPutsTheWorstFirst_data();
  void healthPutsTheWorstFirst();
  void heardIsARateFromTheFirstMomentOn();
  void unknownSeriesIsNotFound();
  void numbersForPeople_data();
  void numbersForPeople();
};

void TstLiveSeries::nothingIsSaidBeforeTheSecondSample() {
  LiveSeries series;
  QVERIFY(health(series, {}).empty());
  series.take(after(0));
  QVERIFY(health(series, {}).empty());
  QCOMPARE(savedText(series.lastMinute()), QString("No reports arrive."));
}

void TstLiveSeries::ratesAreThoseOfTheLastTenSeconds() {
  LiveSeries series;
  for (int s = 0; s <= 20; ++s) series.take(after(s));
  QCOMPARE(latest(series, "updates"), 900.0);
  QCOMPARE(latest(series, "writes"), 2.0);
  QCOMPARE(latest(series, "unbatched"), 60.0);
  Sample still = after(20);
  for (int s = 21; s <= 25; ++s) {
    still.at = t0 + std::chrono::seconds(s);
    series.take(still);
  }
  QCOMPARE(latest(series, "updates"), 450.0);  // five of ten seconds
}

void TstLiveSeries::savedIsThatOfTheLastMinute() {
  LiveSeries series;
  for (int s = 0; s <= 100; ++s) series.take(after(s));
  QCOMPARE(series.lastMinute().seconds, 60.0);
  QCOMPARE(series.total().seconds, 100.0);
  QCOMPARE(series.lastMinute().saved, 1.0 - 4.0 / 120.0);
  QCOMPARE(savedText(series.lastMinute()), QString("4 writes and NOTIFYs a second instead of 120"));
}

void TstLiveSeries::delaysOfLongAgoAreForgotten() {
  LiveSeries series;
  Sample sample = after(0);
  series.take(sample);
  sample.at += 1s;
  sample.delay.observe(9s, 100);
  series.take(sample);
  QVERIFY(latest(series, "delay.p99") > 8.9);
  for (int s = 2; s < 30; ++s) {
    sample.at += 1s;
    sample.delay.observe(10ms, 100);
    series.take(sample);
  }
  QVERIFY(latest(series, "delay.p99") < 0.011);
}

void TstLiveSeries::pauseInSamplesIsAGap() {
  LiveSeries series;
  for (const int s : {0, 1, 2, 30, 31}) series.take(after(s));
  const auto place = series.find("held");
  std::vector<Column> columns(32);
  place.timeline->decimate(place.series, t0, t0 + 32s, columns);
  QVERIFY(columns[2].measured && columns[2].joined);
  QVERIFY(!columns[15].measured);
  QVERIFY(columns[30].measured && !columns[30].joined);
  QVERIFY(columns[31].joined);
}

void TstLiveSeries::flushIsAPointOfItsReason() {
  LiveSeries series;
  series.take(FlushPoint{t0, 12ms, Reason::scheduled, 321, false});
  QCOMPARE(latest(series, "scheduled"), 12.0);
  QCOMPARE(latest(series, "size.scheduled"), 321.0);
  QVERIFY(std::isnan(latest(series, "capacity")));
  QVERIFY(std::isnan(latest(series, "failed")));
}

void TstLiveSeries::failedFlushIsNoPointOfItsReason() {
  LiveSeries series;
  series.take(FlushPoint{t0, 12ms, Reason::capacity, 500, true});
  QCOMPARE(latest(series, "failed"), 12.0);
  QVERIFY(std::isnan(latest(series, "capacity")));
  QVERIFY(std::isnan(latest(series, "size.capacity")));
}

void TstLiveSeries::stackedReasonsAddUp() {
  LiveSeries series;
  Sample sample = after(0);
  series.take(sample);
  sample.at += 10s;
  sample.flushes.flushes = {20, 10, 5};
  series.take(sample);
  QCOMPARE(latest(series, "stack.capacity"), 2.0);
  QCOMPARE(latest(series, "stack.scheduled"), 3.0);
  QCOMPARE(latest(series, "stack.shutdown"), 3.5);
}

void TstLiveSeries::healthNamesTheTriggerAndWhatToChange() {
  LiveSeries series;
  for (int s = 0; s <= 10; ++s) series.take(after(s));
  QCOMPARE(
      text(health(series, {})),
      QString("good: Flushing on capacity: 500 entries fill in 556 ms, the 5s interval is never reached; raise batch "
              "size above 4,500 to let the 5s interval decide.\ngood: Nothing is dropped, nothing fails.\n"));
}

void TstLiveSeries::healthPutsTheWorstFirst_data() {
  QTest::addColumn<int>("what");
  QTest::addColumn<QString>("first");
  QTest::newRow("failing")
      << 0
      << "alarm: Flushes fail (3 in a row): no server. Nothing is lost: what was not written is kept and tried again.";
  QTest::newRow("dropping") << 1
                            << "alarm: 7 updates dropped in the last minute for want of room: raise queue capacity "
                               "above 100,000, or find out why writing is slow.";
  QTest::newRow("full") << 2 << "warning: The room is 90.0 % full; new keys are dropped when it is full.";
  QTest::newRow("held") << 3 << "notice: Flushing is paused: 40 updates held, nothing is written.";
  QTest::newRow("unmatched")
      << 4 << "warning: 1 update without a row in the last minute: those agents or keys are not registered.";
  QTest::newRow("unmatched, and what to do")
      << 5
      << "warning: 1 update without a row in the last minute: those agents or keys are not registered. Do register.";
}

void TstLiveSeries::healthPutsTheWorstFirst() {
  QFETCH(int, what);
  QFETCH(QString, first);
  LiveSeries series;
  series.take(after(0));
  Sample sample = after(10);
  Condition condition;
  if (what == 0) condition = {.isFlushingPaused = false, .lastFailure = "no server", .failuresInARow = 3};
  if (what == 1) sample.counters.dropped_full = 7;
  if (what == 2) sample.roomEntries = 90'000;
  if (what == 3) condition.isFlushingPaused = true, sample.counters.pending = 40;
  if (what >= 4) sample.counters.unmatched = 1;
  if (what == 5) condition.registration = "Do register.";
  series.take(sample);
  QCOMPARE(text(health(series, condition)).section('\n', 0, 0), first);
}

void TstLiveSeries::heardIsARateFromTheFirstMomentOn() {
  LiveSeries series;
  for (int i = 1; i <= 50; ++i) {
    series.take(ChannelPoint{t0 + i * kSampleEvery, 2, 10, -1});
    QCOMPARE(latest(series, "heard"), 4.0);
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
