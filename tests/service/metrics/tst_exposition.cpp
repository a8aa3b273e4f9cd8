// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "metabatch/prometheus.hpp"
#include "service/metrics/exposition.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::service;

class TestExposition : public QObject {
  Q_OBJECT
 private slots:
  void theBestFormIsChosen_data();
  void theBestFormIsChosen();
  void openMetricsNamesCountersWithoutTotal();
  void protobufIsGoldenToTheByte();
  void nativeBucketsAreSpansAndDeltas();
};

void TestExposition::theBestFormIsChosen_data() {
  QTest::addColumn<QByteArray>("accept");
  QTest::addColumn<int>("form");
  const auto row = [](const char* name, const char* accept, Exposition form) {
    QTest::newRow(name) << QByteArray(accept) << static_cast<int>(form);
  };
  row("nothing", "", Exposition::text);
  row("anything", "*/*", Exposition::text);
  row("text", "text/plain", Exposition::text);
  row("Prometheus",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      Exposition::open_metrics);
  row("Prometheus with native histograms",
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
      "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      Exposition::protobuf);
  row("rather text", "application/openmetrics-text;q=0.3, text/plain;q=0.4", Exposition::text);
  row("protobuf as text", "application/vnd.google.protobuf;encoding=text, application/openmetrics-text;q=0.1",
      Exposition::open_metrics);
}

void TestExposition::theBestFormIsChosen() {
  QFETCH(QByteArray, accept);
  QFETCH(int, form);
  QCOMPARE(static_cast<int>(exposition_of(accept.toStdString())), form);
}

void TestExposition::openMetricsNamesCountersWithoutTotal() {
  PrometheusText text("p_");
  text.single("a_total", MetricType::counter, "Some.", std::uint64_t{7});
  text.single("b", MetricType::gauge, "Now.", 1.5);
  const double bounds[] = {0.5, 10};
  Histogram histogram(bounds);
  histogram.observe(2, Instant{});
  text.family("c", MetricType::histogram, "Sizes.");
  text.histogram(histogram);
  QCOMPARE(open_metrics(text.text()),
           std::string("# TYPE p_a counter\n# HELP p_a Some.\np_a_total 7\n"
                       "# TYPE p_b gauge\n# HELP p_b Now.\np_b 1.5\n"
                       "# TYPE p_c histogram\n# HELP p_c Sizes.\np_c_bucket{le=\"0.5\"} 0\np_c_bucket{le=\"10.0\"} 1\n"
                       "p_c_bucket{le=\"+Inf\"} 1\np_c_sum 2\np_c_count 1\n# EOF\n"));
}

void TestExposition::protobufIsGoldenToTheByte() {
  PrometheusText text("");
  text.family("n_total", MetricType::counter, "H");
  const Label label{"r", "full"};
  text.sample(std::uint64_t{2}, {&label, 1});
  QCOMPARE(QByteArray::fromStdString(protobuf(text.text(), {})).toHex(' '),
           QByteArray("26 0a 07 6e 5f 74 6f 74 61 6c 12 01 48 18 00 22 16 0a 09 "
                      "0a 01 72 12 04 66 75 6c 6c 1a 09 09 00 00 00 00 00 00 00 40"));
}

void TestExposition::nativeBucketsAreSpansAndDeltas() {
  Metrics metrics;
  for (const double value : {1.0, 1.0, 1.05, 8.0}) metrics.batch_size.observe(value, Instant{});
  PrometheusText text("");
  text.family("batch_size", MetricType::histogram, "H");
  text.histogram(metrics.batch_size);
  const QByteArray bytes =
      QByteArray::fromStdString(protobuf(text.text(), native_series(metrics, metrics.batch_size))).toHex();
  // Buckets 0 (twice 1), 1 (1.05) and 24 (8): spans (0, 2) and (22, 1), counts 2, 1, 1 as 2, -1, 0.
  QVERIFY2(bytes.contains("6204080010026204082c1001"
                          "6a03040100"),
           bytes.constData());
  QVERIFY(bytes.contains("2806"));  // schema 3
}

QTEST_GUILESS_MAIN(TestExposition)
#include "tst_exposition.moc"
