// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>

#include "simulation/latency.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

constexpr double kZ99 = 2.3263478740408408;  // 99th percentile of the standard normal distribution

std::uint64_t tail_of(double probability) { return static_cast<std::uint64_t>(std::ldexp(probability, 64)); }

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

/// Within one part in a thousand.
bool near(double seen, double wanted) { return std::abs(seen - wanted) <= std::abs(wanted) * 1e-3 + 1e-6; }

}  // namespace

class TstLatency : public QObject {
  Q_OBJECT
 private slots:
  void p50AndP99AreWhatWasAsked_data();
  void p50AndP99AreWhatWasAsked();
  void quantilesFollowTheClosedForm_data();
  void quantilesFollowTheClosedForm();
  void latencyNeverRisesWithTheTail_data();
  void latencyNeverRisesWithTheTail();
  void fixedIsAlwaysTheSame();
  void nothingIsBelowZeroOrBeyondTheLongest();
  void theMeanOfManyIsTheMean();
};

void TstLatency::p50AndP99AreWhatWasAsked_data() {
  QTest::addColumn<LatencyShape>("shape");
  QTest::addColumn<qint64>("p50");
  QTest::addColumn<qint64>("p99");
  for (const LatencyShape shape : {LatencyShape::uniform, LatencyShape::exponential, LatencyShape::lognormal}) {
    const std::string name(name_of(shape));
    QTest::addRow("%s usual", name.c_str()) << shape << qint64{4'000'000} << qint64{20'000'000};
    QTest::addRow("%s narrow", name.c_str()) << shape << qint64{4'000'000} << qint64{4'000'000};
    QTest::addRow("%s wide", name.c_str()) << shape << qint64{1'000} << qint64{60'000'000'000};
    QTest::addRow("%s long", name.c_str()) << shape << qint64{1'800'000'000'000} << qint64{3'600'000'000'000};
  }
}

void TstLatency::p50AndP99AreWhatWasAsked() {
  QFETCH(LatencyShape, shape);
  QFETCH(qint64, p50);
  QFETCH(qint64, p99);
  const LatencyCurve curve({shape, Duration(p50), Duration(p99)});
  const auto half = curve.at(tail_of(0.5)).count(), hundredth = curve.at(tail_of(0.01)).count();
  QVERIFY2(near(static_cast<double>(half), static_cast<double>(p50)), qPrintable(QString::number(half)));
  QVERIFY2(near(static_cast<double>(hundredth), static_cast<double>(p99)), qPrintable(QString::number(hundredth)));
}

void TstLatency::quantilesFollowTheClosedForm_data() {
  QTest::addColumn<double>("tail");
  QTest::addColumn<double>("z");  // of the standard normal distribution at that tail
  QTest::newRow("p0.1") << 0.999 << -3.090232306167813;
  QTest::newRow("p10") << 0.9 << -1.2815515655446004;
  QTest::newRow("p25") << 0.75 << -0.6744897501960817;
  QTest::newRow("p75") << 0.25 << 0.6744897501960817;
  QTest::newRow("p90") << 0.1 << 1.2815515655446004;
  QTest::newRow("p99.9") << 0.001 << 3.090232306167813;
  QTest::newRow("p99.9999") << 1e-6 << 4.753424308822899;
  QTest::newRow("p99.9999999") << 1e-9 << 5.997807015007773;
}

void TstLatency::quantilesFollowTheClosedForm() {
  QFETCH(double, tail);
  QFETCH(double, z);
  const LatencyCurve lognormal({LatencyShape::lognormal, 4ms, 20ms});
  const double wanted = 4 * std::pow(5.0, z / kZ99);
  QVERIFY2(near(milliseconds(lognormal.at(tail_of(tail))), wanted), qPrintable(QString::number(wanted)));

  const LatencyCurve exponential({LatencyShape::exponential, 4ms, 20ms});
  const double scale = 16 / std::log(50.0);
  const double from_least = 4 - scale * std::log(2.0) - scale * std::log(tail);
  QVERIFY2(near(milliseconds(exponential.at(tail_of(tail))), from_least), qPrintable(QString::number(from_least)));

  const LatencyCurve uniform({LatencyShape::uniform, 40ms, 60ms});
  QVERIFY(near(milliseconds(uniform.at(tail_of(tail))), 40 + (0.5 - tail) * 20 / 0.49));
}

void TstLatency::latencyNeverRisesWithTheTail_data() {
  QTest::addColumn<LatencyShape>("shape");
  QTest::newRow("uniform") << LatencyShape::uniform;
  QTest::newRow("exponential") << LatencyShape::exponential;
  QTest::newRow("lognormal") << LatencyShape::lognormal;
}

void TstLatency::latencyNeverRisesWithTheTail() {
  QFETCH(LatencyShape, shape);
  const LatencyCurve curve({shape, 4ms, 20ms});
  Duration last = Duration::max();
  const auto falls = [&](std::uint64_t tail) {
    const Duration at = curve.at(tail);
    if (at > last) QFAIL(qPrintable(QString::number(tail)));
    last = at;
  };
  for (std::uint64_t tail = 0; tail < 5000; ++tail) falls(tail);
  for (std::uint64_t tail = 5000; tail < std::uint64_t{1} << 63; tail += tail / 500) falls(tail);
  for (std::uint64_t left = std::uint64_t{1} << 63; left > 0; left -= left / 500 + 1) falls(0 - left);
}

void TstLatency::fixedIsAlwaysTheSame() {
  const LatencyCurve curve({LatencyShape::fixed, 7ms, 1ms});
  for (const std::uint64_t tail : {std::uint64_t{0}, tail_of(0.5), ~std::uint64_t{0}})
    QCOMPARE(curve.at(tail), Duration(7ms));
}

void TstLatency::nothingIsBelowZeroOrBeyondTheLongest() {
  for (const LatencyShape shape : {LatencyShape::uniform, LatencyShape::exponential, LatencyShape::lognormal}) {
    const LatencyCurve curve({shape, 0ns, 1h});
    QVERIFY(curve.at(~std::uint64_t{0}) >= Duration(0));
    QVERIFY(curve.at(0) >= Duration(1h) && curve.at(0) <= kLongestLatency);
  }
  QCOMPARE(LatencyCurve({LatencyShape::lognormal, 1ns, 1h}).at(0), kLongestLatency);
}

void TstLatency::theMeanOfManyIsTheMean() {
  const LatencyCurve curve = LatencyCurve::of_mean(100s);
  double sum = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) sum += milliseconds(curve.at(tail_of((i + 0.5) / kDraws)));
  QVERIFY(near(sum / kDraws, 100'000));
  QVERIFY(near(milliseconds(LatencyCurve::of_mean(366 * 24h).at(tail_of(0.5))), 366 * 86'400e3 * std::log(2.0)));
}

QTEST_GUILESS_MAIN(TstLatency)
#include "tst_latency.moc"
