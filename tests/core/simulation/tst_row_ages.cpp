// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <algorithm>

#include "base/rng.hpp"
#include "metabatch/simulation/simulator.hpp"
#include "simulation/row_ages.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

/// One row as a watcher sees it, sampled at every microsecond. The histogram is compared with it.
struct Watcher {
  std::vector<std::int64_t> arrivals;    // of reports, microseconds
  std::size_t shown = 0, in_flight = 0;  // reports in the row; reports in the flush

  [[nodiscard]] std::int64_t age(std::int64_t at) const {
    return shown < arrivals.size() && arrivals[shown] <= at ? at - arrivals[shown] : 0;
  }
};

std::int64_t quantile(std::vector<std::int64_t>& ages, std::size_t ten_thousandths) {
  std::sort(ages.begin(), ages.end());
  return ages[std::min(ages.size() - 1, ages.size() * ten_thousandths / 10'000)];
}

}  // namespace

class RowAgesTest : public QObject {
  Q_OBJECT
 private slots:
  void aRowThatIsWrittenAtOnceHasNoAge();
  void aReportThatWaitsAgesTheRow();
  void aFailedFlushAgesOn();
  void aReportDuringAFlushLeavesTheRowOld();
  void whatIsNotWrittenYetCounts();
  void rowsWithoutANumberArePassedOver();
  void randomHistoriesEqualAWatcher();
  void coalescedReportsAreNotForgotten();
};

void RowAgesTest::aRowThatIsWrittenAtOnceHasNoAge() {
  RowAges ages(1);
  const std::uint32_t row[] = {0};
  ages.arrived(0, 1s);
  ages.take(row);
  ages.complete(row, {}, false, 1s);
  QCOMPARE(ages.figures(10s).max, 0s);
  QCOMPARE(ages.figures(10s).p99, 0s);
}

void RowAgesTest::aReportThatWaitsAgesTheRow() {
  RowAges ages(1);
  const std::uint32_t row[] = {0};
  ages.arrived(0, 0s);
  ages.arrived(0, 2s);  // coalesced: the row is as old as the first report that it does not show
  ages.take(row);
  ages.complete(row, {}, false, 4s);
  QCOMPARE(ages.figures(8s).max, 4s);  // half of the time it is current
  QCOMPARE(ages.figures(8s).p50, 0s);
  const Duration p99 = ages.figures(8s).p99;
  QVERIFY(p99 >= 3920ms && p99 <= 4s);
}

void RowAgesTest::aFailedFlushAgesOn() {
  RowAges ages(1);
  const std::uint32_t row[] = {0};
  ages.arrived(0, 0s);
  ages.take(row);
  ages.complete(row, {}, true, 1s);
  ages.take(row);
  const Fate locked[] = {Fate::quarantined};
  ages.complete(row, locked, false, 2s);
  ages.take(row);
  ages.complete(row, {}, false, 6s);
  QCOMPARE(ages.figures(6s).max, 6s);
}

void RowAgesTest::aReportDuringAFlushLeavesTheRowOld() {
  RowAges ages(1);
  const std::uint32_t row[] = {0};
  ages.arrived(0, 0s);
  ages.take(row);
  ages.arrived(0, 3s);
  ages.complete(row, {}, false, 4s);  // from here on it is 1 s old and ageing
  QCOMPARE(ages.figures(5s).max, 4s);
  QCOMPARE(ages.figures(10s).max, 7s);
}

void RowAgesTest::whatIsNotWrittenYetCounts() {
  RowAges ages(2);
  ages.arrived(1, 5s);
  QCOMPARE(ages.figures(25s).max, 20s);
  const Duration p50 = ages.figures(25s).p50;
  QVERIFY(p50 >= 10s && p50 <= 10400ms);  // the row without reports has no weight
}

void RowAgesTest::rowsWithoutANumberArePassedOver() {
  RowAges ages(1);
  const std::uint32_t rows[] = {kNoRow, 0};
  ages.arrived(0, 0s);
  ages.take(rows);
  const Fate fates[] = {Fate::unmatched, Fate::written};
  ages.complete(rows, fates, false, 1s);
  QCOMPARE(ages.figures(2s).max, 1s);
}

void RowAgesTest::randomHistoriesEqualAWatcher() {
  constexpr std::int64_t kEnd = 3'000;  // microseconds
  Rng rng(4711);
  for (int round = 0; round < 50; ++round) {
    RowAges ages(1);
    Watcher watcher;
    bool flies = false;
    std::vector<std::int64_t> seen;
    const std::uint32_t row[] = {0};
    for (std::int64_t at = 0; at < kEnd; ++at) {
      const Duration now = std::chrono::microseconds(at);
      if (at == 0 || rng.below(100) == 0) ages.arrived(0, now), watcher.arrivals.push_back(at);
      const std::uint64_t chance = rng.below(150);
      if (!flies && chance == 0) {
        ages.take(row);
        watcher.in_flight = watcher.arrivals.size();
        flies = true;
      } else if (flies && chance < 5) {
        const bool fails = rng.below(3) == 0;
        ages.complete(row, {}, fails, now);
        if (!fails) watcher.shown = watcher.in_flight;
        flies = false;
      }
      seen.push_back(watcher.age(at));
    }
    const RowAges::Figures found = ages.figures(std::chrono::microseconds(kEnd));
    const std::int64_t most = *std::max_element(seen.begin(), seen.end());
    QVERIFY(std::abs(found.max / 1us - most) <= 1);
    for (const auto& [part, age] : {std::pair{5000u, found.p50}, {9900u, found.p99}}) {
      const std::int64_t truth = quantile(seen, part);
      QVERIFY2(std::abs(age / 1us - truth) <= truth / 30 + 3,
               qPrintable(QString("%1: %2 for %3").arg(round).arg(age / 1us).arg(truth)));
    }
  }
}

/// Reports every 10 s, an interval of 90 s. Eight of nine reports are coalesced, and the delay of
/// the written ones says nothing about the others.
void RowAgesTest::coalescedReportsAreNotForgotten() {
  Scenario scenario;
  scenario.fleet.agents = 20;
  scenario.config.interval = 90s;
  scenario.config.batch_size = 5'000;
  scenario.duration = 20min;
  Simulator simulator = Simulator::create(validated(scenario).value());
  simulator.run();
  const Summary summary = simulator.summary();
  QVERIFY(summary.has_age);
  QVERIFY(summary.delay_p99 < 11);
  QVERIFY2(summary.age_p99 > 80 && summary.age_max < 91, qPrintable(QString::number(summary.age_p99)));
  QVERIFY2(summary.age_p50 > 35, qPrintable(QString::number(summary.age_p50)));
}

QTEST_APPLESS_MAIN(RowAgesTest)
#include "tst_row_ages.moc"
