// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTest>

#include <cmath>

#include "models/metrics/scrape_series.hpp"
#include "models/metrics/scrape_words.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

namespace {

constexpr Instant t0{};
constexpr std::string_view kPrefix = "coderd_agentapi_";

std::string golden(const char* name) {
  QFile file(QStringLiteral(METABATCH_SOURCE_DIR "/tests/golden/") + name);
  if (!file.open(QIODevice::ReadOnly)) qFatal("no golden file");
  return file.readAll().toStdString();
}

MetricsPage pageOf(std::string_view text) { return readMetrics(text, {kPrefix, kProcessStart}); }
Scrape scrape(std::string_view text, Instant at = t0) { return scrapeOf(pageOf(text), kPrefix, at); }

/// A page of counters, each name without the prefix.
std::string counters(std::initializer_list<std::pair<const char*, int>> values) {
  std::string text;
  for (const auto& [name, value] : values) text += std::string(kPrefix) + name + " " + std::to_string(value) + "\n";
  return text;
}

double latest(const LiveSeries& series, std::string_view name) {
  const auto position = series.find(name);
  return position.timeline->latest(position.series);
}

QString text(const std::vector<HealthLine>& lines) {
  static const char* const kNames[] = {"good", "notice", "warning", "alarm"};
  QString all;
  for (const HealthLine& line : lines)
    all += QStringLiteral("%1: %2\n").arg(kNames[static_cast<int>(line.severity)], line.text);
  return all;
}

/// Does what the window does with each answer.
struct Watched {
  ScrapeSeries scrapes{5s};
  LiveSeries series{20s};
  void append(std::string_view page, Duration at, std::optional<double> received = std::nullopt) {
    const MetricsPage read = pageOf(page);
    scrapes.append(read, scrapeOf(read, kPrefix, t0 + at), received, series);
  }
};

}  // namespace

/// The metrics of a foreign batcher, from a page to the words of the dashboard.
class TstScrape : public QObject {
  Q_OBJECT

 private slots:
  void labelsAreSortedIntoFamilies();
  void quantilesAreThoseOfPrometheus_data();
  void quantilesAreThoseOfPrometheus();
  void growthIsBetweenPagesOfOneProcess();
  void countersBecomeRates();
  void originHasBucketsNotEverything();
  void nativeHistogramsShowTheirMean();
  void missedScrapeIsAGap();
  void restartIsAGapAndAMark();
  void severalReplicasAreFound();
  void receivedNotificationsCompleteTheSaving();
  void reportsThatAreCountedAreUsed();
  void healthPutsTheWorstFirst_data();
  void healthPutsTheWorstFirst();
};

void TstScrape::labelsAreSortedIntoFamilies() {
  const Scrape found = scrape(
      "coderd_agentapi_metadata_batches_total{reason=\"capacity\",pod=\"a\"} 3\n"
      "coderd_agentapi_metadata_batches_total{pod=\"b\",reason=\"capacity\"} 4\n"
      "coderd_agentapi_metadata_batches_total{reason=\"scheduled\",success=\"false\"} 9\n"
      "coderd_agentapi_metadata_batches_total{reason=\"scheduled\",success=\"true\"} 2\n"
      "coderd_agentapi_metadata_flushed_total NaN\n"
      "coderd_agentapi_metadata_queue_depth 7\nprocess_start_time_seconds 1.7e9\n");
  QCOMPARE(found.counter("metadata_batches_total.capacity"), std::optional(7.0));
  QCOMPARE(found.counter("metadata_batches_total.scheduled"), std::optional(2.0));
  QCOMPARE(found.family("metadata_batches_total"), std::optional(9.0));
  QCOMPARE(found.family("metadata_batches"), std::nullopt);
  QCOMPARE(found.counter("metadata_flushed_total"), std::nullopt);  // NaN is no measurement
  QCOMPARE(found.gauge("metadata_queue_depth"), std::optional(7.0));
  QCOMPARE(found.processStart, std::optional(1.7e9));
  const Scrape origin = scrape(golden("origin-metrics.prom"));
  const ScrapedHistogram all = mergedHistogram(origin, "metadata_flush_duration_seconds");
  QCOMPARE(all.buckets.at(0.01), 73.0);
  QCOMPARE(all.count, std::optional(112.0));
  QVERIFY(all.hasBuckets());
}

void TstScrape::quantilesAreThoseOfPrometheus_data() {
  QTest::addColumn<ScrapedHistogram>("histogram");
  QTest::addColumn<double>("share");
  QTest::addColumn<double>("value");  // below 0: none
  QTest::addColumn<bool>("isAtLeast");
  const auto of = [](std::map<double, double> buckets) {
    return ScrapedHistogram{.buckets = std::move(buckets), .sum = {}, .count = {}};
  };
  const double inf = INFINITY;
  QTest::newRow("in the middle") << of({{1, 0}, {2, 10}, {inf, 10}}) << 0.5 << 1.5 << false;
  QTest::newRow("the first begins at 0") << of({{1, 10}, {inf, 10}}) << 0.5 << 0.5 << false;
  QTest::newRow("over empty ones") << of({{1, 5}, {2, 5}, {4, 10}, {inf, 10}}) << 0.9 << 3.6 << false;
  QTest::newRow("all") << of({{1, 5}, {2, 10}, {inf, 10}}) << 1.0 << 2.0 << false;
  QTest::newRow("above the last") << of({{1, 1}, {2, 2}, {inf, 10}}) << 0.99 << 2.0 << true;
  QTest::newRow("nothing observed") << of({{1, 0}, {inf, 0}}) << 0.5 << -1.0 << false;
  QTest::newRow("native only") << of({{inf, 10}}) << 0.5 << -1.0 << false;
  QTest::newRow("no last bucket") << of({{1, 5}, {2, 10}}) << 0.5 << -1.0 << false;
}

void TstScrape::quantilesAreThoseOfPrometheus() {
  QFETCH(ScrapedHistogram, histogram);
  QFETCH(double, share);
  QFETCH(double, value);
  QFETCH(bool, isAtLeast);
  const auto found = quantile(histogram, share);
  QCOMPARE(found.has_value(), value >= 0);
  if (!found) return;
  QCOMPARE(found->value, value);
  QCOMPARE(found->isAtLeast, isAtLeast);
  QVERIFY(found->from <= value && value <= found->to);
}

void TstScrape::growthIsBetweenPagesOfOneProcess() {
  const std::string start = "process_start_time_seconds ";
  const Scrape earlier = scrape(counters({{"a_total{reason=\"x\"}", 5}, {"g", 9}}) + start + "100\n");
  const auto grown = between(
      scrape(counters({{"a_total{reason=\"x\"}", 7}, {"a_total{reason=\"y\"}", 2}, {"new_total", 50}, {"g", 3}}) +
             start + "100\n"),
      earlier);
  QVERIFY(grown.has_value());
  QCOMPARE(grown->counter("a_total.x"), std::optional(2.0));
  QCOMPARE(grown->counter("a_total.y"), std::optional(2.0));  // others of its family were there, so it was 0
  QCOMPARE(grown->counter("new_total"), std::nullopt);        // nobody knows since when
  QCOMPARE(grown->gauge("g"), std::optional(3.0));            // a gauge may fall
  QVERIFY(!between(scrape(counters({{"a_total{reason=\"x\"}", 4}})), earlier));
  QVERIFY(!between(scrape(counters({{"a_total{reason=\"x\"}", 8}}) + start + "101\n"), earlier));  // overtaken
}

void TstScrape::countersBecomeRates() {
  Watched watched;
  const auto page = [](int times, int dropped) {
    return counters({{"metadata_batches_total{reason=\"capacity\"}", 8 * times},
                     {"metadata_batches_total{reason=\"scheduled\"}", 2 * times},
                     {"metadata_flushed_total", 4100 * times},
                     {"metadata_dropped_total{reason=\"full\"}", dropped * times},
                     {"metadata_coalesced_total", 40 * times},
                     {"metadata_stale_total", 5 * times},
                     {"metadata_notify_chunks_total", 10 * times},
                     {"metadata_batch_utilization_count", 300 * times},
                     {"metadata_batch_utilization_sum", 4100 * times},
                     {"metadata_queue_depth", 77},
                     {"metadata_queue_capacity", 1000}});
  };
  watched.append(page(1, 5), 0s);
  QVERIFY(std::isnan(latest(watched.series, "writes")));  // a rate needs two
  watched.append(page(2, 5), 5s);
  QCOMPARE(latest(watched.series, "writes"), 2.0);
  QCOMPARE(latest(watched.series, "notifies"), 2.0);
  QCOMPARE(latest(watched.series, "stack.capacity"), 1.6);
  QCOMPARE(latest(watched.series, "stack.shutdown"), 2.0);
  QCOMPARE(latest(watched.series, "entries"), 820.0);
  QCOMPARE(latest(watched.series, "updates"), 830.0);
  QCOMPARE(latest(watched.series, "unbatched"), 60.0);
  QVERIFY(std::abs(latest(watched.series, "saved") - (1 - 4.0 / 120) * 100) < 1e-9);
  QCOMPARE(latest(watched.series, "held"), 77.0);
  QCOMPARE(latest(watched.series, "buffer.limit"), 1000.0);
  QVERIFY(std::isnan(latest(watched.series, "delay.p99")));
  QCOMPARE(watched.series.whyMissing("delay.p99"), QString("not in the metrics"));
  QVERIFY(watched.series.whyMissing("writes").isEmpty());
  QCOMPARE(scrapedHealth(watched.scrapes.status()).saved, QString::fromUtf8("– saved"));  // not everything was written
  Watched whole;
  whole.append(page(1, 0), 0s);
  whole.append(page(2, 0), 5s);
  QCOMPARE(scrapedHealth(whole.scrapes.status()).saved, QString::fromUtf8("≈ 96.7 % saved"));
}

void TstScrape::originHasBucketsNotEverything() {
  Watched watched;
  std::string earlier = golden("origin-metrics.prom");
  const auto swap = [&](const std::string& from, const std::string& to) {
    earlier.replace(earlier.find(from), from.size(), to);
  };
  swap("metadata_batches_total{reason=\"capacity\"} 100", "metadata_batches_total{reason=\"capacity\"} 90");
  swap("metadata_flushed_total 51130", "metadata_flushed_total 46130");
  swap("metadata_batch_size_bucket{le=\"500\"} 112", "metadata_batch_size_bucket{le=\"500\"} 102");
  swap("metadata_batch_size_bucket{le=\"+Inf\"} 112", "metadata_batch_size_bucket{le=\"+Inf\"} 102");
  swap("metadata_batch_size_sum 51130", "metadata_batch_size_sum 46130");
  swap("metadata_batch_size_count 112", "metadata_batch_size_count 102");
  watched.append(earlier, 0s);
  watched.append(golden("origin-metrics.prom"), 5s);
  QCOMPARE(latest(watched.series, "writes"), 2.0);
  QCOMPARE(latest(watched.series, "entries"), 1000.0);
  QCOMPARE(latest(watched.series, "size.mean"), 500.0);
  QCOMPARE(latest(watched.series, "size.p50"), 475.0);  // the middle between 450 and 500
  for (const char* name : {"notifies", "coalesced", "updates", "held", "buffer.limit", "delay.p50", "batch.limit"}) {
    QVERIFY2(std::isnan(latest(watched.series, name)), name);
    QVERIFY2(!watched.series.whyMissing(name).isEmpty(), name);
  }
  const QString words = text(scrapedHealth(watched.scrapes.status()).lines);
  QVERIFY2(
      words.contains("Flushing on capacity: 100.0 % of the flushes of the last minute were full batches, 500 entries"),
      qPrintable(words));
  QVERIFY2(words.contains("Not in the metrics: settings, delays, reports, arriving and coalesced updates, NOTIFYs, "
                          "buffered entries, the capacity."),
           qPrintable(words));
}

/// The origin before its merge: native histograms, of which the text shows one bucket.
void TstScrape::nativeHistogramsShowTheirMean() {
  Watched watched;
  const auto page = [](int times) {
    return counters({{"metadata_batches_total{reason=\"capacity\"}", times},
                     {"metadata_batch_size_bucket{le=\"+Inf\"}", times},
                     {"metadata_batch_size_sum", 400 * times},
                     {"metadata_batch_size_count", times},
                     {"metadata_flush_duration_seconds_bucket{reason=\"capacity\",le=\"+Inf\"}", times},
                     {"metadata_flush_duration_seconds_sum{reason=\"capacity\"}", 2 * times},
                     {"metadata_flush_duration_seconds_count{reason=\"capacity\"}", times}});
  };
  watched.append(page(1), 0s);
  watched.append(page(4), 5s);
  QCOMPARE(latest(watched.series, "size.mean"), 400.0);
  QCOMPARE(latest(watched.series, "duration.mean"), 2000.0);
  QCOMPARE(latest(watched.series, "capacity"), 2000.0);  // a point of its reason
  QVERIFY(std::isnan(latest(watched.series, "duration.p99")));
  QVERIFY(!watched.series.whyMissing("duration.p99").isEmpty());
  QVERIFY(text(scrapedHealth(watched.scrapes.status()).lines).contains("quantiles (native histograms"));
}

void TstScrape::missedScrapeIsAGap() {
  Watched watched;
  const auto page = [](int flushes) { return counters({{"metadata_batches_total{reason=\"capacity\"}", flushes}}); };
  watched.append(page(0), 0s);
  watched.append(page(10), 5s);
  watched.scrapes.miss(t0 + 10s, "nobody listens there", watched.series);
  QVERIFY(std::isnan(latest(watched.series, "writes")));
  QVERIFY(text(scrapedHealth(watched.scrapes.status()).lines)
              .startsWith("alarm: The metrics cannot be read: nobody listens there. 1 scrape missed"));
  watched.append(page(40), 15s);
  QVERIFY(std::isnan(latest(watched.series, "writes")));  // nothing is reported for the time in between
  watched.append(page(50), 20s);
  QCOMPARE(latest(watched.series, "writes"), 2.0);
  const auto position = watched.series.find("writes");
  std::vector<Column> columns(5);
  position.timeline->decimate(position.series, t0, t0 + 25s, columns);
  QVERIFY(columns[1].measured && !columns[2].measured && !columns[3].measured && columns[4].measured);
  QVERIFY(!columns[4].joined);
}

void TstScrape::restartIsAGapAndAMark() {
  Watched watched;
  const auto page = [](int flushes) { return counters({{"metadata_batches_total{reason=\"capacity\"}", flushes}}); };
  watched.append(page(100), 0s);
  watched.append(page(110), 5s);
  watched.append(page(3), 10s);
  QVERIFY(std::isnan(latest(watched.series, "writes")));
  QCOMPARE(watched.series.marks().size(), std::size_t(1));
  QCOMPARE(watched.series.marks()[0].text, QString("counters restarted"));
  watched.append(page(13), 15s);
  QCOMPARE(latest(watched.series, "writes"), 2.0);
  QVERIFY(
      text(scrapedHealth(watched.scrapes.status()).lines).contains("notice: The process restarted in the last minute"));
}

void TstScrape::severalReplicasAreFound() {
  Watched watched;
  for (int i = 0; i < 8; ++i)
    watched.append(counters({{"metadata_batches_total{reason=\"capacity\"}", i % 2 == 0 ? 1000 + i : 10 + i}}), i * 5s);
  const QString words = text(scrapedHealth(watched.scrapes.status()).lines);
  QVERIFY2(words.contains("several replicas in turn"), qPrintable(words));
}

void TstScrape::receivedNotificationsCompleteTheSaving() {
  Watched watched;
  const auto page = [](int times) {
    return counters(
        {{"metadata_batches_total{reason=\"capacity\"}", times}, {"metadata_batch_utilization_count", 50 * times}});
  };
  watched.append(page(5), 0s);
  watched.append(page(10), 5s);
  QCOMPARE(watched.scrapes.status().saved, std::optional(0.98));  // of writes alone
  QVERIFY(scrapedHealth(watched.scrapes.status()).rates.endsWith("NOTIFYs are not in the metrics"));
  watched.append(page(15), 10s, 3.0);
  QCOMPARE(latest(watched.series, "notifies"), 3.0);
  QCOMPARE(watched.scrapes.status().saved, std::optional(0.96));
  QCOMPARE(scrapedHealth(watched.scrapes.status()).rates,
           QString("4 writes and NOTIFYs a second instead of about 100, two for each agent of a flush"));
}

/// `metabatch serve` counts reports, so the saving is exact, and reports are not listed as missing.
void TstScrape::reportsThatAreCountedAreUsed() {
  Watched watched;
  const auto page = [](int times) {
    return counters({{"metadata_batches_total{reason=\"capacity\"}", times}, {"metadata_reports_total", 100 * times}});
  };
  watched.append(page(5), 0s);
  watched.append(page(10), 5s);
  QCOMPARE(latest(watched.series, "unbatched"), 100.0);
  QCOMPARE(watched.scrapes.status().saved, std::optional(0.99));
  QVERIFY(!watched.scrapes.status().missing.contains("reports"));
}

void TstScrape::healthPutsTheWorstFirst_data() {
  QTest::addColumn<QString>("page");  // what the second page has more
  QTest::addColumn<QString>("first");
  const auto row = [](const char* name, const char* metric, const char* first) {
    QTest::newRow(name) << QString(metric) << QString(first);
  };
  row("failing", "metadata_flush_failures_total{class=\"disk\"}", "alarm: 3 flush attempts failed in the last minute.");
  row("dropping", "metadata_dropped_keys_total", "alarm: 3 updates dropped in the last minute.");
  row("unmatched", "metadata_rows_unmatched_total", "warning: 3 updates without a row in the last minute.");
  row("publishing", "metadata_publish_errors_total",
      "warning: 3 notifications could not be published in the last minute: watchers may be stale.");
  row("another process", "",
      "warning: The page has 1 series and none of a metadata batcher: another process, or "
      "another prefix?");
}

void TstScrape::healthPutsTheWorstFirst() {
  QFETCH(QString, page);
  Watched watched;
  for (const int count : {1, 4})
    watched.append(page.isEmpty() ? std::string("go_goroutines 5\n") : counters({{qPrintable(page), count}}),
                   count * 5s);
  QTEST(text(scrapedHealth(watched.scrapes.status()).lines).section('\n', 0, 0), "first");
}

QTEST_GUILESS_MAIN(TstScrape)
#include "tst_scrape.moc"
