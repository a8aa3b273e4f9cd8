// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "models/finding_text.hpp"
#include "models/health_view.hpp"
#include "models/steady_fleet.hpp"

using namespace metabatch;
using namespace metabatch::models;
using namespace std::chrono_literals;

/// Core's judgement on the dashboard: from samples and the condition to headline, findings and
/// advice.
class TstHealthView : public QObject {
  Q_OBJECT

 private slots:
  void nothingIsClaimedBeforeTheFirstSample();
  void savedAndItsSpanAreNamed();
  void worstStateIsTheHeadline_data();
  void worstStateIsTheHeadline();
  void adviceChangesTheSettingThatItNames();
  void everyFindingHasWords();
};

void TstHealthView::nothingIsClaimedBeforeTheFirstSample() {
  const HealthText text = healthText({}, {}, {});
  QCOMPARE(text.saved, QString::fromUtf8("–"));
  QVERIFY(text.lines.empty());
}

void TstHealthView::savedAndItsSpanAreNamed() {
  health::Collector collector;
  Sample sample;
  for (int second = 0; second <= 60; ++second) collector.record(healthSample(sample = after(second), {}));
  const HealthText text = healthText(collector, sample, {});
  QVERIFY2(text.headline.startsWith("Saving ") && text.headline.endsWith(" %"), qPrintable(text.headline));
  QCOMPARE(text.span, QString("last 30 s"));
  QVERIFY2(text.saved.endsWith("% saved"), qPrintable(text.saved));
  QCOMPARE(text.severity, Severity::good);
}

void TstHealthView::worstStateIsTheHeadline_data() {
  QTest::addColumn<int>("what");
  QTest::addColumn<QString>("headline");
  QTest::addColumn<QString>("line");
  QTest::newRow("dropping") << 1 << "Losing: 7 updates dropped"
                            << "the buffer of 100,000 entries is full";
  QTest::newRow("paused") << 2 << "Flushing is paused"
                          << "nothing is written";
  QTest::newRow("unmatched") << 3 << "500 of 9,500 entries found no row"
                             << "not registered. Do register.";
}

void TstHealthView::worstStateIsTheHeadline() {
  QFETCH(int, what);
  QFETCH(QString, headline);
  QFETCH(QString, line);
  health::Collector collector;
  collector.record(healthSample(after(0), {}));
  Sample sample = after(10);
  Condition condition;
  condition.registration = "Do register.";
  if (what == 1) sample.counters.dropped_full = 7;
  if (what == 2) condition.isFlushingPaused = true;
  if (what == 3) sample.counters.unmatched = 500;
  collector.record(healthSample(sample, condition));
  const HealthText text = healthText(collector, sample, condition);
  QCOMPARE(text.headline, headline);
  QVERIFY(!text.lines.empty());
  QVERIFY2(text.lines[0].text.contains(line), qPrintable(text.lines[0].text));
  QVERIFY2(what == 2 || text.saved.startsWith(QString::fromUtf8("–")), qPrintable(text.saved));
}

void TstHealthView::adviceChangesTheSettingThatItNames() {
  health::Collector collector;
  Sample sample;
  for (int second = 0; second <= 60; ++second) collector.record(healthSample(sample = after(second), {}));
  const HealthText text = healthText(collector, sample, {});
  QVERIFY(!text.lines.empty() && text.lines[0].advice.has_value());
  const Config& advice = *text.lines[0].advice;
  QVERIFY(advice.batch_size > sample.config.batch_size);
  QVERIFY2(text.lines[0].text.contains(QLocale(QLocale::English).toString(qlonglong(advice.batch_size))),
           qPrintable(text.lines[0].text));
}

void TstHealthView::everyFindingHasWords() {
  for (std::size_t i = 0; i < health::kCodes; ++i) {
    const health::Finding finding{.code = static_cast<health::Code>(i), .numbers = {1, 2, 3, 4, 5, 6}};
    QVERIFY2(!findingText(finding).isEmpty(), QByteArray::number(int(i)).constData());
    QVERIFY2(!headlineText(finding).isEmpty(), QByteArray::number(int(i)).constData());
  }
}

QTEST_APPLESS_MAIN(TstHealthView)
#include "tst_health_view.moc"
