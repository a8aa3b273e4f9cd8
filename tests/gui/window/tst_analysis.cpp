// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/analysis.hpp"

#include <QAbstractItemModel>
#include <QFileDialog>
#include <QMessageBox>
#include <QProcess>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "gui/operator.hpp"
#include "models/recordings/comparison.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

const QString kGolden = METABATCH_SOURCE_DIR "/tests/golden/recording.ndjson";

QByteArray content(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The page that `metabatch simulate --html` writes about the recording, with the settings that
/// ran.
QByteArray simulated(const models::WhatIfQuestion& question, const QString& folder) {
  QProcess program;
  program.setWorkingDirectory(folder);
  QFile::copy(kGolden, folder + "/recording.ndjson");
  QStringList arguments = {"simulate", "--recording", "recording.ndjson", "--html", "theirs.html"};
  for (const FieldText& one : changed_fields(models::scenarioOf(question, question.running, question.changes)))
    if (one.name != "duration") arguments += {"--set", QString::fromStdString(std::string(one.name) + '=' + one.text)};
  program.start(METABATCH_PROGRAM, arguments);
  program.waitForFinished(kPatience);
  return content(folder + "/theirs.html");
}

}  // namespace

/// Reports and comparisons, by actions and file dialogs.
class TstAnalysis : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void theReportOfARecordingIsThatOfSimulate();
  void theReportOfASessionIsWrittenWhileItRuns();
  void aReportThatCannotBeWrittenIsReported();
  void aSecondRecordingIsLaidOverTheFirst();
  void theComparisonGoesWithItsRecording();

 private:
  bool opens(const QString& file) {
    QSignalSpy opened(window->findChild<RecordingSource*>(), &RecordingSource::shown);
    window->openRecording(file);
    if (opened.count() == 0 && !opened.wait(kPatience)) return false;
    const auto problem = [this] { return window->findChild<QMessageBox*>("problem"); };  // of a bad line
    if (problem() != nullptr) problem()->close();
    return until([&] { return problem() == nullptr; });
  }
  /// Chooses the file in the dialog of a report.
  void report(const QString& file) {
    window->findChild<QAction*>("write-report")->trigger();
    auto* const dialog = window->findChild<QFileDialog*>("report-file");
    emit dialog->fileSelected(file);
    dialog->close();
  }

  /// Compares with that recording; null: no table appeared.
  QDialog* compared(const QString& file) {
    window->findChild<QAction*>("compare-with")->trigger();
    auto* const chooser = window->findChild<QFileDialog*>();
    emit chooser->fileSelected(file);
    chooser->close();
    QDialog* table = nullptr;
    return until([&] { return (table = window->findChild<QDialog*>("comparison")) != nullptr; }) ? table : nullptr;
  }
  TimeChart& chart() { return part<Dashboard>(*window).cards()[0]->chart(); }
  /// A minute in which 50 agents report one key each second or so.
  [[nodiscard]] QString minute() const {
    QFile file(home.filePath("minute.ndjson"));
    if (!file.open(QIODevice::WriteOnly)) return {};
    for (int i = 0; i < 600; ++i)
      file.write(QString(R"({"agent":"00000000-0000-4000-8000-%1","key":"cpu","collected_at":"2026-01-02T03:04:%2Z"})"
                         "\n")
                     .arg(i % 50, 12, 10, QChar('0'))
                     .arg(i / 10.0, 6, 'f', 3, QChar('0'))
                     .toUtf8());
    return file.fileName();
  }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstAnalysis::initTestCase() {
  keepSettingsIn(home, "tst_analysis");
  qInstallMessageHandler(recordComplaint);
}

void TstAnalysis::init() {
  window = freshWindow();
  QVERIFY(window);
  QVERIFY(!window->findChild<QAction*>("write-report")->isEnabled());
}

void TstAnalysis::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

/// Only the line about the event log may differ: the window keeps the lengths of values, not their
/// texts.
void TstAnalysis::theReportOfARecordingIsThatOfSimulate() {
  QVERIFY(opens(kGolden));
  const QString file = home.filePath("report.html");
  QSignalSpy written(window->findChild<ReportWriter*>(), &ReportWriter::written);
  report(file);
  QVERIFY(written.count() > 0 || written.wait(kPatience));
  QCOMPARE(written[0][1].toString(), QString());
  const QByteArray ours = content(file);
  QVERIFY(ours.contains("<h1>Simulation of recording.ndjson</h1>"));
  QVERIFY2(ours.contains("185 updates in "), "the arrivals are named");
  QCOMPARE(ours, simulated(window->findChild<WhatIfPanel*>()->question().value(), home.path()));
}

void TstAnalysis::theReportOfASessionIsWrittenWhileItRuns() {
  QVERIFY(demoRuns(*window));
  QVERIFY(until([&] { return window->data().series.total().seconds > 4; }));
  const QString file = home.filePath("session.html");
  QSignalSpy written(window->findChild<ReportWriter*>(), &ReportWriter::written);
  report(file);
  QVERIFY(written.count() > 0 || written.wait(kPatience));
  QVERIFY(content(file).contains("Simulation of the session"));
  QVERIFY(window->drive().isRunning());
}

void TstAnalysis::aReportThatCannotBeWrittenIsReported() {
  QVERIFY(opens(kGolden));
  report(home.filePath("no/such/folder.html"));
  QMessageBox* box = nullptr;
  QVERIFY(until([&] { return (box = window->findChild<QMessageBox*>("problem")) != nullptr; }));
  QVERIFY2(box->text().contains("folder.html"), qPrintable(box->text()));
  box->close();
}

void TstAnalysis::aSecondRecordingIsLaidOverTheFirst() {
  QVERIFY(!window->findChild<QAction*>("compare-with")->isEnabled());
  QVERIFY(opens(kGolden));
  const Duration length = window->data().time.span();
  QDialog* const dialog = compared(minute());
  QVERIFY(dialog != nullptr && dialog->isVisible());
  QVERIFY2(dialog->windowTitle().contains("recording.ndjson"), qPrintable(dialog->windowTitle()));
  const QAbstractItemModel& table = *dialog->findChild<QTableView*>()->model();
  const QString updates = table.match(table.index(0, 0), Qt::DisplayRole, "updates", 1, Qt::MatchExactly)
                              .front()
                              .siblingAtColumn(models::ComparisonTable::Difference)
                              .data()
                              .toString();
  QCOMPARE(updates, QString("+172.7 %"));        // 600 beside the 220 of the last sample
  QVERIFY(window->data().time.span() > length);  // the other one is longer
  QVERIFY(chart().whatIf() != nullptr);
  QVERIFY(until([&] { return chart().whatIfStrokes()[0]->points() > 0; }));  // without batching: arrivals are enough
  QCOMPARE(chart().whatIfStrokes()[1]->points(), 0);                         // writes: not recorded
  const QString legend = part<Dashboard>(*window).cards()[0]->whatIfText();
  QVERIFY2(legend.contains("minute.ndjson"), qPrintable(legend));
  dialog->close();
  QVERIFY(chart().whatIf() == nullptr);
  QVERIFY(part<Dashboard>(*window).cards()[0]->whatIfText().isEmpty());
}

void TstAnalysis::theComparisonGoesWithItsRecording() {
  QVERIFY(opens(kGolden));
  QVERIFY(compared(minute()) != nullptr);
  window->closeSource();
  QVERIFY(until([&] { return window->findChild<QDialog*>("comparison") == nullptr; }));
  QVERIFY(chart().whatIf() == nullptr);
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstAnalysis suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_analysis.moc"
