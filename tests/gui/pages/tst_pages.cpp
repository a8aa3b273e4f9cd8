// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractScrollArea>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <vector>

#include "gui/failures.hpp"
#include "gui/files/page_picture.hpp"
#include "gui/operator.hpp"
#include "gui/panels/selection_bar.hpp"
#include "gui/window/language.hpp"
#include "models/logs/csv.hpp"
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
  void doctorExaminesTheDatabaseInUse();
  void leavingDoesNotWaitForASilentServer();
  void crosshairAndSelectionAreThoseOfAllCharts();
  void selectionByMouseFiltersTheLogs();
  void settingsThatChangedAreMarkedOnEveryChart();
  void payloadsOfAFlushOpenInTheInspector();
  void pageIsSavedAsPictures();
  void everyControlHasAName();
  void keysReachEveryPage();
  void agentsAreSortedByAgeWithTotals();
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
  window->pages().showPage("Quarantine");
  QVERIFY2(part<QuarantinePage>(*window).summary().contains("The database refused no value"),
           qPrintable(part<QuarantinePage>(*window).summary()));
  QVERIFY(!find<QPushButton>("quarantine-copy")->isEnabled());
  find<QPushButton>("refused")->click();
  auto* const table = part<QuarantinePage>(*window).findChild<QTableView*>();
  QVERIFY(until([&] { return table->model()->rowCount() == 3; }));
  QCOMPARE(window->data().series.latest().counters.quarantined, 3u);
  QVERIFY2(part<QuarantinePage>(*window).summary().contains("refused 3 values"),
           qPrintable(part<QuarantinePage>(*window).summary()));
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

void TstPages::doctorExaminesTheDatabaseInUse() {
  QVERIFY(demoRuns(*window));
  QSignalSpy examined(&part<DoctorPage>(*window), &DoctorPage::examined);
  window->pages().showPage("Doctor");
  QVERIFY(examined.count() > 0 || examined.wait(kPatience));
  QCOMPARE(part<DoctorPage>(*window).findings().rowCount(), 2);
  QVERIFY2(part<DoctorPage>(*window).summary().endsWith("1 notice, 1 good."),
           qPrintable(part<DoctorPage>(*window).summary()));
  QTest::keyClick(window.get(), Qt::Key_F5);
  QVERIFY(examined.wait(kPatience));
  QTest::mouseClick(find<QPushButton>("doctor-copy"), Qt::LeftButton);
  QVERIFY(QGuiApplication::clipboard()->text().startsWith("notice  embedded"));
}

void TstPages::leavingDoesNotWaitForASilentServer() {
  const SilentServer silent;
  auto page = std::make_unique<DoctorPage>();
  page->show();
  page->setDatabase(sql::Database(silent.address()));
  QVERIFY(page->summary().startsWith("Examining"));
  QVERIFY(silent.waitForAClient(kPatience));
  QElapsedTimer timer;
  timer.start();
  page.reset();
  QVERIFY2(timer.elapsed() < 1500, qPrintable(QString::number(timer.elapsed())));
}

void TstPages::crosshairAndSelectionAreThoseOfAllCharts() {
  QVERIFY(demoRuns(*window));
  TimeChart& chart = part<Dashboard>(*window).cards()[0]->chart();
  TimeChart& other = part<Dashboard>(*window).cards()[3]->chart();
  chart.setFocus();
  for (int i = 0; i < 30; ++i) QTest::keyClick(&chart, Qt::Key_Left, Qt::ControlModifier);
  QVERIFY(!window->data().time.isLive());
  const QImage before = other.grab().toImage();
  QTest::keyClick(&chart, Qt::Key_Left, Qt::ControlModifier);
  QVERIFY(other.grab().toImage() != before);  // its crosshair moved, too
  for (int i = 0; i < 10; ++i) QTest::keyClick(&chart, Qt::Key_Right, Qt::ShiftModifier);
  const auto picked = window->data().time.selection();
  QVERIFY(picked.has_value());
  QVERIFY(std::chrono::abs((picked->to - picked->from) - window->data().time.span() / 10) < Duration(1ms));
  QTest::keyClick(&chart, Qt::Key_Return);
  QVERIFY(window->data().time.span() == kShortest);
  QVERIFY(window->data().time.from() <= picked->from && picked->to <= window->data().time.to());
  QTest::keyClick(&chart, Qt::Key_Escape);
  QVERIFY(!window->data().time.selection() && !window->data().time.cursor());
}

void TstPages::selectionByMouseFiltersTheLogs() {
  QVERIFY(demoRuns(*window));
  window->pages().showPage("Flushes");
  QVERIFY(until([&] { return window->data().flushes.rowCount() >= 4; }));
  window->pages().showPage("Dashboard");
  window->pages().refresh();
  TimeChart& chart = part<Dashboard>(*window).cards()[1]->chart();
  const QRectF plot = chart.chart()->plotArea();
  const int y = chart.viewport()->height() / 2;
  const auto at = [&](double share) { return QPoint(static_cast<int>(plot.left() + plot.width() * share), y); };
  QTest::mousePress(chart.viewport(), Qt::LeftButton, {}, at(0.99));
  QTest::mouseMove(chart.viewport(), at(0.985));
  QTest::mouseMove(chart.viewport(), at(0.975));
  QTest::mouseRelease(chart.viewport(), Qt::LeftButton, {}, at(0.975));
  QVERIFY(window->data().time.selection().has_value());
  auto* const table = window->findChild<QWidget*>("Flushes")->findChild<QTableView*>();
  const int shown = table->model()->rowCount();
  QVERIFY2(shown < window->data().flushes.rowCount(), qPrintable(QString::number(shown)));
  window->pages().showPage("Flushes");
  const auto* const bar = window->findChild<QWidget*>("Flushes")->findChild<SelectionBar*>();
  QVERIFY(bar->isVisible());
  QVERIFY2(bar->text().startsWith("Selected: ") && bar->text().contains(" flushes in the log"),
           qPrintable(bar->text()));
  QTest::keyClick(window.get(), Qt::Key_Escape);
  QVERIFY(!bar->isVisible());
  QCOMPARE(table->model()->rowCount(), window->data().flushes.rowCount());
}

void TstPages::settingsThatChangedAreMarkedOnEveryChart() {
  QVERIFY(demoRuns(*window));
  window->data().time.pause();
  window->pages().refresh();
  Config config = part<TunePanel>(*window).running();
  config.batch_size = 900;
  window->drive().session()->apply(config);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 900; }));
  QCOMPARE(window->data().series.marks().back().text, QString::fromUtf8("batch size 500 → 900"));
  window->data().time.goLive();
  const Instant marked = window->data().series.marks().back().at;
  QVERIFY(until([&] { return window->data().time.to() > marked + 1s; }));
  window->data().time.pause();
  window->setThemeChoice(ThemeChoice::light);
  window->pages().refresh();
  for (ChartCard* const card : part<Dashboard>(*window).cards()) {
    const QImage image = card->chart().grab().toImage();
    int marks = 0;  // the colour of a mark, or blended with the white behind it
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
  window->pages().showPage("Flushes");
  auto* const table = window->findChild<QWidget*>("Flushes")->findChild<QTableView*>();
  QVERIFY(until([&] { return table->model()->rowCount() > 0; }));
  table->selectRow(0);
  QTest::mouseClick(find<QPushButton>("flush-inspect"), Qt::LeftButton);
  QVERIFY(part<InspectorPage>(*window).isVisible());
  QVERIFY2(part<InspectorPage>(*window).findings().contains("-4"), qPrintable(part<InspectorPage>(*window).findings()));
}

void TstPages::pageIsSavedAsPictures() {
  QVERIFY(demoRuns(*window));
  const QString svg = home.filePath("page.svg"), png = home.filePath("page.png");
  QCOMPARE(savePicture(part<Dashboard>(*window), svg), QString());
  QCOMPARE(savePicture(part<Dashboard>(*window), png), QString());
  QVERIFY(!savePicture(part<Dashboard>(*window), home.filePath("page.nonsense")).isEmpty());
  QVERIFY(!savePicture(part<Dashboard>(*window), home.filePath("no/such/folder.svg")).isEmpty());
  QCOMPARE(QImage(png).size(), part<Dashboard>(*window).size() * 2);
  QFile file(svg);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray text = file.readAll();
  QVERIFY(text.contains("<svg") && text.contains("</svg>"));
  QVERIFY2(text.contains("Flushes by reason") && text.count("<polyline") + text.count("<path") > 50,
           "lines and words, not a picture in a frame");
}

/// A screen reader announces the name of the focused control.
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
                           widget->parentWidget()->inherits("QComboBoxPrivateContainer") ||
                           widget->objectName().startsWith("qt_");
      if (widget->focusPolicy() == Qt::NoFocus || isInner || widget->inherits("QScrollArea")) continue;
      QAccessibleInterface* const received = QAccessible::queryAccessibleInterface(widget);
      QVERIFY(received != nullptr);
      const QString name = received->text(QAccessible::Name);
      if (name.isEmpty())
        nameless += QStringLiteral("%1 “%2” in %3")
                        .arg(widget->metaObject()->className(), widget->objectName(),
                             widget->parentWidget()->metaObject()->className());
    }
  QVERIFY2(nameless.isEmpty(), qPrintable(nameless.join(", ")));
}

void TstPages::keysReachEveryPage() {
  QVERIFY(demoRuns(*window));
  const QStringList pages = window->pages().names();
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
  pressCtrlW(*window);
  QVERIFY(closed.wait(kPatience));
  QVERIFY(demoRuns(*window));
  QVERIFY(!dock->isVisible());
  QTest::keyClick(window.get(), Qt::Key_F9);
  QVERIFY(dock->isVisible());
  pressCtrlW(*window);
  QVERIFY(closed.wait(kPatience));
  QVERIFY(!dock->isVisible());  // there is nothing to tune
  QVERIFY(demoRuns(*window));
  QVERIFY(dock->isVisible());
  window->close();
  QVERIFY(closed.wait(kPatience));
  QVERIFY(until([&] { return !window->isVisible(); }));
  QVERIFY(QSettings().value("tune").toBool());  // it closed with the window; nobody closed it
}

/// The program ends while everything runs; its window is neither closed nor hidden.
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
  QLocale::setDefault(QLocale("de_AT"));
  QVERIFY(speak(QLocale("de_AT")));
  MainWindow german;
  auto* const capacity = german.findChild<QSpinBox*>("queue_capacity");
  capacity->setValue(4440);
  QCOMPARE(capacity->cleanText(), QString("4,440"));  // as in all sentences
  const QDialogButtonBox buttons(QDialogButtonBox::Close | QDialogButtonBox::Cancel);
  QCOMPARE(buttons.button(QDialogButtonBox::Close)->text(), QString::fromUtf8("Schließen"));
  QCOMPARE(buttons.button(QDialogButtonBox::Cancel)->text(), QString("Abbrechen"));
  QCOMPARE(german.findChild<QTabWidget*>()->tabText(0), QString::fromUtf8("Übersicht"));
  QCOMPARE(models::counted(1, "agent"), QString("1 Agent"));
  QCOMPARE(models::counted(2, "agent"), QString("2 Agenten"));
  QCOMPARE(models::chartText("Batch size"), QString::fromUtf8("Stapelgröße"));
  QCOMPARE(german.pages().names(), QStringList({"Dashboard", "Flushes", "Agents", "Channel", "Quarantine", "Doctor",
                                                "Inspector"}));  // object names do not change
  QVERIFY(speak(QLocale("en_GB")));
  QCOMPARE(models::chartText("Batch size"), QString("Batch size"));
}

void TstPages::agentsAreSortedByAgeWithTotals() {
  QVERIFY(demoRuns(*window));
  window->pages().showPage("Agents");
  const auto& page = part<AgentsPage>(*window);
  auto* const state = window->findChild<QLabel*>("rows-state");
  QVERIFY2(until([&] { return state->text() == "rows 1 to 200 of 9,000, of 600 agents"; }), qPrintable(state->text()));
  const auto isInOrder = [&](bool isOldestFirst) {
    std::vector<WallTime> times;
    const QAbstractItemModel& rows = page.rows();
    for (int row = 0; row < rows.rowCount(); ++row) {
      const QString time = rows.index(row, models::RowTable::Age).data(models::kCsvRole).toString();
      times.push_back(parse_wall_time(time.toStdString()).value());
    }
    if (!isOldestFirst) std::reverse(times.begin(), times.end());
    return times.size() == 200 && times.front() < times.back() && std::is_sorted(times.begin(), times.end());
  };
  auto* const order = window->findChild<QComboBox*>("rows-order");
  order->setCurrentIndex(1);
  QVERIFY(until([&] { return isInOrder(true); }));
  order->setCurrentIndex(2);
  QVERIFY(until([&] { return isInOrder(false); }));
  window->findChild<QLineEdit*>("rows-filter")
      ->setText(page.rows().index(0, models::RowTable::Agent).data().toString());
  QVERIFY2(until([&] { return state->text() == "rows 1 to 15 of 15, of 1 agent"; }), qPrintable(state->text()));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstPages suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_pages.moc"
