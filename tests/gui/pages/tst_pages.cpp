// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "gui/window/language.hpp"
#include "gui/operator.hpp"
#include "gui/window/page_picture.hpp"
#include "gui/panels/selection_bar.hpp"
#include "gui/trouble.hpp"
#include "models/words.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

const Duration kShortest = models::kShortestWindow;

}  // namespace

/// Pages, selections and exports of a running demo, by clicks and keys.
class TstPages : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void refusedValuesStandInQuarantineAndGoOut();
  void doctorLooksAtTheDatabaseInUse();
  void leavingDoesNotWaitForAServerThatSaysNothing();
  void crosshairAndSelectionAreThoseOfAllCharts();
  void selectionByMouseFiltersTheLogs();
  void settingsThatChangedAreMarkedOnEveryChart();
  void payloadsOfAFlushOpenInTheInspector();
  void pageIsSavedAsPictures();
  void everyControlHasAName();
  void keysReachEveryPage();
  void panelIsRememberedHowItWasLeft();
  void goneWindowForgetsNothingAndWaitsForNothing();
  void germanIsSpokenWhereItIsWanted();

 private:
  template <class Widget>
  Widget* find(const char* name) const {
    return window->findChild<Widget*>(name);
  }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstPages::initTestCase() { keepSettingsIn(home, "tst_pages"); }

void TstPages::init() {
  window = freshWindow();
  QVERIFY(window);
}

void TstPages::cleanup() {
  QVERIFY(!window || closes(*window));
  window.reset();
}

void TstPages::refusedValuesStandInQuarantineAndGoOut() {
  QVERIFY(demoRuns(*window));
  window->showPage("Quarantine");
  QVERIFY2(window->quarantine().summary().contains("Nothing was refused"), qPrintable(window->quarantine().summary()));
  QVERIFY(!find<QPushButton>("quarantine-copy")->isEnabled());
  find<QPushButton>("refused")->click();
  auto* const table = window->quarantine().findChild<QTableView*>();
  QVERIFY(until([&] { return table->model()->rowCount() == 3; }));
  QCOMPARE(window->series().latest().counters.quarantined, 3u);
  QVERIFY2(window->quarantine().summary().contains("refused 3 values"), qPrintable(window->quarantine().summary()));
  auto* const tabs = window->findChild<QTabWidget*>();
  QCOMPARE(tabs->tabText(tabs->currentIndex()), QString("Quarantine (3)"));
  QVERIFY(table->model()->index(0, models::Quarantine::Why).data().toString().startsWith("value too long: 70"));
  QTest::mouseClick(find<QPushButton>("quarantine-copy"), Qt::LeftButton);
  QCOMPARE(QGuiApplication::clipboard()->text().count('\n'), 3);
  table->selectRow(1);
  QTest::mouseClick(find<QPushButton>("quarantine-copy"), Qt::LeftButton);
  const QByteArray line = QGuiApplication::clipboard()->text().toUtf8();
  QCOMPARE(line.count('\n'), 1);
  const QJsonObject update = QJsonDocument::fromJson(line).object();
  QCOMPARE(update.keys(), (QStringList{"agent", "collected_at", "error", "key", "value"}));
  QVERIFY(update["value"].toString().size() >= 70'000);
}

void TstPages::doctorLooksAtTheDatabaseInUse() {
  QVERIFY(demoRuns(*window));
  QSignalSpy examined(&window->doctor(), &DoctorPage::examined);
  window->showPage("Doctor");
  QVERIFY(examined.count() > 0 || examined.wait(kPatience));
  QCOMPARE(window->doctor().findings().rowCount(), 2);
  QVERIFY2(window->doctor().summary().endsWith("1 notice, 1 good."), qPrintable(window->doctor().summary()));
  QTest::keyClick(window.get(), Qt::Key_F5);
  QVERIFY(examined.wait(kPatience));
  QTest::mouseClick(find<QPushButton>("doctor-copy"), Qt::LeftButton);
  QVERIFY(QGuiApplication::clipboard()->text().startsWith("notice  embedded"));
}

void TstPages::leavingDoesNotWaitForAServerThatSaysNothing() {
  const SilentServer silent;
  auto page = std::make_unique<DoctorPage>();
  page->show();
  page->setDatabase(sql::Database(silent.address()));
  QVERIFY(page->summary().startsWith("Examining"));
  QVERIFY(silent.waitForSomebody(kPatience));
  QElapsedTimer timer;
  timer.start();
  page.reset();
  QVERIFY2(timer.elapsed() < 1500, qPrintable(QString::number(timer.elapsed())));
}

void TstPages::crosshairAndSelectionAreThoseOfAllCharts() {
  QVERIFY(demoRuns(*window));
  TimeChart& chart = window->dashboard().cards()[0]->chart();
  TimeChart& other = window->dashboard().cards()[3]->chart();
  chart.setFocus();
  for (int i = 0; i < 30; ++i) QTest::keyClick(&chart, Qt::Key_Left, Qt::ControlModifier);
  QVERIFY(!window->timeWindow().isLive());
  const QImage before = other.grab().toImage();
  QTest::keyClick(&chart, Qt::Key_Left, Qt::ControlModifier);
  QVERIFY(other.grab().toImage() != before);  // its crosshair moved, too
  for (int i = 0; i < 10; ++i) QTest::keyClick(&chart, Qt::Key_Right, Qt::ShiftModifier);
  const auto picked = window->timeWindow().selection();
  QVERIFY(picked.has_value());
  QVERIFY(std::chrono::abs((picked->to - picked->from) - window->timeWindow().span() / 10) < Duration(1ms));
  QTest::keyClick(&chart, Qt::Key_Return);
  QVERIFY(window->timeWindow().span() == kShortest);
  QVERIFY(window->timeWindow().from() <= picked->from && picked->to <= window->timeWindow().to());
  QTest::keyClick(&chart, Qt::Key_Escape);
  QVERIFY(!window->timeWindow().selection() && !window->timeWindow().cursor());
}

void TstPages::selectionByMouseFiltersTheLogs() {
  QVERIFY(demoRuns(*window));
  window->showPage("Flushes");
  QVERIFY(until([&] { return window->flushes().rowCount() >= 4; }));
  window->showPage("Dashboard");
  window->refresh();
  TimeChart& chart = window->dashboard().cards()[1]->chart();
  const QRectF plot = chart.chart()->plotArea();
  const int y = chart.viewport()->height() / 2;
  const auto at = [&](double share) { return QPoint(static_cast<int>(plot.left() + plot.width() * share), y); };
  QTest::mousePress(chart.viewport(), Qt::LeftButton, {}, at(0.99));
  QTest::mouseMove(chart.viewport(), at(0.985));
  QTest::mouseMove(chart.viewport(), at(0.975));
  QTest::mouseRelease(chart.viewport(), Qt::LeftButton, {}, at(0.975));
  QVERIFY(window->timeWindow().selection().has_value());
  auto* const table = window->findChild<QWidget*>("Flushes")->findChild<QTableView*>();
  const int shown = table->model()->rowCount();
  QVERIFY2(shown < window->flushes().rowCount(), qPrintable(QString::number(shown)));
  window->showPage("Flushes");
  const auto* const bar = window->findChild<QWidget*>("Flushes")->findChild<SelectionBar*>();
  QVERIFY(bar->isVisible());
  QVERIFY2(bar->text().startsWith("Selected: ") && bar->text().contains(" flushes in the log"),
           qPrintable(bar->text()));
  QTest::keyClick(window.get(), Qt::Key_Escape);
  QVERIFY(!bar->isVisible());
  QCOMPARE(table->model()->rowCount(), window->flushes().rowCount());
}

void TstPages::settingsThatChangedAreMarkedOnEveryChart() {
  QVERIFY(demoRuns(*window));
  window->timeWindow().pause();
  window->refresh();
  Config config = window->tunePanel().running();
  config.batch_size = 900;
  window->session()->apply(config);
  QVERIFY(until([&] { return window->tunePanel().running().batch_size == 900; }));
  QCOMPARE(window->series().marks().back().text, QString::fromUtf8("batch size 500 → 900"));
  window->timeWindow().goLive();
  const Instant marked = window->series().marks().back().at;
  QVERIFY(until([&] { return window->timeWindow().to() > marked + 1s; }));
  window->timeWindow().pause();
  window->setThemeChoice(ThemeChoice::light);
  window->refresh();
  for (ChartCard* const card : window->dashboard().cards()) {
    const QImage image = card->chart().grab().toImage();
    int marks = 0;  // of the colour of a mark, or blended with the white behind
    for (int y = 0; y < image.height(); ++y)
      for (int x = 0; x < image.width(); ++x) {
        const QColor seen = image.pixelColor(x, y);
        marks += seen.red() - seen.green() > 30 && seen.blue() - seen.green() > 20 ? 1 : 0;
      }
    QVERIFY2(marks > 20, qPrintable(card->objectName()));
  }
}

void TstPages::payloadsOfAFlushOpenInTheInspector() {
  QVERIFY(demoRuns(*window));
  window->showPage("Flushes");
  auto* const table = window->findChild<QWidget*>("Flushes")->findChild<QTableView*>();
  QVERIFY(until([&] { return table->model()->rowCount() > 0; }));
  table->selectRow(0);
  QTest::mouseClick(find<QPushButton>("flush-inspect"), Qt::LeftButton);
  QVERIFY(window->inspector().isVisible());
  QVERIFY2(window->inspector().findings().contains("-4"), qPrintable(window->inspector().findings()));
}

void TstPages::pageIsSavedAsPictures() {
  QVERIFY(demoRuns(*window));
  const QString svg = home.filePath("page.svg"), png = home.filePath("page.png");
  QCOMPARE(savePicture(window->dashboard(), svg), QString());
  QCOMPARE(savePicture(window->dashboard(), png), QString());
  QVERIFY(!savePicture(window->dashboard(), home.filePath("page.nonsense")).isEmpty());
  QVERIFY(!savePicture(window->dashboard(), home.filePath("no/such/folder.svg")).isEmpty());
  QCOMPARE(QImage(png).size(), window->dashboard().size() * 2);
  QFile file(svg);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray text = file.readAll();
  QVERIFY(text.contains("<svg") && text.contains("</svg>"));
  QVERIFY2(text.contains("Flushes by reason") && text.count("<polyline") + text.count("<path") > 50,
           "lines and words, not a picture in a frame");
}

/// Whoever cannot see the window hears the name of what has the focus.
void TstPages::everyControlHasAName() {
  QVERIFY(demoRuns(*window));
  ConnectDialog dialog;
  QStringList nameless;
  for (const QWidget* const top : {static_cast<QWidget*>(window.get()), static_cast<QWidget*>(&dialog)})
    for (QWidget* const widget : top->findChildren<QWidget*>()) {
      const auto* const area = qobject_cast<QAbstractScrollArea*>(widget->parentWidget());
      const bool isInner = (area != nullptr && area->viewport() == widget) ||
                           qobject_cast<QAbstractSpinBox*>(widget->parentWidget()) != nullptr ||
                           qobject_cast<QComboBox*>(widget->parentWidget()) != nullptr ||
                           widget->objectName().startsWith("qt_");
      if (widget->focusPolicy() == Qt::NoFocus || isInner || widget->inherits("QScrollArea")) continue;
      QAccessibleInterface* const heard = QAccessible::queryAccessibleInterface(widget);
      QVERIFY(heard != nullptr);
      const QString name = heard->text(QAccessible::Name);
      if (name.isEmpty())
        nameless += QStringLiteral("%1 “%2” in %3")
                        .arg(widget->metaObject()->className(), widget->objectName(),
                             widget->parentWidget()->metaObject()->className());
    }
  QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(", ")));
}

void TstPages::keysReachEveryPage() {
  QVERIFY(demoRuns(*window));
  const QStringList pages = window->pages();
  QCOMPARE(pages, (QStringList{"Dashboard", "Flushes", "Agents", "Channel", "Quarantine", "Doctor", "Inspector"}));
  for (int i = 0; i < pages.size(); ++i) {
    QTest::keyClick(window.get(), static_cast<Qt::Key>(Qt::Key_1 + i), Qt::AltModifier);
    QVERIFY2(window->findChild<QWidget*>(pages[i])->isVisible(), qPrintable(pages[i]));
  }
  QTest::keyClick(window.get(), Qt::Key_F1);
  QVERIFY(find<QMessageBox>("shortcuts")->isVisible());
}

void TstPages::panelIsRememberedHowItWasLeft() {
  QVERIFY(demoRuns(*window));
  auto* const dock = find<QDockWidget>("tune");
  QVERIFY(dock->isVisible());
  dock->close();  // by its own button
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  QTest::keyClick(window.get(), Qt::Key_W, Qt::ControlModifier);
  QVERIFY(closed.wait(kPatience));
  QVERIFY(demoRuns(*window));
  QVERIFY(!dock->isVisible());
  QTest::keyClick(window.get(), Qt::Key_F9);
  QVERIFY(dock->isVisible());
  QTest::keyClick(window.get(), Qt::Key_W, Qt::ControlModifier);
  QVERIFY(closed.wait(kPatience));
  QVERIFY(!dock->isVisible());  // there is nothing to tune
  QVERIFY(demoRuns(*window));
  QVERIFY(dock->isVisible());
  window->close();
  QVERIFY(closed.wait(kPatience));
  QVERIFY(until([&] { return !window->isVisible(); }));
  QVERIFY(QSettings().value("tune").toBool());  // it went with the window, nobody closed it
}

/// As in a program that ends amid all, its window neither closed nor hidden.
void TstPages::goneWindowForgetsNothingAndWaitsForNothing() {
  QVERIFY(demoRuns(*window));
  QVERIFY(find<QDockWidget>("tune")->isVisible());
  QElapsedTimer timer;
  timer.start();
  window.reset();
  QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));  // closing has 15 s, and needs none
  QVERIFY(QSettings().value("tune", true).toBool());
}

void TstPages::germanIsSpokenWhereItIsWanted() {
  QVERIFY(!speak(QLocale("ja_JP")));
  QCOMPARE(models::counted(2, "flush"), QString("2 flushes"));
  QVERIFY(speak(QLocale("de_AT")));
  const MainWindow german;
  QCOMPARE(german.findChild<QTabWidget*>()->tabText(0), QString::fromUtf8("Übersicht"));
  QCOMPARE(models::counted(1, "agent"), QString("1 Agent"));
  QCOMPARE(models::counted(2, "agent"), QString("2 Agenten"));
  QCOMPARE(models::chartText("Batch size"), QString::fromUtf8("Stapelgröße"));
  QCOMPARE(german.pages(), QStringList({"Dashboard", "Flushes", "Agents", "Channel", "Quarantine", "Doctor",
                                        "Inspector"}));  // names for programs stay
  QVERIFY(speak(QLocale("en_GB")));
  QCOMPARE(models::chartText("Batch size"), QString("Batch size"));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstPages suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_pages.moc"
