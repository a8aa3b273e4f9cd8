// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include <cmath>
#include <limits>

#include "metabatch/histogram.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

constexpr Instant t0{5h};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

int only_index(const std::map<int, std::uint64_t>& buckets) {
  return buckets.size() == 1 ? buckets.begin()->first : -999'999;
}

int index_of(double value) {
  NativeHistogram native;
  native.observe(value, t0);
  return only_index(native.positive);
}

}  // namespace

class TstHistogram : public QObject {
  Q_OBJECT
 private slots:
  void valueOnABoundBelongsToIt();
  void notANumberCountsAsInfinity();
  void nativeIndex_data();
  void nativeIndex();
  void everyPowerOfTwoIsExact();
  void zeroBucketHoldsTinyValues();
  void hundredBucketsStay();
  void youngHistogramHalvesItsResolution();
  void negativeIndicesHalveTowardsPlus();
  void hourOldHistogramIsReset();
  void coarsestSchemaIsTheEnd();
  void coarseIndexIsExactAtPowersOfItsFactor();
  void delayStepsAreExactBelow64();
  void delayQuantileIsWithinAThirtySecond();
  void delayQuantileRanks();
  void delayExtremes();
  void delaysAdd();
  void nativeHistogramsAddAtTheCoarserResolution();
  void sumOfTooManyBucketsIsCoarser();
  void sumWithNothingIsTheOther();
};

void TstHistogram::valueOnABoundBelongsToIt() {
  const double bounds[] = {1, 2.5, 10};
  Histogram histogram(bounds);
  for (const double value : {0.5, 1.0, 1.5, 2.5, 2.6, 10.0, 10.1, -3.0}) histogram.observe(value, t0);
  QCOMPARE(std::vector<std::uint64_t>(histogram.buckets().begin(), histogram.buckets().end()),
           (std::vector<std::uint64_t>{3, 2, 2, 1}));
  QCOMPARE(histogram.count(), 8u);
  QCOMPARE(histogram.sum(), 25.2);
  QCOMPARE(histogram.bounds().size(), 3u);
  QCOMPARE(histogram.native().count, 8u);
}

void TstHistogram::notANumberCountsAsInfinity() {
  const double bounds[] = {1};
  Histogram histogram(bounds);
  histogram.observe(std::nan(""), t0);
  QCOMPARE(histogram.buckets()[1], 1u);
  QVERIFY(std::isnan(histogram.sum()));
  QCOMPARE(histogram.native().count, 1u);
  QVERIFY(histogram.native().positive.empty() && histogram.native().zero_count == 0);
}

void TstHistogram::nativeIndex_data() {
  QTest::addColumn<double>("value");
  QTest::addColumn<int>("index");
  const auto row = [](const char* name, double value, int index) { QTest::newRow(name) << value << index; };
  row("1", 1.0, 0);
  row("just above 1", std::nextafter(1.0, 2.0), 1);
  row("just below 1", std::nextafter(1.0, 0.0), 0);
  row("lower bound of bucket 0", 0.9170040432046711, -1);
  row("above that", std::nextafter(0.9170040432046711, 1.0), 0);
  row("2", 2.0, 8);
  row("2^(1/8)", 2 * 0.5452538663326288, 1);
  row("2^(1/2)", 2 * 0.7071067811865475, 4);
  row("10", 10.0, 27);
  row("0.005", 0.005, -61);
  row("500", 500.0, 72);
  row("largest", std::numeric_limits<double>::max(), 8192);
  row("infinity", kInfinity, 8193);
  row("smallest that is not zero", std::nextafter(0x1p-128, 1.0), -1023);
}

void TstHistogram::nativeIndex() {
  QFETCH(double, value);
  QFETCH(int, index);
  QCOMPARE(index_of(value), index);
  NativeHistogram native;
  native.observe(-value, t0);
  QCOMPARE(only_index(native.negative), index);
}

void TstHistogram::everyPowerOfTwoIsExact() {
  for (int power = -127; power <= 1023; ++power) {
    QCOMPARE(index_of(std::ldexp(1.0, power)), power * 8);
    QCOMPARE(index_of(std::nextafter(std::ldexp(1.0, power), kInfinity)), power * 8 + 1);
  }
}

void TstHistogram::zeroBucketHoldsTinyValues() {
  NativeHistogram native;
  for (const double value : {0.0, -0.0, 0x1p-128, -0x1p-128, 5e-324}) native.observe(value, t0);
  QCOMPARE(native.zero_count, 5u);
  QVERIFY(native.positive.empty() && native.negative.empty());
}

void TstHistogram::hundredBucketsStay() {
  NativeHistogram native;
  for (int i = 0; i < 50; ++i) {
    native.observe(std::ldexp(1.0, i), t0);
    native.observe(-std::ldexp(1.0, i), t0);
  }
  QCOMPARE(native.schema, 3);
  QCOMPARE(native.positive.size() + native.negative.size(), 100u);
  native.observe(1.0, t0 + 2h);  // no new bucket, so no reset
  QCOMPARE(native.count, 101u);
}

void TstHistogram::youngHistogramHalvesItsResolution() {
  NativeHistogram native;
  for (int i = 0; i < 101; ++i) native.observe(std::pow(2.0, (i + 0.5) / 8), t0 + 59min);  // buckets 1..101
  QCOMPARE(native.schema, 2);
  QCOMPARE(native.count, 101u);
  QCOMPARE(native.positive.begin()->first, 1);
  QCOMPARE(native.positive.rbegin()->first, 51);
  QCOMPARE(native.positive.size(), 51u);
  QCOMPARE(native.positive.at(1), 2u);   // 1 and 2
  QCOMPARE(native.positive.at(51), 1u);  // 101 alone
}

void TstHistogram::negativeIndicesHalveTowardsPlus() {
  NativeHistogram native;
  for (int i = 0; i < 101; ++i) native.observe(std::pow(2.0, -(i + 0.5) / 8), t0);  // buckets 0..-100
  QCOMPARE(native.schema, 2);
  QCOMPARE(native.positive.at(0), 2u);    // -1 and 0
  QCOMPARE(native.positive.at(-50), 1u);  // -100 alone
  QCOMPARE(native.positive.begin()->first, -50);
}

void TstHistogram::hourOldHistogramIsReset() {
  NativeHistogram native;
  for (int i = 0; i < 100; ++i) native.observe(std::ldexp(1.0, i), t0);
  NativeHistogram young = native;
  young.observe(0.1, t0 + 1h - 1ns);
  QCOMPARE(young.count, 101u);
  QVERIFY(young.schema < 3);
  QCOMPARE(young.last_reset, t0);
  native.observe(0.5, t0 + 1h);
  QCOMPARE(native.schema, 3);
  QCOMPARE(native.count, 1u);
  QCOMPARE(native.sum, 0.5);
  QCOMPARE(only_index(native.positive), -8);
  QCOMPARE(native.last_reset, t0 + 1h);
}

void TstHistogram::coarsestSchemaIsTheEnd() {
  NativeHistogram native;
  for (int power = -127; power <= 1023; ++power) {
    native.observe(std::ldexp(1.0, power), t0);
    native.observe(-std::ldexp(1.0, power), t0);
  }
  QCOMPARE(native.schema, -4);
  QCOMPARE(native.positive.begin()->first, -7);   // 2^-127 is in (2^-128, 2^-112]
  QCOMPARE(native.positive.rbegin()->first, 64);  // 2^1023 is in (2^1008, 2^1024]
  QCOMPARE(native.positive.at(0), 16u);           // (2^-16, 2^0]
  QCOMPARE(native.count, 2u * 1151u);
}

void TstHistogram::coarseIndexIsExactAtPowersOfItsFactor() {
  NativeHistogram native;
  for (int power = 0; power <= 100; ++power) native.observe(std::ldexp(1.0, power), t0);
  QCOMPARE(native.schema, -1);  // the factor is 4
  native.observe(0x1p200, t0);
  QCOMPARE(native.positive.rbegin()->first, 100);
  native.observe(std::nextafter(0x1p200, kInfinity), t0);
  QCOMPARE(native.positive.rbegin()->first, 101);
  native.observe(0x1p-100, t0);
  QCOMPARE(native.positive.begin()->first, -50);
}

void TstHistogram::delayStepsAreExactBelow64() {
  for (std::int64_t n = 0; n < 64; ++n) {
    DelayHistogram delays;
    delays.observe(Duration(n));
    delays.observe(Duration(1'000'000));
    QCOMPARE(delays.quantile(5000).count(), n);
  }
}

void TstHistogram::delayQuantileIsWithinAThirtySecond() {
  std::uint64_t value = 1;
  for (int i = 0; i < 400; ++i, value = value * 10 / 9 + 1) {
    DelayHistogram delays;
    delays.observe(Duration(static_cast<std::int64_t>(value)));
    delays.observe(Duration::max());
    const auto found = static_cast<std::uint64_t>(delays.quantile(5000).count());
    QVERIFY(found >= value);
    QVERIFY(found - value <= value / 32);
  }
}

void TstHistogram::delayQuantileRanks() {
  DelayHistogram delays;
  for (int n = 1; n <= 10; ++n) delays.observe(Duration(n));
  QCOMPARE(delays.quantile(0).count(), 1);
  QCOMPARE(delays.quantile(1000).count(), 1);
  QCOMPARE(delays.quantile(1001).count(), 2);
  QCOMPARE(delays.quantile(5000).count(), 5);
  QCOMPARE(delays.quantile(9000).count(), 9);
  QCOMPARE(delays.quantile(9900).count(), 10);
  QCOMPARE(delays.quantile(10'000).count(), 10);
  QCOMPARE(delays.quantile(99'999).count(), 10);
}

void TstHistogram::delayExtremes() {
  DelayHistogram delays;
  QCOMPARE(delays.quantile(5000), Duration{});
  delays.observe(Duration(-5));
  QCOMPARE(delays.max(), Duration{});
  QCOMPARE(delays.quantile(5000), Duration{});
  delays.observe(Duration(1000), 0);
  QCOMPARE(delays.count(), 1u);
  delays.observe(Duration::max());
  QCOMPARE(delays.quantile(10'000), Duration::max());
  DelayHistogram single;
  single.observe(1000ns);
  QCOMPARE(single.quantile(5000), Duration(1000ns));  // the upper edge is 1007, but never above max()
}

void TstHistogram::delaysAdd() {
  DelayHistogram left, right, both;
  left.observe(5ms, 3);
  right.observe(7s, 2);
  both.observe(5ms, 3);
  both.observe(7s, 2);
  left += right;
  QVERIFY(left == both);
  QCOMPARE(left.count(), 5u);
  QCOMPARE(left.max(), Duration(7s));
}

void TstHistogram::nativeHistogramsAddAtTheCoarserResolution() {
  NativeHistogram fine, coarse;
  for (const double value : {1.0, 1.05, -3.0, 0.0}) fine.observe(value, t0 + 1s);
  for (int i = 0; i < 101; ++i) coarse.observe(std::pow(2.0, (i + 0.5) / 8), t0);
  QCOMPARE(coarse.schema, 2);
  NativeHistogram left = fine, right = coarse;
  left += coarse;
  right += fine;
  QVERIFY(left == right);
  QCOMPARE(left.schema, 2);
  QCOMPARE(left.count, 105u);
  QCOMPARE(left.zero_count, 1u);
  QCOMPARE(left.positive.at(0), 1u);                         // 1 is the upper bound of its bucket
  QCOMPARE(left.positive.at(1), coarse.positive.at(1) + 1);  // 1.05 in addition to the earlier values
  QCOMPARE(only_index(left.negative), 7);                    // (2^(6/4), 2^(7/4)] holds 3
  QCOMPARE(left.last_reset, t0 + 1s);
}

void TstHistogram::sumOfTooManyBucketsIsCoarser() {
  NativeHistogram low, high;
  for (int i = 0; i < 100; ++i) {
    low.observe(std::pow(2.0, (i + 0.5) / 8), t0);
    high.observe(std::pow(2.0, (i + 200.5) / 8), t0);
  }
  QCOMPARE(low.schema, 3);
  low += high;
  QCOMPARE(low.schema, 2);
  QVERIFY(low.positive.size() <= 102);
  QCOMPARE(low.count, 200u);
}

void TstHistogram::sumWithNothingIsTheOther() {
  NativeHistogram some, nothing;
  some.observe(2.0, t0);
  NativeHistogram left = some, right = nothing;
  left += nothing;
  right += some;
  QVERIFY(left == some);
  QVERIFY(right == some);
}

QTEST_GUILESS_MAIN(TstHistogram)
#include "tst_histogram.moc"
