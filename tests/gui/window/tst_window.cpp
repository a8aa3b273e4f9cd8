// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>
#include <QWheelEvent>
#include <map>

#include "gui/operator.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

/// The window as an operator uses it, by clicks and keys, on the real engine and the real embedded
/// store.
class TstWindow : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void startPageOpens();
  void demoRunsAtOneClick();
  void changedSettingIsAppliedMarkedAndTakenBack();
  void impossibleSettingStaysInItsField();
  void durationsAreTypedAsTheyArePrinted();
  void zoomPauseAndLiveMoveAllCharts();
  void heldFlushesAreWrittenWhenTheyGoOn();
  void faultIsSeenAndNothingIsLost();
  void flushesStandInTheLogWithTheirAgents();
  void agentsAreReadFromTheDatabase();
  void whatIsSeenGoesIntoFiles();
  void inspectorReadsWhatIsPasted();
  void closingWhileFlushingWritesEverything();
  void themesChangeWhileItRuns();
  void brokenSettingsAreForgotten();
  void everyActionHasAKeyOfItsOwn();
  void fitsSmallScreens_data();
  void fitsSmallScreens();
  void aboutNamesTheVersion();
  void fleetIsMadeUneven();

 private:
  [[nodiscard]] Counters counters() const { return window->data().series.latest().counters; }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstWindow::initTestCase() {
  keepSettingsIn(home, "tst_window");
  qInstallMessageHandler(recordComplaint);
}

void TstWindow::init() {
  window = freshWindow();
  QVERIFY(window);
}

void TstWindow::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

void TstWindow::startPageOpens() {
  QVERIFY(window->findChild<QPushButton*>("demo")->hasFocus());
  QTest::mouseClick(window->findChild<QPushButton*>("inspect"), Qt::LeftButton);
  QCOMPARE(window->pages().names(), QStringList{"Inspector"});
  pressCtrlW(*window);
  QVERIFY(window->findChild<QPushButton*>("demo")->hasFocus());  // again
}

void TstWindow::demoRunsAtOneClick() {
  QVERIFY(demoRuns(*window));
  QVERIFY(until([&] { return part<Dashboard>(*window).headline().startsWith("Saving "); }));
  QVERIFY2(part<Dashboard>(*window).words().contains("The batch size decides"),
           qPrintable(part<Dashboard>(*window).words()));
  QCOMPARE(part<Dashboard>(*window).cards().size(), std::size_t(10));
  QVERIFY(part<Dashboard>(*window).cards()[0]->chart().strokes()[0]->points() > 0);
  QVERIFY(counters().balanced());
  QCOMPARE(counters().dropped(), 0u);
}

void TstWindow::changedSettingIsAppliedMarkedAndTakenBack() {
  QVERIFY(demoRuns(*window));
  auto* const size = window->findChild<QSpinBox*>("batch_size");
  size->setFocus();
  size->selectAll();
  QTest::keyClicks(size, "120");
  QTest::keyClick(size, Qt::Key_Return);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 120; }));
  QCOMPARE(window->data().series.marks().back().text, QString::fromUtf8("batch size 500 → 120"));
  QVERIFY(
      until([&] { return window->data().flushes.rowCount() > 0 && window->data().flushes.line(0).entries == 120; }));
  QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 500; }));
  QCOMPARE(size->value(), 500);
}

void TstWindow::impossibleSettingStaysInItsField() {
  QVERIFY(demoRuns(*window));
  auto* const capacity = window->findChild<QSpinBox*>("queue_capacity");
  capacity->setFocus();
  capacity->selectAll();
  QTest::keyClicks(capacity, "499");
  QTest::keyClick(capacity, Qt::Key_Return);
  QVERIFY(!part<TunePanel>(*window).wanted());
  bool isSaid = false;
  for (const QLabel* const label : part<TunePanel>(*window).findChildren<QLabel*>())
    isSaid = isSaid || (label->isVisible() && label->text().startsWith("queue_capacity"));
  QVERIFY(isSaid);
  QCOMPARE(part<TunePanel>(*window).running().queue_capacity, std::int64_t{100'000});
  auto* const interval = window->findChild<QLineEdit*>("interval");
  capacity->setValue(100'000);
  interval->setFocus();
  interval->selectAll();
  QTest::keyClicks(interval, "soon");
  QCOMPARE(part<TunePanel>(*window).wanted().error().code, Errc::bad_duration);
}

void TstWindow::durationsAreTypedAsTheyArePrinted() {
  QVERIFY(demoRuns(*window));
  const auto type = [&](const char* name, const QString& text) {
    auto* const field = window->findChild<QLineEdit*>(name);
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
  };
  type("interval", "1 min 30 s");
  QVERIFY(until([&] { return part<TunePanel>(*window).running().interval == 90s; }));
  type("interval", "2,5 Sekunden");
  QVERIFY(until([&] { return part<TunePanel>(*window).running().interval == 2500ms; }));
  type("every", "2 s");
  QVERIFY(window->findChild<QPushButton*>("fleet-apply")->isEnabled());
}

void TstWindow::zoomPauseAndLiveMoveAllCharts() {
  QVERIFY(demoRuns(*window));
  TimeChart& chart = part<Dashboard>(*window).cards()[0]->chart();
  const QPointF middle(chart.viewport()->rect().center());
  QWheelEvent in(middle, chart.mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::ControlModifier, Qt::NoScrollPhase,
                 false);
  QCoreApplication::sendEvent(chart.viewport(), &in);
  QVERIFY(window->data().time.span() == Duration(48s));
  chart.setFocus();
  QTest::keyClick(&chart, Qt::Key_Left);
  QVERIFY(!window->data().time.isLive());
  const Instant end = window->data().time.to();
  const Instant now = window->data().time.now();
  QVERIFY(until([&] { return window->data().time.now() > now + 1s; }));  // the running source continues
  QVERIFY(window->data().time.to() == end);
  const auto& other = part<Dashboard>(*window).cards()[3]->chart();
  QVERIFY(other.instantAt(1) == end);
  QTest::mouseMove(chart.viewport(), middle.toPoint());
  QVERIFY(window->data().time.cursor().has_value());
  QTest::keyClick(&chart, Qt::Key_Home);
  QVERIFY(window->data().time.isLive());
}

void TstWindow::heldFlushesAreWrittenWhenTheyGoOn() {
  QVERIFY(demoRuns(*window));
  QTest::keyClick(window.get(), Qt::Key_H, Qt::ControlModifier);
  QVERIFY(until([&] { return counters().held() > 1000; }));
  window->pages().refresh();
  QVERIFY2(part<Dashboard>(*window).words().contains("Flushing is paused"),
           qPrintable(part<Dashboard>(*window).words()));
  QTest::keyClick(window.get(), Qt::Key_H, Qt::ControlModifier);
  QVERIFY(until([&] { return counters().held() < 600; }));
  QVERIFY(counters().balanced());
}

void TstWindow::faultIsSeenAndNothingIsLost() {
  QVERIFY(demoRuns(*window));
  auto* const fault = window->findChild<QComboBox*>("fault");
  fault->setFocus();
  QTest::keyClick(fault, Qt::Key_End);  // connection lost
  QVERIFY(until([&] {
    return window->data().series.latest().flushes.failures[static_cast<std::size_t>(FailureClass::connection)] > 0;
  }));
  QVERIFY(until([&] { return part<Dashboard>(*window).words().contains("kept and retried"); }));
  QVERIFY(part<Dashboard>(*window).saved().startsWith(QString::fromUtf8("–")));
  QTest::keyClick(fault, Qt::Key_Home);
  const std::uint64_t before = counters().written;
  QVERIFY(until([&] { return counters().written > before + 500; }));
  QCOMPARE(counters().dropped() + counters().discarded, 0u);
}

void TstWindow::flushesStandInTheLogWithTheirAgents() {
  QVERIFY(demoRuns(*window));
  window->pages().showPage("Flushes");
  QVERIFY(until([&] { return window->data().flushes.rowCount() >= 2; }));
  const models::FlushLine& line = window->data().flushes.line(0);
  QVERIFY(line.chunks != nullptr && !line.chunks->empty());
  QCOMPARE((*line.chunks)[0].size(), line.agents * 22);
  QVERIFY(models::detailText(line).contains("Chunk 1 of 1"));
}

void TstWindow::agentsAreReadFromTheDatabase() {
  QVERIFY(demoRuns(*window));
  window->pages().showPage("Agents");
  const models::RowTable& rows = part<AgentsPage>(*window).rows();
  QVERIFY(until([&] { return rows.rowCount() == 200; }));
  QTest::keyClicks(window->findChild<QLineEdit*>("rows-filter"), "GIT_branch");
  QVERIFY(until([&] { return rows.rowCount() == 200 && rows.index(0, models::RowTable::Key).data() == "git_branch"; }));
  QTest::keyClicks(window->findChild<QLineEdit*>("rows-filter"), " that no row holds");
  QVERIFY(until([&] { return rows.rowCount() == 0; }));
}

void TstWindow::whatIsSeenGoesIntoFiles() {
  QVERIFY(demoRuns(*window));
  QVERIFY(pageCsv(*window->pages().currentWidget(), window->data()).startsWith("time,updates,"));
  QVERIFY(pageCsv(*window->pages().currentWidget(), window->data()).count('\n') > 1);
  window->pages().showPage("Flushes");
  QVERIFY2(pageCsv(*window->pages().currentWidget(), window->data()).startsWith("Time,Reason,Entries,"),
           qPrintable(pageCsv(*window->pages().currentWidget(), window->data())));
  const QString name = home.filePath("updates.ndjson");
  window->drive().session()->record(name);
  QFile file(name);
  QVERIFY(until([&] { return file.size() > 4096; }));
  window->drive().session()->record({});
  QVERIFY(file.open(QIODevice::ReadOnly));
  QCOMPARE(QJsonDocument::fromJson(file.readLine()).object()["record"].toString(), "session");
  QJsonObject line;
  while (!line.contains("agent") && !file.atEnd()) line = QJsonDocument::fromJson(file.readLine()).object();
  QCOMPARE(line.keys(), (QStringList{"agent", "at_us", "collected_at", "error", "key", "value"}));
  QVERIFY(parse_wall_time(line["collected_at"].toString().toStdString()).has_value());
}

void TstWindow::inspectorReadsWhatIsPasted() {
  window->startInspector();
  QTest::keyClicks(&part<InspectorPage>(*window).input(), "6f1c1f7e-2f7b-4b0a-9f43-5a5f6d1f0a11");
  part<InspectorPage>(*window).inspectNow();
  QVERIFY2(part<InspectorPage>(*window).findings().contains("6f1c1f7e-2f7b-4b0a-9f43-5a5f6d1f0a11"),
           qPrintable(part<InspectorPage>(*window).findings()));
}

void TstWindow::closingWhileFlushingWritesEverything() {
  QVERIFY(demoRuns(*window));
  auto* const fault = window->findChild<QComboBox*>("fault");
  fault->setFocus();
  QTest::keyClick(fault, Qt::Key_Down);  // slow
  QVERIFY(until([&] { return counters().in_flight > 0; }));
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  QElapsedTimer timer;
  timer.start();
  window->close();
  QVERIFY(timer.elapsed() < 500);  // the window does not wait
  QVERIFY(window->isVisible());
  QVERIFY(closed.wait(kPatience));
  QCOMPARE(closed[0][0].toULongLong(), 0u);
  QVERIFY(counters().balanced());
  QCOMPARE(counters().held(), 0u);
  QVERIFY(until([&] { return !window->isVisible(); }));
}

void TstWindow::themesChangeWhileItRuns() {
  QVERIFY(demoRuns(*window));
  window->setThemeChoice(ThemeChoice::dark);
  QVERIFY(until([&] { return window->palette().color(QPalette::Window).lightness() < 60; }));
  const QColor dark = window->grab().toImage().pixelColor(5, 5);
  window->setThemeChoice(ThemeChoice::light);
  QVERIFY(until([&] { return window->palette().color(QPalette::Window).lightness() > 200; }));
  QVERIFY(window->grab().toImage().pixelColor(5, 5).lightness() > dark.lightness() + 100);
}

void TstWindow::brokenSettingsAreForgotten() {
  window->close();
  window.reset();
  QFile file(QSettings().fileName());
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write(
      "[General]\ngeometry=@ByteArray(\\x1\\xd9)\ntheme=99999999999\ntune=@Invalid()\n\xff\xfe[[[\n=\n"
      "[profiles]\n%00%%%=1\nx\\address=@Invalid()\ny\\address=\n");
  file.close();
  window = std::make_unique<MainWindow>();
  window->show();
  QTest::mouseClick(window->findChild<QPushButton*>("connect"), Qt::LeftButton);
  auto* const dialog = window->findChild<ConnectDialog*>();
  auto* const profiles = dialog->findChild<QComboBox*>();
  for (int i = 0; i < profiles->count(); ++i) {
    profiles->setCurrentIndex(i);
    emit profiles->activated(i);
  }
  dialog->reject();
  QVERIFY(window->width() >= 600 && window->height() >= 400);
  QVERIFY(demoRuns(*window));
}

void TstWindow::everyActionHasAKeyOfItsOwn() {
  QVERIFY(demoRuns(*window));
  std::map<QString, QString> keys;
  for (const QAction* const action : window->findChildren<QAction*>())
    for (const QKeySequence& key : action->shortcuts()) {
      if (action->shortcutContext() == Qt::WidgetShortcut) continue;
      const auto [other, isNew] = keys.emplace(key.toString(), action->text());
      QVERIFY2(isNew, qPrintable(key.toString() + ": " + action->text() + " and " + other->second));
    }
  QVERIFY(!keys.contains("Space"));  // it presses buttons
  auto* const pause = window->findChild<QPushButton*>("refused");
  pause->setFocus();
  QTest::keyClick(pause, Qt::Key_Space);
  QVERIFY(until([&] { return counters().quarantined == 3; }));
}

void TstWindow::fitsSmallScreens_data() {
  QTest::addColumn<QSize>("size");
  QTest::newRow("1280 x 720") << QSize(1280, 690);
  QTest::newRow("1366 x 768") << QSize(1366, 738);
  QTest::newRow("820 wide") << QSize(820, 700);
}

/// The layout also holds with a very long message of a server.
void TstWindow::fitsSmallScreens() {
  QFETCH(QSize, size);
  QVERIFY(demoRuns(*window));
  window->resize(size);
  window->data().condition.failuresInARow = 3;
  window->data().condition.lastFailure = QString(2000, 'x');
  for (const QString& page : window->pages().names()) {
    window->pages().showPage(page);
    window->pages().refresh();
    QCoreApplication::processEvents();
    QCOMPARE(window->size(), size);
    QVERIFY2(window->minimumSizeHint().width() <= size.width() && window->minimumSizeHint().height() <= size.height(),
             qPrintable(QStringLiteral("%1: %2 x %3")
                            .arg(page)
                            .arg(window->minimumSizeHint().width())
                            .arg(window->minimumSizeHint().height())));
  }
}

void TstWindow::aboutNamesTheVersion() {
  window->findChild<QAction*>("about")->trigger();
  auto* const box = window->findChild<QMessageBox*>("about-box");
  QVERIFY(box != nullptr && box->text().startsWith("metabatch "));
  box->close();
}

void TstWindow::fleetIsMadeUneven() {
  QVERIFY(demoRuns(*window));
  const auto type = [&](const char* name, const QString& text) {
    auto* const field = window->findChild<QLineEdit*>(name);
    QVERIFY2(field != nullptr && field->isVisible(), name);
    field->setFocus();
    field->selectAll();
    QTest::keyClick(field, Qt::Key_Delete);
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
  };
  QVERIFY(!window->findChild<QLineEdit*>("fleet.late")->isVisible());
  window->findChild<QToolButton*>("fleet-more")->click();
  type("fleet.jitter", "11s");
  auto* const knobs = window->findChild<FleetKnobs*>();
  const auto problem = [&] {
    QString said;
    for (const QLabel* const note : knobs->findChildren<QLabel*>())
      if (note->wordWrap() && note->isVisible()) said += note->text();
    return said;
  };
  QVERIFY2(problem().contains("not longer than the report interval"), qPrintable(problem()));
  type("fleet.jitter", "");
  QVERIFY(problem().isEmpty());
  type("every", "500ms");
  type("fleet.unregistered", "50%");
  QTest::mouseClick(window->findChild<QPushButton*>("fleet-apply"), Qt::LeftButton);
  QVERIFY(until([&] { return window->drive().session()->plan().fleet.unregistered == 500'000; }));
  const auto marked = [&] { return window->data().series.marks().back().text; };
  QCOMPARE(marked(), QString::fromUtf8("600 agents × 15 keys every 500ms, unregistered 50%"));
  QVERIFY(until([&] { return window->data().series.latest().counters.unmatched > 0; }));
  QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(until([&] { return window->drive().session()->plan().fleet.unregistered == 0; }));
  QCOMPARE(window->findChild<QLineEdit*>("fleet.unregistered")->text(), QString());
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstWindow suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_window.moc"
