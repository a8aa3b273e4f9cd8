// SPDX-License-Identifier: Apache-2.0
#include "models/report/chart.hpp"

#include <QTest>
#include <QXmlStreamReader>

#include "models/report/axis.hpp"
#include "models/report/report_page.hpp"

using namespace metabatch;
using namespace metabatch::report;

class TestChart : public QObject {
  Q_OBJECT
 private slots:
  void anAxisHasRoundMarks_data();
  void anAxisHasRoundMarks();
  void aTimeAxisIsMarkedInTimes();
  void aLogarithmicAxisHoldsItsValues_data();
  void aLogarithmicAxisHoldsItsValues();
  void aGapIsNotDrawnOver();
  void aColumnKeepsItsExtremes();
  void textStaysText();
  void aChartOfNothingIsStillAPage();
};

namespace {
Column flat(double value, bool joined) { return {value, value, value, value, true, joined}; }

std::string line_of(std::vector<Column> columns) {
  const std::string html = chart_html(
      TimeChart{.id = "c", .title = "t", .about = "a", .seconds = 60, .lines = {{"one", std::move(columns)}}});
  const std::string before = "<path class=\"l1\" d=\"";
  const std::size_t begin = html.rfind(before) + before.size();
  return html.substr(begin, html.find('"', begin) - begin);
}
}  // namespace

void TestChart::anAxisHasRoundMarks_data() {
  QTest::addColumn<double>("most");
  QTest::addColumn<QList<double>>("marks");
  QTest::newRow("one") << 1.0 << QList<double>{0, 0.2, 0.4, 0.6, 0.8, 1};
  QTest::newRow("seven") << 7.0 << QList<double>{0, 2, 4, 6, 8};
  QTest::newRow("a little above") << 10.01 << QList<double>{0, 5, 10, 15};
  QTest::newRow("many") << 100'000.0 << QList<double>{0, 20'000, 40'000, 60'000, 80'000, 100'000};
  QTest::newRow("nothing") << 0.0 << QList<double>{0, 0.2, 0.4, 0.6, 0.8, 1};
}

void TestChart::anAxisHasRoundMarks() {
  QFETCH(double, most);
  QFETCH(QList<double>, marks);
  const Axis axis = linear_axis(most);
  QCOMPARE(axis.marks.size(), static_cast<std::size_t>(marks.size()));
  for (std::size_t i = 0; i < axis.marks.size(); ++i)
    QVERIFY(std::abs(axis.marks[i] - marks[static_cast<int>(i)]) < 1e-9);
  QVERIFY(axis.most >= most);
  QCOMPARE(axis.at(axis.most), 1.0);
}

void TestChart::aTimeAxisIsMarkedInTimes() {
  QVERIFY((time_axis(600).marks == std::vector<double>{0, 120, 240, 360, 480, 600}));
  QVERIFY((time_axis(5 * 3600).marks == std::vector<double>{0, 3600, 7200, 10'800, 14'400, 18'000}));
  QVERIFY(time_axis(365 * 86'400.0).marks.size() <= 6);
  QVERIFY(time_axis(0.25).marks.size() >= 3);
}

void TestChart::aLogarithmicAxisHoldsItsValues_data() {
  QTest::addColumn<double>("least");
  QTest::addColumn<double>("most");
  QTest::newRow("one power") << 1.0 << 10.0;
  QTest::newRow("narrow") << 4.9 << 5.1;
  QTest::newRow("one value") << 5.0 << 5.0;
  QTest::newRow("wide") << 0.003 << 4'500'000.0;
  QTest::newRow("small") << 2e-6 << 3e-5;
}

void TestChart::aLogarithmicAxisHoldsItsValues() {
  QFETCH(double, least);
  QFETCH(double, most);
  const Axis axis = logarithmic_axis(least, most);
  QVERIFY(axis.least <= least * 1.000001);
  QVERIFY(axis.most >= most * 0.999999);
  QVERIFY(axis.most > axis.least);
  QVERIFY(axis.marks.size() >= 2 && axis.marks.size() <= 12);
}

void TestChart::aGapIsNotDrawnOver() {
  QCOMPARE(line_of({flat(1, false), flat(1, true)}), std::string("M250 0h0L750 0"));
  QCOMPARE(line_of({flat(1, false), flat(1, false)}), std::string("M250 0h0M750 0h0"));
  QCOMPARE(line_of({flat(1, false), {}, {}, flat(1, true)}), std::string("M125 0h0L875 0"));
  QCOMPARE(line_of({{}, {}}), std::string());
}

void TestChart::aColumnKeepsItsExtremes() {
  QCOMPARE(line_of({{.min = 0, .max = 1, .first = 0.5, .last = 0.25, .measured = true, .joined = false}}),
           std::string("M500 500V1000V0V750"));
}

void TestChart::textStaysText() {
  QCOMPARE(escaped("<b a='\"'>&"), std::string("&lt;b a=&#39;&quot;&#39;&gt;&amp;"));
  const std::string bad = "</title><script>alert(1)</script>\"'&";
  TimeChart lines{.id = "c", .title = bad, .about = bad, .seconds = 1, .lines = {{bad, {flat(1, false)}}}};
  PointChart points{.id = "p", .title = bad, .about = bad, .x_name = bad, .y_name = bad, .points = {{1, 1, bad}}};
  points.y_limit = 2;
  points.limit_name = bad;
  const std::string body =
      chart_html(lines) + chart_html(points) + table_html(bad, {bad}, {{bad}}) + figures_html({{bad, bad, bad}});
  const std::string page = page_html(bad, bad, body);
  QVERIFY(page.find("<script") == page.npos);
  QXmlStreamReader reader(QByteArray::fromStdString(page));
  while (!reader.atEnd()) reader.readNext();
  QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
}

void TestChart::aChartOfNothingIsStillAPage() {
  const std::string page = page_html("t", "", chart_html(TimeChart{.id = "a"}) + chart_html(PointChart{.id = "b"}));
  QXmlStreamReader reader(QByteArray::fromStdString(page));
  while (!reader.atEnd()) reader.readNext();
  QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
  QVERIFY(page.find("nan") == page.npos && page.find("inf") == page.npos);
}

QTEST_GUILESS_MAIN(TestChart)
#include "tst_chart.moc"
