// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <cmath>

#include "base/rng.hpp"
#include "metabatch/simulation/timeline.hpp"
#include "support/cost/counted_new.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

constexpr Instant t0{100h};
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kNames[] = {"a", "b"};

struct Sample {
  Instant at;
  double value;
};

/// One letter for each column: the result of a plain reading of every sample.
std::vector<Column> plainly(const std::vector<Sample>& samples, Instant from, Instant to, std::size_t count,
                            Duration longest_pause) {
  std::vector<Column> columns(count);
  const auto edge = [&](std::size_t i) {
    return from + Duration((to - from).count() / std::int64_t(count) * std::int64_t(i) +
                           (to - from).count() % std::int64_t(count) * std::int64_t(i) / std::int64_t(count));
  };
  const Sample* before = nullptr;
  bool gap = false;
  for (const Sample& sample : samples) {
    if (sample.at < from || sample.at >= to) continue;
    if (std::isnan(sample.value)) {
      gap = true;
      continue;
    }
    std::size_t i = 0;
    while (sample.at >= edge(i + 1)) ++i;
    Column& column = columns[i];
    if (!column.measured) {
      const bool joined = before != nullptr && !gap && sample.at - before->at <= longest_pause;
      column = {sample.value, sample.value, sample.value, sample.value, true, joined};
    }
    column.min = std::min(column.min, sample.value);
    column.max = std::max(column.max, sample.value);
    column.last = sample.value;
    before = &sample;
    gap = false;
  }
  return columns;
}

void append(Timeline& timeline, Instant at, double a, double b = 0) {
  const double values[] = {a, b};
  timeline.append(at, values);
}

std::vector<Column> drawn(const Timeline& timeline, Instant from, Instant to, std::size_t count,
                          std::size_t series = 0) {
  std::vector<Column> columns(count);
  timeline.decimate(series, from, to, columns);
  return columns;
}

}  // namespace

class TstTimeline : public QObject {
  Q_OBJECT
 private slots:
  void emptyTimelineMeasuresNothing();
  void seriesAreFoundByName();
  void columnsHoldTheirSamples();
  void rangeIsHalfOpen();
  void notMeasuredIsAGap();
  void longPauseIsAGap();
  void extremesSurviveDecimation();
  void oldSamplesLiveOnInBlocks();
  void oldestBlocksAreForgotten();
  void blockThatEndsOnAnEdgeIsDivided();
  void halfOverwrittenBlockIsDrawnWhole();
  void pauseEndsABlock();
  void timeDoesNotGoBack();
  void emptyRangesMeasureNothing();
  void hugeRangesDoNotOverflow();
  void equalsAPlainReading();
  void memoryIsFixed();
};

void TstTimeline::emptyTimelineMeasuresNothing() {
  const Timeline timeline(kNames);
  QVERIFY(timeline.empty());
  QVERIFY(std::isnan(timeline.latest(0)));
  QVERIFY(drawn(timeline, t0, t0 + 1h, 3) == std::vector<Column>(3));
}

void TstTimeline::seriesAreFoundByName() {
  Timeline timeline(kNames);
  QCOMPARE(*timeline.series("b"), 1u);
  QVERIFY(!timeline.series("c"));
  append(timeline, t0, 1, 2);
  append(timeline, t0 + 1s, 3, 4);
  QCOMPARE(timeline.latest(0), 3.0);
  QCOMPARE(timeline.latest(1), 4.0);
  QVERIFY(timeline.begin() == t0 && timeline.end() == t0 + 1s);
  QCOMPARE(drawn(timeline, t0, t0 + 2s, 1, 1)[0].max, 4.0);
}

void TstTimeline::columnsHoldTheirSamples() {
  Timeline timeline(kNames);
  const double values[] = {5, 1, 9, 4, 2, 3};
  for (int i = 0; i < 6; ++i) append(timeline, t0 + i * 1s, values[i]);
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 6s, 2);
  QVERIFY(columns[0] == (Column{1, 9, 5, 9, true, false}));
  QVERIFY(columns[1] == (Column{2, 4, 4, 3, true, true}));
  const std::vector<Column> fine = drawn(timeline, t0, t0 + 6s, 12);
  QVERIFY(fine[2] == (Column{1, 1, 1, 1, true, true}));  // joined over the column between two samples
  QVERIFY(!fine[3].measured);
}

void TstTimeline::rangeIsHalfOpen() {
  Timeline timeline(kNames);
  for (int i = 0; i < 4; ++i) append(timeline, t0 + i * 1s, i);
  const std::vector<Column> columns = drawn(timeline, t0 + 1s, t0 + 3s, 2);
  QVERIFY(columns[0] == (Column{1, 1, 1, 1, true, false}));
  QVERIFY(columns[1] == (Column{2, 2, 2, 2, true, true}));
}

void TstTimeline::notMeasuredIsAGap() {
  Timeline timeline(kNames);
  append(timeline, t0, 1, kNothing);
  append(timeline, t0 + 1s, kNothing, 7);
  append(timeline, t0 + 2s, 3, 8);
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 3s, 3);
  QVERIFY(columns[0].measured && !columns[1].measured);
  QVERIFY(columns[2] == (Column{3, 3, 3, 3, true, false}));
  QVERIFY(drawn(timeline, t0, t0 + 3s, 3, 1)[2].joined);
  QVERIFY(drawn(timeline, t0, t0 + 3s, 1)[0] == (Column{1, 3, 1, 3, true, false}));
}

void TstTimeline::longPauseIsAGap() {
  Timeline timeline(kNames);
  append(timeline, t0, 1);
  append(timeline, t0 + 3s, 2);
  append(timeline, t0 + 6s + 1ns, 3);
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 7s, 7);
  QVERIFY(columns[3].measured && columns[3].joined);
  QVERIFY(columns[6].measured && !columns[6].joined);
}

void TstTimeline::extremesSurviveDecimation() {
  Timeline timeline(kNames);
  for (int i = 0; i < 3600; ++i) append(timeline, t0 + i * 1s, i == 1801 ? 99 : i == 1799 ? -99 : 0);
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 1h, 10);
  QCOMPARE(columns[4].min, -99.0);
  QCOMPARE(columns[5].max, 99.0);
  QCOMPARE(columns[4].max, 0.0);
}

void TstTimeline::oldSamplesLiveOnInBlocks() {
  Timeline timeline(kNames, {10, 5, 100, 3s});
  for (int i = 0; i < 30; ++i) append(timeline, t0 + i * 1s, i);
  const std::vector<Column> old = drawn(timeline, t0, t0 + 10s, 10);
  for (std::size_t i = 0; i < 5; ++i) QVERIFY(old[i] == (Column{0, 4, 0, 4, true, i > 0}));
  for (std::size_t i = 5; i < 10; ++i) QVERIFY(old[i] == (Column{5, 9, 5, 9, true, true}));
  const std::vector<Column> fresh = drawn(timeline, t0 + 20s, t0 + 30s, 10);
  for (std::size_t i = 0; i < 10; ++i) {
    const double value = 20 + double(i);
    QVERIFY(fresh[i] == (Column{value, value, value, value, true, i > 0}));
  }
  const std::vector<Column> inside = drawn(timeline, t0 + 2s, t0 + 4s, 2);  // the block extends over both ends
  QVERIFY(inside[0] == (Column{0, 4, 0, 4, true, false}) && inside[1] == (Column{0, 4, 0, 4, true, true}));
}

void TstTimeline::oldestBlocksAreForgotten() {
  Timeline timeline(kNames, {10, 5, 4, 3s});
  for (int i = 0; i < 32; ++i) append(timeline, t0 + i * 1s, i);
  QVERIFY(timeline.begin() == t0 + 15s);  // three whole blocks and one that grows
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 32s, 32);
  QVERIFY(!columns[14].measured && columns[15].measured && columns[31].measured);
  QCOMPARE(columns[31].last, 31.0);
  QVERIFY(columns[15] == (Column{15, 19, 15, 19, true, false}));
  QVERIFY(columns[20] == (Column{20, 24, 20, 24, true, true}));  // nothing of the earlier block in this place is left
}

void TstTimeline::blockThatEndsOnAnEdgeIsDivided() {
  Timeline timeline(kNames, {10, 2, 10, 3s});
  for (int i = 0; i < 4; ++i) append(timeline, t0 + i * 1s, i);
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 4s, 4);
  for (std::size_t i = 0; i < 4; ++i)
    QVERIFY(columns[i] == (Column{double(i), double(i), double(i), double(i), true, i > 0}));
}

void TstTimeline::halfOverwrittenBlockIsDrawnWhole() {
  Timeline timeline(kNames, {10, 5, 100, 3s});
  for (int i = 0; i < 32; ++i) append(timeline, t0 + i * 1s, i);  // of the samples, 22 to 31 are left
  const std::vector<Column> columns = drawn(timeline, t0 + 20s, t0 + 30s, 10);
  for (std::size_t i = 0; i < 5; ++i) QVERIFY(columns[i] == (Column{20, 24, 20, 24, true, i > 0}));
  QVERIFY(columns[5] == (Column{25, 25, 25, 25, true, true}));
}

void TstTimeline::pauseEndsABlock() {
  Timeline timeline(kNames, {10, 5, 100, 3s});
  append(timeline, t0, 1);
  append(timeline, t0 + 1s, 2);
  append(timeline, t0 + 8s, 3);
  for (int i = 0; i < 20; ++i) append(timeline, t0 + 9s + i * 1s, 4);  // the first three samples are gone
  const std::vector<Column> columns = drawn(timeline, t0, t0 + 10s, 10);
  QVERIFY(columns[1] == (Column{1, 2, 1, 2, true, true}));
  for (std::size_t i = 2; i < 8; ++i) QVERIFY(!columns[i].measured);
  QVERIFY(columns[8] == (Column{3, 4, 3, 4, true, false}));
}

void TstTimeline::timeDoesNotGoBack() {
  Timeline timeline(kNames);
  append(timeline, t0, 1);
  append(timeline, t0 - 1h, 2);
  QVERIFY(timeline.end() == t0);
  QVERIFY(drawn(timeline, t0, t0 + 1s, 1)[0] == (Column{1, 2, 1, 2, true, false}));
}

void TstTimeline::emptyRangesMeasureNothing() {
  Timeline timeline(kNames);
  append(timeline, t0, 1);
  QVERIFY(!drawn(timeline, t0, t0, 1)[0].measured);
  QVERIFY(!drawn(timeline, t0 + 1s, t0, 1)[0].measured);
  QVERIFY(drawn(timeline, t0, t0 + 1ns, 1)[0].measured);
  timeline.decimate(0, t0, t0 + 1s, {});
  std::vector<Column> columns(1, Column{1, 2, 3, 4, true, true});
  timeline.decimate(0, t0 + 1h, t0 + 2h, columns);
  QVERIFY(columns[0] == Column{});
}

void TstTimeline::hugeRangesDoNotOverflow() {
  Timeline timeline(kNames);
  append(timeline, t0, 1);
  const std::vector<Column> columns = drawn(timeline, Instant{}, Instant::max(), 100'000);
  QVERIFY(columns[3].measured);  // 360,000 s of 9,223,372,036 s: column 3.9
}

void TstTimeline::equalsAPlainReading() {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    const bool with_holes = rng.below(2) == 0;
    // When values are missing, a block of more than one sample may hide a gap, so blocks are single
    // samples.
    const std::size_t block = with_holes ? 1 : 1 + rng.below(20);
    Timeline timeline(kNames, {400, block, 400, 3s});
    std::vector<Sample> samples;
    Instant at = t0;
    for (int i = 0; i < 300; ++i) {
      at += rng.below(40) == 0 ? Duration(rng.between(0, 20'000'000'000)) : Duration(1s);
      const double value = with_holes && rng.below(10) == 0 ? kNothing : double(rng.between(-50, 50));
      samples.push_back({at, value});
      append(timeline, at, value);
    }
    const Instant from = t0 + Duration(rng.between(-10, 400) * 1'000'000'000);
    const Instant to = from + Duration(rng.between(1, 500'000'000'000));
    const std::size_t count = 1 + rng.below(700);
    if (drawn(timeline, from, to, count) != plainly(samples, from, to, count, 3s))
      QFAIL(qPrintable(QString("seed %1").arg(seed)));
  }
}

void TstTimeline::memoryIsFixed() {
  Timeline timeline(kNames, {50, 5, 20, 3s});
  std::vector<Column> columns(64);
  const std::size_t before = g_allocations;
  for (int i = 0; i < 1000; ++i) append(timeline, t0 + i * 1s, i);
  timeline.decimate(0, t0, t0 + 1000s, columns);
  QCOMPARE(g_allocations, before);
}

QTEST_GUILESS_MAIN(TstTimeline)
#include "tst_timeline.moc"
