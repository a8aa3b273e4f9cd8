// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCheckBox>
#include <QDockWidget>
#include <QDropEvent>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QProcess>
#include <QProgressDialog>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "gui/operator.hpp"
#include "gui/recordings/recording_opener.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

const QString kGolden = METABATCH_SOURCE_DIR "/tests/golden/recording.ndjson";

/// The panel without a window, for the arrivals and samples of an hour that is made here.
struct PanelAlone {
  WhatIfPanel panel;
  models::ArrivalRing ring;
  bool isSeen = true;
  Instant now{};
  QSignalSpy answered{&panel, &WhatIfPanel::answered};
  QLineEdit* const size = panel.findChild<QLineEdit*>("whatif-batch-size");

  PanelAlone() {
    panel.begin([this] { return ring.snapshot(); });
    panel.setSeen([this] { return isSeen; });
    panel.show();
    answered.clear();  // nothing, so far
  }
  void pass(Duration time) {
    for (const Instant end = now + time; now < end; now += 500ms) {
      ring.add(report_of({Uuid{}, "k", "v", "", WallTime(1us * (now.time_since_epoch() / 1us))}), now);
      models::Sample sample;
      sample.at = now;
      sample.config = validated(Config{}).value();
      panel.append(sample);
    }
  }
  [[nodiscard]] auto newest() const { return answered.back()[0].value<std::shared_ptr<const models::WhatIfAnswer>>(); }
};

/// The output of `metabatch simulate` for a recording; empty when it fails.
QJsonObject simulated(const QString& recording) {
  QProcess program;
  program.start(METABATCH_PROGRAM, {"simulate", "--recording", recording, "--json"});
  if (!program.waitForFinished(kPatience) || program.exitCode() != 0) return {};
  return QJsonDocument::fromJson(program.readAllStandardOutput()).object();
}

}  // namespace

/// Recorded sessions and what-if in the window, by clicks and keys, on the real engine and the real
/// embedded store.
class TstRecordings : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void whatWasRecordedOpensAsItWas();
  void whatIfIsDrawnReportedAndUsed();
  void impossibleWhatIfStaysInItsField();
  void whatIfFieldsReadWhatTheyShow();
  void openedRecordingsAreOfferedAgain();
  void aDroppedFileOpens();
  void arrivalsAloneAreReplayedAtOnce();
  void nothingOpensOverWhatRuns();
  void unreadableInputIsReported();
  void aLargeFileBlocksNothingAndIsGivenUp();
  void whatIfGoesOnWithWhatArrives();
  void whatIfStandsStillUnseenOrUnwanted();
  void whatIfStandsStillWithTheCharts();

 private:
  bool opens(const QString& file) {
    QSignalSpy opened(window->findChild<RecordingSource*>(), &RecordingSource::shown);
    window->openRecording(file);
    return opened.count() > 0 || opened.wait(kPatience);
  }
  /// The text of a message box, which is then closed.
  QString reported() {
    QMessageBox* box = nullptr;
    if (!until([&] { return (box = window->findChild<QMessageBox*>("problem")) != nullptr; })) return {};
    const QString text = box->text();
    QTest::keyClick(box, Qt::Key_Escape);
    return until([&] { return window->findChild<QMessageBox*>("problem") == nullptr; }) ? text : QString();
  }
  void type(const char* name, const QString& text) {
    auto* const field = window->findChild<QLineEdit*>(name);
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
    QTest::keyClick(field, Qt::Key_Return);
  }
  void click(const char* name) { QTest::mouseClick(window->findChild<QPushButton*>(name), Qt::LeftButton); }
  WhatIfPanel& whatIf() { return *window->findChild<WhatIfPanel*>(); }
  ChartCard& writes() { return *part<Dashboard>(*window).cards()[0]; }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstRecordings::initTestCase() {
  keepSettingsIn(home, "tst_recordings");
  qInstallMessageHandler(recordComplaint);
}

void TstRecordings::init() {
  window = freshWindow();
  QVERIFY(window);
}

void TstRecordings::cleanup() {
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

void TstRecordings::whatWasRecordedOpensAsItWas() {
  const QString file = home.filePath("session.ndjson");
  QVERIFY(demoRuns(*window));
  window->drive().session()->record(file);
  const std::uint64_t before = window->data().series.latest().counters.written;
  auto* const size = window->findChild<QSpinBox*>("batch_size");
  size->setValue(300);
  // Entries that were held or not yet seen when the recording began are written too, and are in no
  // recording.
  QVERIFY(until([&] { return window->data().series.latest().counters.written > before + 2500; }));
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 300; }));
  const std::uint64_t flushes = window->data().series.latest().flushes.total_flushes();
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  pressCtrlW(*window);
  QVERIFY(closed.wait(kPatience));
  const Counters end = window->data().series.latest().counters;

  QVERIFY(opens(file));
  QCOMPARE(window->pages().names(), (QStringList{"Dashboard", "Flushes", "Inspector"}));
  // Counts from before the recording began are in no recording; the entries buffered at its end
  // are.
  const Counters opened = window->data().series.latest().counters;
  QVERIFY(opened.balanced());
  QVERIFY(opened.written > 1500 && opened.written + before <= end.written);
  QCOMPARE(opened.held(), end.held());
  QVERIFY(window->data().series.latest().flushes.total_flushes() > 0 && flushes > 0);
  QCOMPARE(window->data().series.latest().config.batch_size, std::int64_t{300});
  QCOMPARE(window->data().series.marks().front().text, QString::fromUtf8("batch size 500 → 300"));
  QVERIFY(window->data().flushes.rowCount() > 0);
  QVERIFY(!window->data().flushes.line(0).chunks->empty());
  QVERIFY(writes().chart().strokes()[0]->points() > 0);
  TimeChart& chart = writes().chart();
  chart.setFocus();
  QTest::keyClick(&chart, Qt::Key_Plus);
  QTest::keyClick(&chart, Qt::Key_Left);
  QVERIFY(!window->data().time.isLive());
  const QJsonObject result = simulated(file);
  QVERIFY(result["offered"].toInteger() > 1500);
  QVERIFY(result["offered"].toInteger() <= static_cast<qint64>(end.offered));
}

void TstRecordings::whatIfIsDrawnReportedAndUsed() {
  QVERIFY(demoRuns(*window));
  QVERIFY(until([&] { return window->data().series.total().seconds > 4; }));
  window->findChild<QDockWidget*>("what-if")->raise();
  QVERIFY(until([&] { return whatIf().isVisible(); }));
  type("whatif-batch-size", "100");
  QVERIFY(until([&] { return !whatIf().answerText().isEmpty() && !whatIf().isRunning(); }));
  QVERIFY2(whatIf().answerText().contains("more)") || whatIf().answerText().contains("times as many"),
           qPrintable(whatIf().answerText()));
  QVERIFY2(whatIf().answerText().contains("delay p99"), qPrintable(whatIf().answerText()));
  window->pages().refresh();
  QVERIFY(writes().chart().whatIf() != nullptr);
  QVERIFY(writes().chart().whatIfStrokes()[1]->points() > 0);
  QVERIFY2(writes().whatIfText().contains("what if"), qPrintable(writes().whatIfText()));
  QCOMPARE(part<TunePanel>(*window).running().batch_size, std::int64_t{500});  // the running settings were not changed
  click("whatif-apply");
  QVERIFY(until([&] { return part<TunePanel>(*window).running().batch_size == 100; }));
  click("whatif-clear");
  QVERIFY(whatIf().answerText().isEmpty());
  QVERIFY(writes().chart().whatIf() == nullptr);
  QVERIFY(writes().whatIfText().isEmpty());
  QCOMPARE(writes().chart().whatIfStrokes()[1]->points(), 0);
}

void TstRecordings::impossibleWhatIfStaysInItsField() {
  QVERIFY(demoRuns(*window));
  window->findChild<QDockWidget*>("what-if")->raise();
  type("whatif-queue-capacity", "10");
  auto* const problem = window->findChild<QLabel*>("whatif-problem");
  QVERIFY2(problem->text().contains("queue_capacity"), qPrintable(problem->text()));
  QVERIFY(!window->findChild<QPushButton*>("whatif-run")->isEnabled());
  QVERIFY(!whatIf().isRunning());
  type("whatif-queue-capacity", "1,000");
  QVERIFY(problem->text().isEmpty());
  QCOMPARE(whatIf().wanted()->queue_capacity, std::int64_t{1000});
}

void TstRecordings::whatIfFieldsReadWhatTheyShow() {
  PanelAlone alone;
  alone.pass(10s);
  const auto field = [&](const char* name) { return alone.panel.findChild<QLineEdit*>(name); };
  QCOMPARE(field("whatif-queue-capacity")->placeholderText(), QString("100,000"));
  QCOMPARE(field("whatif-batch-bytes")->placeholderText(), QString("16 MiB"));
  QCOMPARE(field("whatif-interval")->placeholderText(), QString("5s"));
  field("whatif-queue-capacity")->setText("50,000");
  field("whatif-batch-bytes")->setText(" 8 MiB");
  field("whatif-interval")->setText("2 s");
  alone.panel.findChild<QPushButton*>("whatif-run")->click();
  QVERIFY(until([&] { return alone.answered.count() > 0; }));
  const Config& asked = alone.newest()->question.config;
  QCOMPARE(asked.queue_capacity, std::int64_t{50'000});
  QCOMPARE(asked.batch_bytes, std::int64_t{8} << 20);
  QVERIFY(asked.interval == 2s);
  field("whatif-queue-capacity")->setText("50,00");
  QVERIFY(alone.panel.findChild<QLabel*>("whatif-problem")->text().contains("50,00"));
}

void TstRecordings::openedRecordingsAreOfferedAgain() {
  const QString second = home.filePath("a & b.ndjson");
  QFile::remove(second);
  QVERIFY(QFile::copy(kGolden, second));
  for (const QString& file : {kGolden, second, kGolden, second}) {
    QVERIFY(opens(file));
    window->findChild<QAction*>("close-source")->trigger();
  }
  auto* const recent = window->findChild<QMenu*>("recent-recordings");
  emit recent->aboutToShow();
  QCOMPARE(recent->actions().size(), 2);
  QCOMPARE(recent->actions()[0]->text(), QString(second).replace('&', "&&"));  // the newest first
  QCOMPARE(recent->actions()[1]->text(), kGolden);
  QSignalSpy opened(window->findChild<RecordingSource*>(), &RecordingSource::shown);
  recent->actions()[0]->trigger();
  QVERIFY(opened.count() > 0 || opened.wait(kPatience));
  QVERIFY2(window->windowTitle().contains("a & b.ndjson"), qPrintable(window->windowTitle()));
}

void TstRecordings::aDroppedFileOpens() {
  QSignalSpy opened(window->findChild<RecordingSource*>(), &RecordingSource::shown);
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(kGolden)});
  QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, {});
  QCoreApplication::sendEvent(window.get(), &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent drop({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, {});
  QCoreApplication::sendEvent(window.get(), &drop);
  QVERIFY(opened.count() > 0 || opened.wait(kPatience));
  QVERIFY2(reported().contains("line 188: collected_at"), "the bad line is named");
}

void TstRecordings::arrivalsAloneAreReplayedAtOnce() {
  QFile file(home.filePath("plain.ndjson"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  for (int i = 0; i < 600; ++i)
    file.write(QString(R"({"agent":"00000000-0000-4000-8000-%1","key":"cpu","collected_at":"2026-01-02T03:04:%2Z"})"
                       "\n")
                   .arg(i % 50, 12, 10, QChar('0'))
                   .arg(i / 10.0, 6, 'f', 3, QChar('0'))
                   .toUtf8());
  file.close();
  window->data().time.setSpan(5min);
  QVERIFY(opens(file.fileName()));
  QVERIFY(window->data().time.span() <= 60s);
  QVERIFY(until([&] { return whatIf().answerText().contains("without batching"); }));
  window->pages().refresh();
  QVERIFY2(part<Dashboard>(*window).saved().startsWith(QString::fromUtf8("–")),
           qPrintable(part<Dashboard>(*window).saved()));
  QVERIFY(writes().chart().whatIfStrokes()[1]->points() > 0);
  pressCtrlW(*window);
  QVERIFY(window->findChild<QPushButton*>("demo")->isVisible());
  QVERIFY(writes().chart().whatIf() == nullptr);
  QVERIFY(demoRuns(*window));
  QCOMPARE(window->data().time.span(), Duration(5min));  // as before the recording
}

void TstRecordings::nothingOpensOverWhatRuns() {
  QVERIFY(demoRuns(*window));
  window->openRecording(kGolden);
  QVERIFY(reported().contains("Ctrl+W"));
  QVERIFY(window->drive().session() != nullptr);
  QVERIFY(window->pages().names().contains("Agents"));
}

void TstRecordings::unreadableInputIsReported() {
  window->openRecording(home.filePath("none.ndjson"));
  QVERIFY(reported().contains("none.ndjson"));
  window->openRecording(home.path());
  QVERIFY(reported().contains("is a folder"));
  QFile file(home.filePath("photo.ndjson"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("hello\n");
  file.close();
  window->openRecording(file.fileName());
  QVERIFY(reported().contains("line 1: not JSON, at byte 0"));
  QVERIFY(window->findChild<QPushButton*>("demo")->isVisible());
}

void TstRecordings::aLargeFileBlocksNothingAndIsGivenUp() {
  QFile file(home.filePath("large.ndjson"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  const QByteArray line =
      R"({"agent":"00000000-0000-4000-8000-00000000000a","key":"cpu","value":"1","collected_at":"2026-01-02T03:04:05Z"})"
      "\n";
  const QByteArray block = line.repeated(20'000);
  while (file.size() < 400'000'000) file.write(block);
  file.close();
  auto* const opener = window->findChild<RecordingOpener*>();
  QSignalSpy failed(opener, &RecordingOpener::failed);
  QElapsedTimer timer;
  timer.start();
  window->openRecording(file.fileName());
  QVERIFY(timer.elapsed() < 1000);
  QProgressDialog* progress = nullptr;
  QVERIFY(until([&] {
    progress = window->findChild<QProgressDialog*>("reading");
    return progress != nullptr && progress->isVisible() && progress->value() > 0;
  }));
  QVERIFY(opener->isReading());
  QTest::mouseClick(progress->findChild<QPushButton*>(), Qt::LeftButton);
  QVERIFY(failed.count() > 0 || failed.wait(kPatience));
  QCOMPARE(failed[0][0].toString(), QString());
  QVERIFY(window->findChild<QPushButton*>("demo")->isVisible());
  QVERIFY(file.remove());
}

void TstRecordings::whatIfGoesOnWithWhatArrives() {
  PanelAlone it;
  it.pass(4s);
  QTest::keyClicks(it.size, "7");
  QCOMPARE(it.answered.count(), 0);  // nobody asked for it
  QTest::keyClick(it.size, Qt::Key_Return);
  QVERIFY(until([&] { return it.answered.count() == 1; }));
  const Instant to = it.newest()->question.to;
  QTest::keyClicks(it.size, "0");  // typed, but not asked yet
  it.pass(4500ms);
  QVERIFY(!it.panel.isRunning());
  it.pass(500ms);
  QVERIFY(until([&] { return it.answered.count() == 2; }));
  QCOMPARE(it.newest()->question.to - to, Duration(5s));
  QCOMPARE(it.newest()->question.config.batch_size, std::int64_t{7});
  QVERIFY2(it.panel.when().endsWith("again every few seconds."), qPrintable(it.panel.when()));
}

void TstRecordings::whatIfStandsStillUnseenOrUnwanted() {
  PanelAlone it;
  auto* const follows = it.panel.findChild<QCheckBox*>("whatif-follow");
  it.pass(4s);
  it.panel.run();
  QVERIFY(until([&] { return it.answered.count() == 1; }));
  it.isSeen = false;
  it.pass(30s);
  QVERIFY(!it.panel.isRunning());
  QVERIFY2(it.panel.when().endsWith("while the charts stand still."), qPrintable(it.panel.when()));
  it.isSeen = true;
  follows->click();
  it.pass(30s);
  QVERIFY(!it.panel.isRunning());
  QCOMPARE(it.answered.count(), 1);
  QTest::mouseClick(it.panel.findChild<QPushButton*>("whatif-clear"), Qt::LeftButton);
  follows->click();
  it.pass(30s);
  QVERIFY(!it.panel.isRunning() && it.panel.when().isEmpty());
}

void TstRecordings::whatIfStandsStillWithTheCharts() {
  QVERIFY(demoRuns(*window));
  QVERIFY(until([&] { return window->data().series.total().seconds > 4; }));
  window->findChild<QDockWidget*>("what-if")->raise();
  type("whatif-batch-size", "100");
  QVERIFY(until([&] { return whatIf().when().endsWith("again every few seconds."); }));
  window->data().time.pause();
  QVERIFY(until([&] { return whatIf().when().endsWith("while the charts stand still."); }));
  window->data().time.goLive();
  QVERIFY(until([&] { return whatIf().when().endsWith("again every few seconds."); }));
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstRecordings suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_recordings.moc"
