// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <QtTest>

#include "models/channel_log.hpp"
#include "models/flush_log.hpp"
#include "models/health.hpp"
#include "models/words.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

const Instant t0{Duration(1h)};

/// A fleet of 60 reports of 15 keys a second in batches of 500, after `seconds`.
Sample after(int seconds) {
  const auto s = static_cast<std::uint64_t>(seconds);
  Sample sample;
  sample.at = t0 + std::chrono::seconds(seconds);
  sample.config = validated(Config{}).value();
  sample.reports = 60 * s;
  sample.counters.offered = 900 * s;
  sample.counters.written = 900 * s;
  sample.flushes.flushes[0] = 2 * s;
  sample.flushes.chunks = 2 * s;
  if (s > 0) sample.delay.observe(300ms, 900 * s);
  return sample;
}

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
  void aWeekOfSamplesKeepsTheMemoryFlat();
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
  if (what == 3) condition.isFlushingPaused = true, sample.counters.waiting = 40;
  if (what == 4) sample.counters.unmatched = 1;
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

/// One sample, two flushes and a notification a second for seven days, and a setting changed each minute: all that
/// grows in the models has grown by the end of the second day.
void TstLiveSeries::aWeekOfSamplesKeepsTheMemoryFlat() {
  constexpr int kDay = 86'400;
  constexpr std::size_t kMostGrowth = 256 << 10;  // bytes, from the end of the second day to that of the seventh
  LiveSeries series;
  FlushLog flushes;
  ChannelLog channel;
  const std::string payload(34 * 22, 'A');
  FlushLine line;
  std::vector<FlushLine> flushLines;
  std::vector<ChannelLine> channelLines;
  std::size_t settled = 0;
  for (int second = 0; second < 7 * kDay; ++second) {
    Sample sample = after(second);
    series.take(sample);
    for (const Reason reason : {Reason::capacity, Reason::scheduled})
      series.take(FlushPoint{sample.at, 1ms, reason, 500});
    series.take(ChannelPoint{sample.at, 2, 68, 0.001});
    line.chunks = std::make_shared<const std::vector<std::string>>(1, payload);
    flushLines.push_back(line);
    channelLines.push_back(readChannel(payload, 1, {}));
    if (second % 60 == 0) {  // as many at once as there were since the last look
      flushes.add(std::exchange(flushLines, {}));
      channel.add(std::exchange(channelLines, {}));
    }
    if (second % 60 == 0) series.mark(sample.at, QStringLiteral("batch size %1").arg(second));
    if (second == 2 * kDay) settled = ::mallinfo2().uordblks;
  }
  const std::size_t end = ::mallinfo2().uordblks;
  qInfo("%.2f MB after two days, %.2f MB after seven", static_cast<double>(settled) / 1e6,
        static_cast<double>(end) / 1e6);
  QVERIFY2(end < settled + kMostGrowth, qPrintable(QString::number(end - settled)));
  QVERIFY(end < std::size_t{64} << 20);
  QCOMPARE(series.latest().at, after(7 * kDay - 1).at);
}

QTEST_GUILESS_MAIN(TstLiveSeries)
#include "tst_live_series.moc"
