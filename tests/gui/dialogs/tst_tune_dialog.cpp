// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/tune_dialog.hpp"

#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "gui/heartbeat.hpp"
#include "gui/operator.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

const QString kGolden = METABATCH_SOURCE_DIR "/tests/golden/recording.ndjson";

}  // namespace

/// Searching settings from the window, on the updates of a real session and of a recording.
class TstTuneDialog : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void settingsFoundForTheSessionAreAppliedAndUndone();
  void aStoppedSearchShowsWhatItTried();
  void aRecordingIsTunedButNothingIsApplied();
  void anImpossibleAgeIsReported();

 private:
  TuneDialog& opened() {
    window->findChild<QAction*>("tune-settings")->trigger();  // tst_keys presses its keys
    return part<TuneDialog>(*window);
  }
  static void type(TuneDialog& dialog, const QString& age) {
    auto* const field = dialog.findChild<QLineEdit*>("tune-delay");
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, age);
    QTest::keyClick(field, Qt::Key_Return);
  }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstTuneDialog::initTestCase() {
  keepSettingsIn(home, "tst_tune_dialog");
  qInstallMessageHandler(recordComplaint);
}

void TstTuneDialog::init() {
  window = freshWindow();
  QVERIFY(window);
  QVERIFY(!window->findChild<QAction*>("tune-settings")->isEnabled());  // there is nothing to tune for
}

void TstTuneDialog::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

void TstTuneDialog::settingsFoundForTheSessionAreAppliedAndUndone() {
  QVERIFY(demoRuns(*window));
  QVERIFY(until([&] { return window->data().series.total().seconds > 4; }));
  TuneDialog& dialog = opened();
  Heartbeat heartbeat;
  type(dialog, "10 s");
  QVERIFY(dialog.isRunning());
  QVERIFY(dialog.isVisible());  // Enter searches, and does not close the dialog
  QVERIFY(until([&] { return !dialog.isRunning(); }));
  QVERIFY2(heartbeat.longestMs() < 500, qPrintable(QString::number(heartbeat.longestMs())));
  QVERIFY2(dialog.verdict().contains("writes and NOTIFYs"), qPrintable(dialog.verdict()));
  QVERIFY(dialog.table().rowCount() > 1);
  const Config best = dialog.table().point(dialog.table().recommendedRow()).run.config;
  QVERIFY(best.batch_size != 500);
  QVERIFY(dialog.findChild<QLabel*>("tune-settings")->text().startsWith("batch size "));
  QCOMPARE(part<TunePanel>(*window).running().batch_size, std::int64_t{500});  // nothing has changed so far
  QTest::mouseClick(dialog.findChild<QPushButton*>("tune-apply"), Qt::LeftButton);
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == best.batch_size; }));
  QVERIFY(part<TunePanel>(*window).running().interval == best.interval);
  window->drive().undo().undo();
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 500; }));
}

void TstTuneDialog::aStoppedSearchShowsWhatItTried() {
  QVERIFY(demoRuns(*window));
  QVERIFY(until([&] { return window->data().series.total().seconds > 4; }));
  TuneDialog& dialog = opened();
  type(dialog, "1 min");
  auto* const stop = dialog.findChild<QPushButton*>("tune-cancel");
  QSignalSpy tried(dialog.findChild<TuneRunner*>(), &TuneRunner::progressed);
  QVERIFY(tried.count() > 0 || tried.wait(kPatience));
  QTest::mouseClick(stop, Qt::LeftButton);
  QVERIFY(until([&] { return !dialog.isRunning(); }));
  QVERIFY(dialog.table().rowCount() > 0);
  const QString basis = dialog.findChild<QLabel*>("tune-basis")->text();
  QVERIFY2(basis.startsWith("Tried "), qPrintable(basis));
  QVERIFY(!stop->isEnabled());
}

void TstTuneDialog::aRecordingIsTunedButNothingIsApplied() {
  QSignalSpy shown(window->findChild<RecordingSource*>(), &RecordingSource::shown);
  window->openRecording(kGolden);
  QVERIFY(shown.count() > 0 || shown.wait(kPatience));
  QTest::keyClick(window->findChild<QMessageBox*>("problem"), Qt::Key_Escape);  // of its bad line
  TuneDialog& dialog = opened();
  type(dialog, "5 s");
  QVERIFY(until([&] { return !dialog.isRunning(); }));
  QVERIFY2(dialog.table().rowCount() > 0, qPrintable(dialog.verdict()));
  QVERIFY(!dialog.findChild<QPushButton*>("tune-apply")->isVisible());
}

void TstTuneDialog::anImpossibleAgeIsReported() {
  QVERIFY(demoRuns(*window));
  TuneDialog& dialog = opened();
  type(dialog, "soon");
  QVERIFY(!dialog.isRunning());
  QVERIFY2(dialog.verdict().startsWith("The age must be"), qPrintable(dialog.verdict()));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstTuneDialog suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_tune_dialog.moc"
