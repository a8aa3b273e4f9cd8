// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/time_chart.hpp"

#include <QApplication>
#include <QGraphicsTextItem>
#include <QTest>

#include "models/charts/chart_specs.hpp"
#include "models/charts/live_series.hpp"

using namespace metabatch;
using namespace metabatch::gui;

namespace {

constexpr int kLowest = 150, kHighest = 330, kNarrowest = 180, kWidest = 420;  // pixels

/// The labels of both axes as they are drawn.
QStringList labelsOf(const TimeChart& chart) {
  QStringList texts;
  for (const QGraphicsItem* const item : chart.scene()->items())
    if (const auto* const text = qgraphicsitem_cast<const QGraphicsTextItem*>(item);
        text != nullptr && text->isVisible())
      texts += text->toPlainText();
  return texts;
}

}  // namespace

class TstTimeChart : public QObject {
  Q_OBJECT

 private slots:
  void labelsFitAtEverySize_data();
  void labelsFitAtEverySize();
};

void TstTimeChart::labelsFitAtEverySize_data() {
  QTest::addColumn<bool>("ofDay");
  QTest::newRow("times ago") << false;
  QTest::newRow("times of day") << true;
}

void TstTimeChart::labelsFitAtEverySize() {
  QFETCH(bool, ofDay);
  models::TimeWindow window;
  if (ofDay) window.setWallClock(Instant(), WallTime(std::chrono::seconds(1'796'000'000)));
  window.setShowsWallClock(ofDay);
  const models::LiveSeries series;
  qsizetype fewest = 100, most = 0;
  for (const models::ChartSpec& spec : models::chartSpecs()) {
    TimeChart chart(spec, window);
    chart.resize(kWidest, kLowest);
    chart.show();
    chart.refresh(series);
    const auto check = [&](int width, int height) {
      chart.resize(width, height);
      QApplication::processEvents();
      const QStringList labels = labelsOf(chart);
      QVERIFY2(
          labels.filter("...").isEmpty(),
          qPrintable(QStringLiteral("%1, %2 x %3: %4").arg(spec.title).arg(width).arg(height).arg(labels.join(' '))));
      fewest = std::min(fewest, labels.size());
      most = std::max(most, labels.size());
    };
    for (int height = kLowest; height <= kHighest; height += 5) check(kWidest, height);
    for (int width = kWidest; width >= kNarrowest; width -= 10) check(width, kHighest);
  }
  QVERIFY(fewest < most);  // a large chart has more labels
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstTimeChart suite;
  return QTest::qExec(&suite, argc, argv);
}

#include "tst_time_chart.moc"
