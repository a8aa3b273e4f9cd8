// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "metabatch/metrics.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {
constexpr Instant t0{1h};
using Buckets = std::vector<std::uint64_t>;
Buckets buckets(const Histogram& histogram) { return {histogram.buckets().begin(), histogram.buckets().end()}; }
std::vector<double> bounds(const Histogram& histogram) {
  return {histogram.bounds().begin(), histogram.bounds().end()};
}
}  // namespace

class TstMetrics : public QObject {
  Q_OBJECT
 private slots:
  void boundsAreThoseOfTheDashboard();
  void attemptObservesEachAgentOnce();
  void successfulFlushCountsByReason();
  void failedFlushCountsItsClassOnly();
  void copyIsASnapshot();
  void metricsOfTwoMachinesAdd();
};

void TstMetrics::boundsAreThoseOfTheDashboard() {
  const Metrics metrics;
  QCOMPARE(bounds(metrics.batch_utilization),
           (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 40, 80, 160}));
  QCOMPARE(bounds(metrics.batch_size), (std::vector<double>{10, 25, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500}));
  for (const Histogram& duration : metrics.flush_duration)
    QCOMPARE(bounds(duration), (std::vector<double>{.01, .025, .05, .1, .25, .5, 1, 2.5, 5}));
}

void TstMetrics::attemptObservesEachAgentOnce() {
  Metrics metrics;
  const std::uint32_t keys[] = {1, 15, 161};
  metrics.attempted(keys, t0);
  QCOMPARE(metrics.batch_utilization.count(), 3u);
  QCOMPARE(metrics.batch_utilization.sum(), 177.0);
  QCOMPARE(buckets(metrics.batch_utilization), (Buckets{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}));
  QCOMPARE(metrics.batch_size.count(), 0u);
}

void TstMetrics::successfulFlushCountsByReason() {
  Metrics metrics;
  FlushOutcome outcome;
  outcome.chunks_published = 2;
  outcome.notify_bytes = 600 * 22;
  outcome.publish_errors = 1;
  outcome.retries = 3;
  metrics.completed(Reason::capacity, 500, 25ms, outcome, t0);
  metrics.completed(Reason::shutdown, 100, 26ms, FlushOutcome{}, t0);
  QCOMPARE(metrics.flushes.flushes, (std::array<std::uint64_t, 3>{1, 0, 1}));
  QCOMPARE(metrics.flushes.flushed_entries, 600u);
  QCOMPARE(metrics.flushes.chunks, 2u);
  QCOMPARE(metrics.flushes.notify_bytes, 13'200u);
  QCOMPARE(metrics.flushes.publish_errors, 1u);
  QCOMPARE(metrics.flushes.retries, 3u);
  QCOMPARE(metrics.flushes.total_failures(), 0u);
  QCOMPARE(buckets(metrics.batch_size), (Buckets{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0}));
  QCOMPARE(buckets(metrics.flush_duration[0]), (Buckets{0, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
  QCOMPARE(metrics.flush_duration[0].sum(), 0.025);
  QCOMPARE(metrics.flush_duration[1].count(), 0u);
  QCOMPARE(buckets(metrics.flush_duration[2]), (Buckets{0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
}

void TstMetrics::failedFlushCountsItsClassOnly() {
  Metrics metrics;
  FlushOutcome outcome;
  outcome.failure = FailureClass::disk;
  outcome.retries = 2;
  outcome.publish_errors = 4;
  metrics.completed(Reason::scheduled, 500, 1s, outcome, t0);
  FlushCounters expected;
  expected.failures[static_cast<std::size_t>(FailureClass::disk)] = 1;
  expected.retries = 2;
  expected.publish_errors = 4;
  QVERIFY(metrics.flushes == expected);
  QCOMPARE(metrics.batch_size.count(), 0u);
  QCOMPARE(metrics.flush_duration[1].count(), 0u);
}

void TstMetrics::copyIsASnapshot() {
  Metrics metrics;
  const Metrics before = metrics;
  metrics.completed(Reason::scheduled, 1, 1s, FlushOutcome{}, t0);
  QCOMPARE(before.batch_size.count(), 0u);
  QCOMPARE(metrics.batch_size.count(), 1u);
}

void TstMetrics::metricsOfTwoMachinesAdd() {
  Metrics left, right, both;
  FlushOutcome told, failed;
  told.chunks_published = 2;
  told.notify_bytes = 44;
  told.publish_errors = 1;
  told.retries = 3;
  failed.failure = FailureClass::disk;
  const std::uint32_t few[] = {1, 15}, many[] = {161};
  const auto see_left = [&](Metrics& metrics) {
    metrics.attempted(few, t0);
    metrics.completed(Reason::capacity, 500, 25ms, told, t0);
    metrics.delay.observe(3ms, 2);
  };
  const auto see_right = [&](Metrics& metrics) {
    metrics.attempted(many, t0 + 1s);
    metrics.completed(Reason::shutdown, 7, 2s, told, t0 + 1s);
    metrics.completed(Reason::scheduled, 7, 2s, failed, t0 + 1s);
    metrics.delay.observe(5s);
  };
  see_left(left);
  see_right(right);
  see_left(both);
  see_right(both);
  left += right;
  QVERIFY(left.flushes == both.flushes);
  QVERIFY(left.delay == both.delay);
  QCOMPARE(buckets(left.batch_utilization), buckets(both.batch_utilization));
  QCOMPARE(buckets(left.batch_size), buckets(both.batch_size));
  QCOMPARE(left.batch_size.sum(), 507.0);
  QCOMPARE(left.batch_size.count(), 2u);
  for (std::size_t i = 0; i < kReasons; ++i) QCOMPARE(buckets(left.flush_duration[i]), buckets(both.flush_duration[i]));
  QVERIFY(left.batch_size.native().positive == both.batch_size.native().positive);
  QCOMPARE(left.batch_size.native().count, 2u);
}

QTEST_GUILESS_MAIN(TstMetrics)
#include "tst_metrics.moc"
