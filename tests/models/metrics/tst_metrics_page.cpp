// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTest>

#include <cmath>
#include <random>
#include <set>

#include "models/metrics/metrics_page.hpp"

using namespace metabatch::models;

namespace {

std::string golden(const char* name) {
  QFile file(QStringLiteral(METABATCH_SOURCE_DIR "/tests/golden/") + name);
  if (!file.open(QIODevice::ReadOnly)) qFatal("no golden file");
  return file.readAll().toStdString();
}

MetricsPage pageOf(std::string_view text, MetricsForm form = MetricsForm::text) {
  return readMetrics(text, {"coderd_agentapi_", "process_start_time_seconds"}, form);
}

}  // namespace

/// Pages of metrics, good and bad, whole and cut.
class TstMetricsPage : public QObject {
  Q_OBJECT

 private slots:
  void goldenPagesAreReadWhole_data();
  void goldenPagesAreReadWhole();
  void linesAreReadStrictly_data();
  void linesAreReadStrictly();
  void badLineCostsItselfOnly();
  void everyPrefixIsReadAndInventsNothing();
  void everyMutationIsReadAndJudgedByLine();
  void openMetricsHasAnEnd();
};

void TstMetricsPage::goldenPagesAreReadWhole_data() {
  QTest::addColumn<QString>("file");
  QTest::addColumn<int>("samples");
  QTest::newRow("the origin") << "origin-metrics.prom" << 63;
  QTest::newRow("metabatch") << "metrics.prom" << 103;
}

void TstMetricsPage::goldenPagesAreReadWhole() {
  QFETCH(QString, file);
  const std::string page = golden(qPrintable(file));
  const MetricsPage read = pageOf(page);
  QCOMPARE(read.badLines, 0u);
  QVERIFY(read.isWhole);
  quint64 lines = 0;  // that are no comments
  for (const QByteArray& line : QByteArray::fromStdString(page).split('\n'))
    if (!line.isEmpty() && !line.startsWith('#')) ++lines;
  QCOMPARE(read.series, lines);
  QTEST(int(read.samples.size()), "samples");
}

void TstMetricsPage::linesAreReadStrictly_data() {
  QTest::addColumn<QByteArray>("line");
  QTest::addColumn<double>("value");  // NaN: any
  QTest::addColumn<QString>("bad");   // empty: it is good
  const auto good = [](const char* name, const char* line, double value) {
    QTest::newRow(name) << QByteArray(line) << value << QString();
  };
  const auto bad = [](const char* name, const QByteArray& line, const char* what) {
    QTest::newRow(name) << line << std::nan("") << QString::fromUtf8(what);
  };
  good("plain", "coderd_agentapi_a 1", 1);
  good("exponent", "coderd_agentapi_a 1.5e+03", 1500);
  good("signed", "coderd_agentapi_a +2", 2);
  good("infinite", "coderd_agentapi_a -Inf", -INFINITY);
  good("tabs, blanks and a time", " \tcoderd_agentapi_a \t 1  1700000000000 ", 1);
  good("labels", R"(coderd_agentapi_a{b="c",d="e\"\\\n"} 3)", 3);
  good("blanks and a comma at the end", R"(coderd_agentapi_a { b = "c" , } 3)", 3);
  good("no labels in braces", "coderd_agentapi_a{} 3", 3);
  good("a negative time", "coderd_agentapi_a 3 -5", 3);
  good("carriage return", "coderd_agentapi_a 3\r", 3);
  bad("no value", "coderd_agentapi_a", "no value, at byte 17");
  bad("a word", "coderd_agentapi_a one", "no value, at byte 18");
  bad("two signs", "coderd_agentapi_a --1", "no value, at byte 18");
  bad("nan with something", "coderd_agentapi_a nan(1)", "no value, at byte 18");
  bad("beyond a double", "coderd_agentapi_a 1e999", "no value, at byte 18");
  bad("something follows", "coderd_agentapi_a 1 2 3", "something follows the value, at byte 22");
  bad("a time that is none", "coderd_agentapi_a 1 1.5", "not a time stamp, at byte 20");
  bad("an exemplar", R"(coderd_agentapi_a 1 # {a="b"} 1)", "something follows the value, at byte 20");
  bad("a name with a digit first", "1a 1", "no name of a metric");
  bad("a name with a dash", "coderd-agentapi 1", "no name of a metric, at byte 6");
  bad("a quoted name", R"({"coderd_agentapi_a"} 1)", "no name of a metric");
  bad("labels without end", R"(coderd_agentapi_a{b="c")", "the labels do not end, at byte 23");
  bad("a value without end", R"(coderd_agentapi_a{b="c 1)", "a label's value does not end, at byte 24");
  bad("no quotes", "coderd_agentapi_a{b=c} 1", "a label's value is not in quotes, at byte 20");
  bad("an escape", R"(coderd_agentapi_a{b="\t"} 1)", "an escape that there is not, at byte 22");
  bad("no comma", R"(coderd_agentapi_a{b="c"d="e"} 1)", "no comma between labels, at byte 23");
  bad("twice", R"(coderd_agentapi_a{b="c",b="e"} 1)", "a label that comes twice, at byte 29");
  bad("not UTF-8", "coderd_agentapi_a{b=\"\xff\"} 1", "not UTF-8, at byte 21");
  bad("a zero", QByteArray("coderd_agentapi_a{b=\"\0\"} 1", 26), "not UTF-8, at byte 21");
  bad("no type", "# TYPE coderd_agentapi_a count", "not a type of metric, at byte 25");
  bad("a type of nothing", "# TYPE", "no name of a metric, at byte 6");
}

void TstMetricsPage::linesAreReadStrictly() {
  QFETCH(QByteArray, line);
  QFETCH(double, value);
  QFETCH(QString, bad);
  const MetricsPage page = pageOf((line + '\n').toStdString());
  QCOMPARE(page.bad.empty() ? QString() : page.bad[0].what, bad);
  QCOMPARE(page.badLines, bad.isEmpty() ? 0u : 1u);
  QCOMPARE(page.samples.size(), std::size_t(bad.isEmpty() ? 1 : 0));
  if (bad.isEmpty()) QCOMPARE(page.samples[0].value, value);
}

void TstMetricsPage::badLineCostsItselfOnly() {
  const MetricsPage page = pageOf(
      "# a remark\n# HELP coderd_agentapi_a help { \" \n# TYPE coderd_agentapi_a gauge\ncoderd_agentapi_a 1\n"
      "# TYPE coderd_agentapi_a gauge\n\nrubbish here\ncoderd_agentapi_a 2\ncoderd_agentapi_b 2\nother 5\ncut 12");
  QCOMPARE(page.series, 3u);
  QCOMPARE(page.samples.size(), std::size_t(2));
  QVERIFY(!page.isWhole);
  QStringList said;
  for (const LineProblem& line : page.bad) said += QStringLiteral("%1 %2").arg(line.line).arg(line.what);
  QCOMPARE(said, (QStringList{"5 a second type of the same metric", "7 no value, at byte 8",
                              "8 a series that comes twice", "11 cut off: no end of line, at byte 6"}));
}

/// A truncated page never has a sample that the whole page does not have.
void TstMetricsPage::everyPrefixIsReadAndInventsNothing() {
  const std::string page = golden("origin-metrics.prom");
  std::set<std::pair<std::string, double>> whole;
  const auto key = [](const MetricSample& sample) {
    std::string name = sample.name;
    for (const auto& [label, value] : sample.labels) name += "|" + label + "=" + value;
    return std::pair(name, sample.value);
  };
  for (const MetricSample& sample : pageOf(page).samples) whole.insert(key(sample));
  for (std::size_t size = 0; size < page.size(); ++size) {
    const MetricsPage read = pageOf(std::string_view(page).substr(0, size));
    QCOMPARE(read.isWhole, size == 0 || page[size - 1] == '\n');
    QCOMPARE(read.badLines, read.isWhole ? 0u : 1u);
    if (!read.samples.empty()) QVERIFY(whole.contains(key(read.samples.back())));
  }
}

void TstMetricsPage::everyMutationIsReadAndJudgedByLine() {
  const std::string page = golden("origin-metrics.prom").substr(0, 1200);
  const quint64 lines = static_cast<quint64>(std::count(page.begin(), page.end(), '\n')) + 1;
  const quint64 good = pageOf(page).series;
  std::mt19937_64 random(42);
  quint64 worse = 0;
  for (std::size_t at = 0; at < page.size(); ++at) {
    for (const char put : {'"', '{', '}', '\\', '\n', ' ', ',', '#', '\0', '\xff', static_cast<char>(random())}) {
      std::string changed = page;
      changed[at] = put;
      const MetricsPage read = pageOf(changed);
      QVERIFY(read.series + read.badLines <= lines + 1);
      QVERIFY(read.series <= good + 1 && read.samples.size() <= read.series);
      QVERIFY(read.series + 3 >= good);  // one byte costs its line, and the text that merged with it
      if (read.series < good) ++worse;
    }
    std::string shorter = page;
    shorter.erase(at, 1 + static_cast<std::size_t>(random() % 40));
    (void)pageOf(shorter, random() % 2 == 0 ? MetricsForm::text : MetricsForm::openMetrics);
  }
  QVERIFY(worse > page.size());  // the judge does reject
}

void TstMetricsPage::openMetricsHasAnEnd() {
  const std::string page =
      "# TYPE coderd_agentapi_a counter\n# UNIT coderd_agentapi_a entries\n"
      "coderd_agentapi_a_total 5 1.7e9 # {trace_id=\"x\"} 0.5 1.7e9\n# EOF\n";
  const MetricsPage read = pageOf(page, MetricsForm::openMetrics);
  QVERIFY(read.isWhole);
  QCOMPARE(read.badLines, 0u);
  QCOMPARE(read.samples.size(), std::size_t(1));
  QCOMPARE(read.samples[0].value, 5.0);
  QVERIFY(!pageOf(std::string_view(page).substr(0, page.size() - 6), MetricsForm::openMetrics).isWhole);
  QCOMPARE(pageOf(page + "coderd_agentapi_b 1\n", MetricsForm::openMetrics).badLines, 1u);
}

QTEST_GUILESS_MAIN(TstMetricsPage)
#include "tst_metrics_page.moc"
