// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <cmath>

#include "cli/terminal/screen.hpp"
#include "cli/terminal/top_view.hpp"
#include "metabatch/prometheus.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::cli;
using namespace std::chrono_literals;

/// The view of pages of metrics, for people and for machines.
class TestTopView : public QObject {
  Q_OBJECT
 private slots:
  void ratesAreOfTenSecondsAndTotalsOfTheProcess();
  void flushTimesAreReadOffTheBuckets();
  void whatABucketDoesNotShowIsNotInvented();
  void nothingIsKnownBeforeTheSecondPage();
  void problemsAreDescribedInWords_data();
  void problemsAreDescribedInWords();
  void findingsOfTheServiceComeFirst();
  void aServiceThatIsGoneIsReportedAndShownAsItWas();
  void aRestartBeginsAnew();
  void answersThatAreNoPageAreReported_data();
  void answersThatAreNoPageAreReported();
  void linesFitTheTerminal_data();
  void linesFitTheTerminal();
};

namespace {

const Instant t0{};

struct Page {
  Counters counters;
  Metrics metrics;
  Gauges gauges{.listener_connected = true, .version = "1.2.3"};
  std::string more;
  [[nodiscard]] std::string text() const {
    return render_metrics(counters, metrics, validated({}).value(), gauges) + more;
  }
  void flush(std::uint64_t entries, Duration took, Instant now, Reason reason = Reason::scheduled) {
    metrics.completed(reason, entries, took, {}, now);
    counters.offered += entries;
    counters.written += entries;
  }
};

std::string all(const TopView& view, Instant now) {
  std::string text;
  for (const TopLine& line : view.lines(now)) text += line.text + "\n";
  return text;
}

const QJsonObject object(const TopView& view, Instant now) {
  return QJsonDocument::fromJson(QByteArray::fromStdString(view.json(now))).object();
}

#define HAS(text, words) QVERIFY2((text).find(words) != std::string::npos, (text).c_str())

TopView view() { return {"http://here/metrics", std::string(kDefaultMetricPrefix)}; }

}  // namespace

void TestTopView::ratesAreOfTenSecondsAndTotalsOfTheProcess() {
  TopView seen = view();
  Page page;
  for (int second = 0; second <= 30; ++second) {
    // 100 entries a second; from second 20 on 900, so the last ten seconds show 900.
    if (second > 0) page.flush(second <= 20 ? 100 : 900, 4ms, t0, Reason::capacity);
    seen.add_page(page.text(), t0 + std::chrono::seconds(second));
  }
  const std::string text = all(seen, t0 + 30s);
  HAS(text, "metabatch 1.2.3 at http://here/metrics\n");
  HAS(text, "flushes 1.0/s");
  HAS(text, "entries 900/s");
  HAS(text, "entries a flush 900");
  HAS(text, "capacity 1.0/s");
  HAS(text, "scheduled 0/s");
  HAS(text, "entries 11,000");
  QCOMPARE(object(seen, t0 + 30s)["per_second"]["flushed"].toDouble(), 900.0);
  QCOMPARE(object(seen, t0 + 30s)["total"]["flushed"].toDouble(), 11000.0);
}

void TestTopView::flushTimesAreReadOffTheBuckets() {
  TopView seen = view();
  Page page;
  seen.add_page(page.text(), t0);
  for (int i = 0; i < 99; ++i) page.flush(10, 20ms, t0);
  page.flush(10, 7s, t0);
  seen.add_page(page.text(), t0 + 5s);
  const QJsonObject json = object(seen, t0 + 5s);
  const double p50 = json["flush_time"]["p50"]["seconds"].toDouble();
  QVERIFY(p50 > 0.01 && p50 <= 0.025);
  HAS(all(seen, t0 + 5s), "p50 10 ms - 25 ms");
  QVERIFY(json["flush_time"]["p50"]["from"].toDouble() == 0.01 && json["flush_time"]["p50"]["to"].toDouble() == 0.025);
  for (int i = 0; i < 50; ++i) page.flush(10, 7s, t0);
  seen.add_page(page.text(), t0 + 6s);
  HAS(all(seen, t0 + 6s), "p99 over 5.0 s");
  QCOMPARE(object(seen, t0 + 6s)["flush_time"]["p99"]["is_at_least"].toBool(), true);
  for (int second = 7; second <= 80; ++second) seen.add_page(page.text(), t0 + std::chrono::seconds(second));
  HAS(all(seen, t0 + 80s), "p50 -");  // none in the last minute
}

void TestTopView::whatABucketDoesNotShowIsNotInvented() {
  TopView seen = view();
  Page page;
  seen.add_page(page.text(), t0);
  for (int i = 0; i < 100; ++i) page.flush(10, 790us, t0);
  seen.add_page(page.text(), t0 + 5s);
  const std::string text = all(seen, t0 + 5s);
  HAS(text, "mean 0.79 ms");
  HAS(text, "p50 < 10 ms");
  HAS(text, "p99 < 10 ms");
  QVERIFY(std::abs(object(seen, t0 + 5s)["flush_time"]["mean_s"].toDouble() - 0.00079) < 1e-6);
}

void TestTopView::nothingIsKnownBeforeTheSecondPage() {
  TopView seen = view();
  Page page;
  page.flush(10, 1ms, t0);
  seen.add_page(page.text(), t0);
  HAS(all(seen, t0), "flushes -");
  HAS(all(seen, t0), "entries 10");
  QVERIFY(object(seen, t0)["per_second"]["batches"].isNull());
}

void TestTopView::problemsAreDescribedInWords_data() {
  QTest::addColumn<QString>("what");
  QTest::addColumn<QString>("words");
  const auto row = [](const char* what, const char* words) { QTest::newRow(what) << what << words; };
  row("nothing", "");
  row("dropped", "! 5 updates dropped in the last 1.0 s");
  row("failed", "! 1 flushes failed in the last 1.0 s");
  row("unmatched", "! 7 entries found no row in the last 1.0 s");
  row("full", "! the buffer is nearly full: 90,000 of 100,000");
  row("old", "! not writing: the oldest entry has waited 61 s");
  row("deaf", "! not listening");
  row("queue", "! the notification queue 71.0 % full");
  row("spool", "! the spool holds 3 updates of the last run");
}

void TestTopView::problemsAreDescribedInWords() {
  QFETCH(QString, what);
  QFETCH(QString, words);
  TopView seen = view();
  Page page;
  seen.add_page(page.text(), t0);
  if (what == "dropped") page.counters.dropped_full = 5;
  FlushOutcome failed;
  failed.failure = FailureClass::disk;
  if (what == "failed") page.metrics.completed(Reason::scheduled, 1, 1ms, failed, t0);
  if (what == "unmatched") page.counters.unmatched = 7;
  if (what == "full") page.gauges.buffered_entries = 90'000;
  if (what == "old") page.gauges.oldest_entry_age = 61s;
  if (what == "deaf") page.gauges.listener_connected = false;
  PrometheusText more(kDefaultMetricPrefix);
  if (what == "queue") more.single("metadata_notify_queue_usage", MetricType::gauge, "x", 0.71);
  if (what == "spool") more.single("metadata_spool_waiting", MetricType::gauge, "x", std::uint64_t{3});
  page.more = more.text();
  seen.add_page(page.text(), t0 + 1s);
  const std::string text = all(seen, t0 + 1s);
  if (!words.isEmpty()) HAS(text, words.toStdString());
  QCOMPARE(text.find('!') == std::string::npos, words.isEmpty());
  QCOMPARE(object(seen, t0 + 1s)["attention"].toArray().size(), words.isEmpty() ? 0 : 1);
}

// When the service judges its own state, the figures of the page are not judged a second time.
void TestTopView::findingsOfTheServiceComeFirst() {
  TopView seen = view();
  Page page;
  page.gauges.buffered_entries = 90'000;
  seen.add_readiness(
      "stalled, and the buffer is full\nalarm: Not writing for 80 s.\nwarning: 3 entries are locked.\nnotice: x\n");
  seen.add_page(page.text(), t0);
  const std::string text = all(seen, t0);
  HAS(text, "\n! Not writing for 80 s.\n! 3 entries are locked.\n");
  QVERIFY2(text.find("nearly full") == text.npos && text.find("stalled, and") == text.npos, text.c_str());
  QCOMPARE(object(seen, t0)["findings"].toArray().size(), 3);
  seen.add_readiness("ready\ngood: About 90 entries arrive in 5 s, so the interval decides.\ngood: 63 % repeat.\n");
  HAS(all(seen, t0), "\nAbout 90 entries arrive in 5 s, so the interval decides.\n63 % repeat.\n");
  seen.add_readiness("");
  HAS(all(seen, t0), "! the buffer is nearly full");
}

void TestTopView::aServiceThatIsGoneIsReportedAndShownAsItWas() {
  TopView seen = view();
  QVERIFY(!seen.is_reached());
  seen.add_failure("Connection refused", t0);
  QCOMPARE(all(seen, t0),
           std::string("metabatch at http://here/metrics\n! no answer: Connection refused; trying again\n"));
  Page page;
  page.flush(10, 1ms, t0);
  seen.add_page(page.text(), t0 + 1s);
  QVERIFY(seen.is_reached());
  QVERIFY(all(seen, t0 + 1s).find('!') == std::string::npos);
  seen.add_failure("Connection refused", t0 + 20s);
  QVERIFY(!seen.is_reached());
  const std::string text = all(seen, t0 + 20s);
  HAS(text, "! no answer: Connection refused; trying again; what follows is 19 s old\n");
  HAS(text, "entries 10");
}

void TestTopView::aRestartBeginsAnew() {
  TopView seen = view();
  Page before;
  for (int i = 0; i < 9; ++i) before.flush(100, 1ms, t0);
  seen.add_page(before.text(), t0);
  Page after;
  after.flush(10, 1ms, t0);
  seen.add_page(after.text(), t0 + 1s);
  HAS(all(seen, t0 + 1s), "! the service restarted");
  HAS(all(seen, t0 + 1s), "flushes -");
  after.flush(10, 1ms, t0);
  seen.add_page(after.text(), t0 + 2s);
  HAS(all(seen, t0 + 2s), "entries 10.0/s");
}

void TestTopView::answersThatAreNoPageAreReported_data() {
  QTest::addColumn<QByteArray>("page");
  QTest::addColumn<QByteArray>("words");
  QTest::newRow("empty") << QByteArray() << QByteArray("no metrics named coderd_agentapi_");
  QTest::newRow("another program") << QByteArray("up 1\n") << QByteArray("no metrics named coderd_agentapi_");
  QTest::newRow("a bad line") << QByteArray("coderd_agentapi_metadata_agents 1\n!\n") << QByteArray("line 2");
  QTest::newRow("bytes") << QByteArray(1000, '\xFF') << QByteArray("cannot be read");
}

void TestTopView::answersThatAreNoPageAreReported() {
  QFETCH(QByteArray, page);
  QFETCH(QByteArray, words);
  TopView seen = view();
  seen.add_page(page.toStdString(), t0);
  HAS(all(seen, t0), words.toStdString());
}

void TestTopView::linesFitTheTerminal_data() {
  QTest::addColumn<QByteArray>("text");
  QTest::addColumn<int>("columns");
  QTest::addColumn<QByteArray>("shown");
  QTest::newRow("shorter") << QByteArray("abc") << 5 << QByteArray("abc");
  QTest::newRow("exact") << QByteArray("abcde") << 5 << QByteArray("abcde");
  QTest::newRow("longer") << QByteArray("abcdef") << 5 << QByteArray("abcd>");
  QTest::newRow("one column") << QByteArray("abc") << 1 << QByteArray(">");
  QTest::newRow("beyond ascii") << QByteArray("\xC3\xA4\xC3\xB6\xC3\xBC") << 2 << QByteArray("\xC3\xA4>");
  QTest::newRow("exact, beyond ascii") << QByteArray("\xC3\xA4\xC3\xB6") << 2 << QByteArray("\xC3\xA4\xC3\xB6");
  QTest::newRow("what would move the cursor") << QByteArray("a\x1b[2Jb\n") << 20 << QByteArray("a\\u001b[2Jb\\n");
}

void TestTopView::linesFitTheTerminal() {
  QFETCH(QByteArray, text);
  QFETCH(int, columns);
  QFETCH(QByteArray, shown);
  QCOMPARE(fitted(text.toStdString(), static_cast<std::size_t>(columns)), shown.toStdString());
}

QTEST_GUILESS_MAIN(TestTopView)
#include "tst_top_view.moc"
