// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTest>

#include <cmath>

#include "metabatch/prometheus.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

namespace {

constexpr Instant t0{1h};

/// A state of the machine with a different number in every place.
std::string page_of(QueuePolicy queue, std::string_view prefix = kDefaultMetricPrefix) {
  Counters counters;
  counters.offered = 1'000'000;
  counters.dropped_full = 101;
  counters.dropped_closed = 102;
  counters.coalesced = 103;
  counters.stale = 104;
  counters.rows_stale = 105;
  counters.unmatched = 106;
  counters.quarantined = 107;
  counters.pending = 108;
  counters.queued = 109;
  counters.unchanged = 113;
  Metrics metrics;
  const std::uint32_t keys[] = {1, 15, 15, 161};
  metrics.attempted(keys, t0);
  FlushOutcome outcome;
  outcome.chunks_published = 2;
  outcome.notify_bytes = 13'200;
  outcome.publish_errors = 3;
  outcome.retries = 4;
  metrics.completed(Reason::capacity, 500, 25ms, outcome, t0);
  metrics.completed(Reason::scheduled, 100, 1'234'567ns, FlushOutcome{}, t0);
  outcome.failure = FailureClass::disk;
  metrics.completed(Reason::scheduled, 100, 9s, outcome, t0);
  Config config;
  config.queue = queue;
  const Gauges gauges{110, 1'500ms, true, 111, 112, "0.1.0"};
  return render_metrics(counters, metrics, *validated(config), gauges, prefix);
}

}  // namespace

class TstPrometheus : public QObject {
  Q_OBJECT
 private slots:
  void pageIsTheGoldenOne();
  void everyNameOfTheSpecIsThere();
  void depthIsWhatUsesMemory();
  void prefixMayBeAnother();
  void prefixes_data();
  void prefixes();
  void labelsAndHelpAreEscaped();
  void histogramIsCumulative();
  void sumThatIsNoNumber();
};

void TstPrometheus::pageIsTheGoldenOne() {
  QFile file(METABATCH_SOURCE_DIR "/tests/golden/metrics.prom");
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QList<QByteArray> golden = file.readAll().split('\n');
  const QList<QByteArray> page = QByteArray::fromStdString(page_of(QueuePolicy::coalesce)).split('\n');
  for (qsizetype line = 0; line < std::min(golden.size(), page.size()); ++line) QCOMPARE(page[line], golden[line]);
  QCOMPARE(page.size(), golden.size());
}

void TstPrometheus::everyNameOfTheSpecIsThere() {
  const std::string page = page_of(QueuePolicy::coalesce);
  for (const char* name : {"batch_utilization histogram",
                           "batch_size histogram",
                           "flush_duration_seconds histogram",
                           "batches_total counter",
                           "flushed_total counter",
                           "dropped_keys_total counter",
                           "publish_errors_total counter",
                           "coalesced_total counter",
                           "stale_total counter",
                           "unchanged_total counter",
                           "rows_unmatched_total counter",
                           "rows_stale_total counter",
                           "flush_failures_total counter",
                           "flush_retries_total counter",
                           "quarantined_total counter",
                           "dropped_total counter",
                           "queue_depth gauge",
                           "queue_capacity gauge",
                           "pending_entries gauge",
                           "oldest_entry_age_seconds gauge",
                           "notify_chunks_total counter",
                           "notify_bytes_total counter",
                           "listener_connected gauge",
                           "listener_reconnects_total counter",
                           "resyncs_total counter"})
    QVERIFY2(page.find(std::string("\n# TYPE coderd_agentapi_metadata_") + name + "\n") != page.npos, name);
  QVERIFY(page.find("\ncoderd_agentapi_metabatch_build_info{version=\"0.1.0\"} 1\n") != page.npos);
}

void TstPrometheus::depthIsWhatUsesMemory() {
  QVERIFY(page_of(QueuePolicy::coalesce).find("metadata_queue_depth 110\n") != std::string::npos);
  QVERIFY(page_of(QueuePolicy::coalesce).find("metadata_queue_capacity 100000\n") != std::string::npos);
  QVERIFY(page_of(QueuePolicy::fifo).find("metadata_queue_depth 109\n") != std::string::npos);
  QVERIFY(page_of(QueuePolicy::fifo).find("metadata_queue_capacity 2500\n") != std::string::npos);
}

void TstPrometheus::prefixMayBeAnother() {
  const std::string page = page_of(QueuePolicy::coalesce, "x_");
  QVERIFY(page.starts_with("# HELP x_metadata_batch_utilization "));
  QCOMPARE(page.find("coderd"), page.npos);
}

void TstPrometheus::prefixes_data() {
  QTest::addColumn<QByteArray>("prefix");
  QTest::addColumn<bool>("valid");
  for (const char* good : {"", "coderd_agentapi_", "_", "a:b9"}) QTest::newRow(good) << QByteArray(good) << true;
  for (const char* bad : {"9a", "a-b", "a b", "\xC3\xA9", "a\n"}) QTest::newRow(bad) << QByteArray(bad) << false;
}

void TstPrometheus::prefixes() {
  QFETCH(QByteArray, prefix);
  QFETCH(bool, valid);
  QCOMPARE(is_metric_prefix(prefix.toStdString()), valid);
}

void TstPrometheus::labelsAndHelpAreEscaped() {
  PrometheusText out("p_");
  out.family("name", MetricType::gauge, "a \"b\" \\ c\nd");
  const Label labels[] = {{"one", "a\"b\\c\nd"}, {"two", "\xC3\xA9"}};
  out.sample(0.5, labels);
  QCOMPARE(QByteArray::fromStdString(out.text()), QByteArray("# HELP p_name a \"b\" \\\\ c\\nd\n# TYPE p_name gauge\n"
                                                             "p_name{one=\"a\\\"b\\\\c\\nd\",two=\"\xC3\xA9\"} 0.5\n"));
}

void TstPrometheus::histogramIsCumulative() {
  const double bounds[] = {0.01, 1, 2.5};
  Histogram histogram(bounds);
  for (const double value : {0.005, 0.01, 2.0, 2.25, 7.0}) histogram.observe(value, t0);
  PrometheusText out("");
  out.family("h", MetricType::histogram, "h.");
  const Label label{"reason", "capacity"};
  out.histogram(histogram, {&label, 1});
  QCOMPARE(QByteArray::fromStdString(out.text()), QByteArray("# HELP h h.\n# TYPE h histogram\n"
                                                             "h_bucket{reason=\"capacity\",le=\"0.01\"} 2\n"
                                                             "h_bucket{reason=\"capacity\",le=\"1\"} 2\n"
                                                             "h_bucket{reason=\"capacity\",le=\"2.5\"} 4\n"
                                                             "h_bucket{reason=\"capacity\",le=\"+Inf\"} 5\n"
                                                             "h_sum{reason=\"capacity\"} 11.265\n"
                                                             "h_count{reason=\"capacity\"} 5\n"));
}

void TstPrometheus::sumThatIsNoNumber() {
  const double bounds[] = {1};
  Histogram histogram(bounds);
  histogram.observe(std::nan(""), t0);
  PrometheusText out("");
  out.family("h", MetricType::histogram, "h.");
  out.histogram(histogram);
  QVERIFY(out.text().ends_with("h_bucket{le=\"1\"} 0\nh_bucket{le=\"+Inf\"} 1\nh_sum NaN\nh_count 1\n"));
}

QTEST_GUILESS_MAIN(TstPrometheus)
#include "tst_prometheus.moc"
