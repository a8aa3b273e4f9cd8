// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

#include "gui/operator.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

/// Line `number` of a recording: agent number % 4, and a key of its own for each eighth line.
QByteArray line(int number, std::chrono::milliseconds at) {
  const WallTime when = WallTime(std::chrono::hours(24 * 365 * 56)) + at;
  return QStringLiteral(
             R"({"agent":"00000000-0000-4000-8000-00000000000%1","key":"k%2","value":"v%3","collected_at":"%4"})")
             .arg(number % 4)
             .arg(number % 8)
             .arg(number)
             .arg(QString::fromStdString(format_wall_time(when)))
             .toUtf8() +
         '\n';
}

}  // namespace

/// Recordings and pipes played into the real engine, by clicks and keys.
class TstReplay : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void progressInWords_data();
  void progressInWords();
  void speedsAreRead_data();
  void speedsAreRead();
  void fileIsPlayedThroughTheDialog();
  void badLinesAreCountedAndNamed();
  void recordedPaceIsKept();
  void longWaitIsShownAndCanBeSkipped();
  void pausedReplaySendsNothing();
  void pipeIsReadAsItIsWritten();
  void closesWhileNobodyWritesToThePipe();
  void closesWhileTheBufferIsFull();
  void unreadableInputIsReported();
  void anotherMachineIsAskedAboutFirst();
  void arrivalsSetThePaceWhereTheyAreRecorded();
  void nothingOverlapsInANarrowWindow();

 private:
  QString write(const QByteArray& text);
  QString pipe();
  void replay(const QString& file, double speed);
  [[nodiscard]] Counters counters() const {
    return window->data().series.isEmpty() ? Counters{} : window->data().series.latest().counters;
  }
  [[nodiscard]] bool isEnded() const { return part<ReplayBar>(*window).text().startsWith("End of the input"); }

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstReplay::initTestCase() { keepSettingsIn(home, "tst_replay"); }

void TstReplay::init() {
  window = freshWindow();
  QVERIFY(window);
}

void TstReplay::cleanup() {
  if (window->drive().session()) {
    QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
    window->close();
    QVERIFY(closed.count() > 0 || closed.wait(kPatience));
    QCOMPARE(closed[0][0].toULongLong(), 0u);
  }
  window.reset();
}

QString TstReplay::write(const QByteArray& text) {
  QFile file(home.filePath("updates.ndjson"));
  if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write");
  file.write(text);
  return file.fileName();
}

QString TstReplay::pipe() {
  const QString name = home.filePath("pipe");
  QFile::remove(name);
  if (::mkfifo(qPrintable(name), 0600) != 0) qFatal("no pipe");
  return name;
}

void TstReplay::replay(const QString& file, double speed) {
  window->offerReplay({.plan = {.file = file, .speed = speed, .registersMissing = true}, .database = {}});
  QVERIFY(until([&] { return window->drive().session()->isRunning(); }));
}

void TstReplay::progressInWords_data() {
  QTest::addColumn<models::ReplayProgress>("progress");
  QTest::addColumn<QString>("text");
  using models::ReplayProgress, models::ReplayState;
  const auto row = [](const char* name, const char* text, const std::function<void(ReplayProgress&)>& change) {
    ReplayProgress progress;
    change(progress);
    QTest::newRow(name) << progress << QString::fromUtf8(text);
  };
  row("nothing came", "Waiting for the first line · 0 lines, 0 B", [](ReplayProgress&) {});
  row("a pipe", "3 lines, 300 B", [](ReplayProgress& p) { p.lines = 3, p.bytes = 300; });
  row("a file", "1 line, 100 B of 2 KiB", [](ReplayProgress& p) { p.lines = 1, p.bytes = 100, p.size = 2048; });
  row("waiting", "1 line, 1 B · next line in 30 min", [](ReplayProgress& p) {
    p.lines = p.bytes = 1;
    p.waitSeconds = 1799.5;
  });
  row("paused says no wait", "Paused · 1 line, 1 B", [](ReplayProgress& p) {
    p.lines = p.bytes = 1;
    p.waitSeconds = 1799.5;
    p.state = ReplayState::paused;
  });
  row("reports", "2 lines, 9 B · 2 reports without a time, sent right after the previous line",
      [](ReplayProgress& p) { p.lines = 2, p.bytes = 9, p.untimed = 2; });
  row("ended", "End of the input · 2 lines, 9 B · no bad line",
      [](ReplayProgress& p) { p.lines = 2, p.bytes = 9, p.state = ReplayState::ended; });
  row("ended badly", "End of the input · 2 lines, 9 B",
      [](ReplayProgress& p) { p.lines = 2, p.bytes = 9, p.badLines = 1, p.state = ReplayState::ended; });
  row("failed", "Reading failed: x: Input/output error · 2 lines, 9 B", [](ReplayProgress& p) {
    p.lines = 2, p.bytes = 9, p.state = ReplayState::failed, p.why = "x: Input/output error";
  });
}

void TstReplay::progressInWords() {
  QFETCH(models::ReplayProgress, progress);
  QTEST(models::replayText(progress), "text");
}

void TstReplay::speedsAreRead_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<double>("speed");  // below 0: none
  QTest::newRow("whole") << "10" << 10.0;
  QTest::newRow("part") << "0.5" << 0.5;
  QTest::newRow("max") << "max" << 0.0;
  QTest::newRow("zero") << "0" << -1.0;
  QTest::newRow("negative") << "-2" << -1.0;
  QTest::newRow("infinite") << "inf" << -1.0;
  QTest::newRow("not a number") << "nan" << -1.0;
  QTest::newRow("a word") << "fast" << -1.0;
  QTest::newRow("nothing") << "" << -1.0;
}

void TstReplay::speedsAreRead() {
  QFETCH(QString, text);
  QTEST(models::parseSpeed(text).value_or(-1), "speed");
}

void TstReplay::fileIsPlayedThroughTheDialog() {
  QByteArray text;
  for (int i = 0; i < 2000; ++i) text += line(i, i * 10ms);
  const QString file = write(text);
  QTest::mouseClick(window->findChild<QPushButton*>("replay"), Qt::LeftButton);
  auto* const dialog = window->findChild<ReplayDialog*>();
  QVERIFY(dialog != nullptr);
  auto* const open = dialog->findChild<QPushButton*>("open");
  QVERIFY(!open->isEnabled());
  QTest::keyClicks(dialog->findChild<QLineEdit*>("file"), file);
  QTest::keyClick(dialog->findChild<QComboBox*>("speed"), Qt::Key_End);
  QTest::mouseClick(open, Qt::LeftButton);
  QVERIFY(window->drive().session() != nullptr);
  QVERIFY(until([&] { return isEnded(); }));
  window->drive().session()->flushNow();  // not in 5 s
  QVERIFY(until([&] { return counters().held() == 0; }));
  const Counters found = counters();
  QCOMPARE(found.offered, 2000u);
  QCOMPARE(found.dropped() + found.unmatched + found.stale, 0u);
  QVERIFY(found.balanced() && found.written >= 8);
  QVERIFY2(part<ReplayBar>(*window).text().endsWith("no bad line"), qPrintable(part<ReplayBar>(*window).text()));
  QCOMPARE(window->findChild<QProgressBar*>("replay-share")->value(), 1000);
  QVERIFY(!part<ReplayBar>(*window).findChild<QPushButton*>("replay-bad")->isVisible());
  window->pages().showPage("Agents");  // all eight keys, each with its newest value
  const models::RowTable& rows = part<AgentsPage>(*window).rows();
  QVERIFY(until([&] { return rows.rowCount() == 8; }));
  QStringList values;
  for (int row = 0; row < 8; ++row) values += rows.index(row, models::RowTable::Value).data().toString();
  values.sort();
  QCOMPARE(values, (QStringList{"v1992", "v1993", "v1994", "v1995", "v1996", "v1997", "v1998", "v1999"}));
}

void TstReplay::badLinesAreCountedAndNamed() {
  const QByteArray text = line(0, 0ms) + "not JSON\n\n" + line(1, 1ms) + R"({"agent":"x","key":"k"})" + "\n" +
                          QByteArray((1 << 20) + 10, 'x') + "\n" + line(2, 2ms);
  replay(write(text), 0);
  QVERIFY(until([&] { return isEnded(); }));
  QCOMPARE(counters().offered, 3u);
  QStringList said;
  for (const models::LineProblem& one : part<ReplayBar>(*window).problems())
    said += QStringLiteral("%1 %2").arg(one.line).arg(one.what);
  QCOMPARE(said.size(), 3);
  QVERIFY2(said[0].startsWith("2 not JSON"), qPrintable(said[0]));
  QCOMPARE(said[1], QString("5 agent is not a UUID, at byte 0 of it"));
  QCOMPARE(said[2], QString("6 over 1 MiB"));
  auto* const bad = part<ReplayBar>(*window).findChild<QPushButton*>("replay-bad");
  QCOMPARE(bad->text(), QString("3 bad lines"));
  QTest::mouseClick(bad, Qt::LeftButton);
  const auto* const list = part<ReplayBar>(*window).findChild<QDialog*>("replay-problems");
  QVERIFY(list != nullptr);
  QVERIFY(list->findChild<QPlainTextEdit*>()->toPlainText().contains("line 5: agent is not a UUID"));
}

void TstReplay::recordedPaceIsKept() {
  QByteArray text;
  for (int i = 0; i <= 20; ++i) text += line(i, i * 200ms);  // four seconds
  QElapsedTimer timer;
  timer.start();
  replay(write(text), 5);
  QVERIFY(until([&] { return isEnded(); }));
  QVERIFY2(timer.elapsed() >= 800, qPrintable(QString::number(timer.elapsed())));  // a fifth of it
  QCOMPARE(counters().offered, 21u);
}

void TstReplay::longWaitIsShownAndCanBeSkipped() {
  replay(write(line(0, 0ms) + line(1, 30min) + line(2, 30min)), 1);
  QVERIFY(until([&] { return counters().offered == 1; }));
  QVERIFY(until([&] { return part<ReplayBar>(*window).text().contains("next line in "); }));
  auto* const skip = part<ReplayBar>(*window).findChild<QToolButton*>("replay-skip");
  QVERIFY(until([&] { return skip->isVisible(); }));  // the bar lays itself out anew
  QTest::mouseClick(skip, Qt::LeftButton);
  QVERIFY(until([&] { return isEnded(); }));
  QCOMPARE(counters().offered, 3u);
}

void TstReplay::pausedReplaySendsNothing() {
  QByteArray text;
  for (int i = 0; i < 100; ++i) text += line(i, i * 100ms);
  replay(write(text), 1);
  QVERIFY(until([&] { return counters().offered > 2; }));
  QTest::keyClick(window.get(), Qt::Key_P, Qt::ControlModifier);
  QVERIFY(until([&] { return part<ReplayBar>(*window).text().startsWith("Paused"); }));
  const std::uint64_t offered = counters().offered;
  const Instant now = window->data().time.now();
  QVERIFY(until([&] { return window->data().time.now() > now + 1s; }));
  QCOMPARE(counters().offered, offered);
  auto* const speed = part<ReplayBar>(*window).findChild<QComboBox*>("replay-speed");
  QTest::keyClick(speed, Qt::Key_End);  // as fast as possible
  QTest::keyClick(window.get(), Qt::Key_P, Qt::ControlModifier);
  QVERIFY(until([&] { return isEnded(); }));
  QCOMPARE(counters().offered, 100u);
  QCOMPARE(window->data().series.marks().back().text, QString("replay resumed"));
}

void TstReplay::pipeIsReadAsItIsWritten() {
  const QString name = pipe();
  replay(name, 0);
  const int end = ::open(qPrintable(name), O_WRONLY | O_CLOEXEC);
  const QByteArray first = line(0, 0ms), second = line(1, 1ms);
  QVERIFY(::write(end, first.data(), static_cast<std::size_t>(first.size())) == first.size());
  QVERIFY(until([&] { return counters().offered == 1; }));
  QVERIFY(!isEnded());
  QVERIFY(::write(end, second.data(), 40) == 40);  // half a line is no line
  const Instant now = window->data().time.now();
  QVERIFY(until([&] { return window->data().time.now() > now + 600ms; }));
  QCOMPARE(counters().offered, 1u);
  QVERIFY(::write(end, second.data() + 40, static_cast<std::size_t>(second.size()) - 40) == second.size() - 40);
  ::close(end);
  QVERIFY(until([&] { return isEnded(); }));
  QCOMPARE(counters().offered, 2u);
  QVERIFY(!window->findChild<QProgressBar*>("replay-share")->isVisible());  // the size was not known
}

void TstReplay::closesWhileNobodyWritesToThePipe() {
  replay(pipe(), 1);
  QVERIFY(part<ReplayBar>(*window).text().startsWith("Waiting for the first line"));
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  QElapsedTimer timer;
  timer.start();
  pressCtrlW(*window);
  QVERIFY(timer.elapsed() < 500);  // the window does not wait
  QVERIFY(closed.count() > 0 || closed.wait(kPatience));
  QVERIFY(until([&] { return window->findChild<QPushButton*>("demo")->isVisible(); }));
  QVERIFY(!part<ReplayBar>(*window).isVisible());
}

void TstReplay::closesWhileTheBufferIsFull() {
  QByteArray text;
  for (int i = 0; i < 4000; ++i)
    text += line(i, i * 1ms).replace("\"key\":\"k", QByteArray("\"key\":\"") + QByteArray::number(i) + "k");
  const QString name = pipe();
  replay(name, 0);
  Config small = part<TunePanel>(*window).running();
  small.queue_capacity = 1000;
  window->drive().session()->apply(small);
  QTest::keyClick(window.get(), Qt::Key_H, Qt::ControlModifier);  // hold flushes
  QVERIFY(until([&] { return part<TunePanel>(*window).running().queue_capacity == 1000; }));
  const int end = ::open(qPrintable(name), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  qsizetype at = 0;
  QVERIFY(until([&] {
    const ssize_t put = ::write(end, text.data() + at, static_cast<std::size_t>(text.size() - at));
    if (put > 0) at += put;
    return counters().held() == 1000;  // nobody reads any more
  }));
  QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
  window->close();
  QVERIFY(closed.wait(kPatience));
  ::close(end);
  QCOMPARE(closed[0][0].toULongLong(), 0u);
  QVERIFY(counters().balanced());
  QCOMPARE(counters().held() + counters().dropped(), 0u);  // accepted updates are written, nothing was dropped
}

void TstReplay::unreadableInputIsReported() {
  ReplayDialog dialog;
  dialog.show();
  auto* const file = dialog.findChild<QLineEdit*>("file");
  auto* const open = dialog.findChild<QPushButton*>("open");
  QTest::keyClicks(file, home.filePath("no such"));
  QVERIFY(!open->isEnabled());
  file->clear();
  QTest::keyClicks(file, home.path());
  QVERIFY(!open->isEnabled());
  file->clear();
  QTest::keyClicks(file, "-");
  QVERIFY(open->isEnabled());
  window->offerReplay(
      {.plan = {.file = home.filePath("no such"), .speed = 1, .registersMissing = true}, .database = {}});
  QVERIFY(until([&] { return window->findChild<QMessageBox*>() != nullptr; }));
  QVERIFY(window->findChild<QMessageBox*>()->text().endsWith("no such: No such file or directory"));
  QVERIFY(until([&] { return window->drive().session() == nullptr; }));
}

void TstReplay::anotherMachineIsAskedAboutFirst() {
  const QString file = write(line(0, 0ms));
  QTest::mouseClick(window->findChild<QPushButton*>("replay"), Qt::LeftButton);
  auto* const dialog = window->findChild<ReplayDialog*>();
  QTest::keyClicks(dialog->findChild<QLineEdit*>("file"), file);
  dialog->findChild<QRadioButton*>("postgres")->click();
  QTest::keyClicks(dialog->findChild<QLineEdit*>("address"), "postgres://u:hush@db.example.org/x");
  QTest::mouseClick(dialog->findChild<QPushButton*>("open"), Qt::LeftButton);
  auto* const question = window->findChild<QMessageBox*>("confirm");
  QVERIFY(question != nullptr);
  const QString asked = question->text();
  QVERIFY(asked.contains("updates.ndjson into ") && asked.contains("db.example.org") && !asked.contains("hush"));
  QVERIFY(window->drive().session() == nullptr);
  question->close();
  QVERIFY(window->drive().session() == nullptr);
}

void TstReplay::arrivalsSetThePaceWhereTheyAreRecorded() {
  QByteArray text;
  for (int i = 0; i <= 8; ++i) {  // an hour apart, but they arrived within 800 ms, in two concatenated recordings
    if (i == 0 || i == 5) text += "{\"record\":\"session\",\"version\":1}\n";
    text += line(i, i * 1h).replace("}\n", ",\"at_us\":" + QByteArray::number(i % 5 * 100'000) + "}\n");
  }
  const QByteArray last = ",\"at_us\":400000}\n";
  text += R"({"agent":"00000000-0000-4000-8000-000000000001","metadata":[{"key":"a"}])" + last;
  for (const char* const key : {"ka", "kb", "kc"}) text += line(9, 9h).replace("k1", key).replace("}\n", last);
  QElapsedTimer timer;
  timer.start();
  replay(write(text), 1);
  QVERIFY(until([&] { return isEnded() && counters().offered == 13; }) && timer.elapsed() >= 800);
  const QString shown = part<ReplayBar>(*window).text();
  QVERIFY(shown.endsWith("no bad line") && !shown.contains("without a time"));
  QCOMPARE(window->data().series.latest().reports, std::uint64_t{11});
}

void TstReplay::nothingOverlapsInANarrowWindow() {
  window->resize(window->minimumSizeHint().width(), 700);
  replay(write("no JSON\n" + line(0, 0ms) + line(1, 30min)), 1);
  auto* const skip = part<ReplayBar>(*window).findChild<QToolButton*>("replay-skip");
  QVERIFY(until([&] { return skip->isVisible() && skip->width() > 0; }));
  int end = 0;
  for (const QWidget* const part : skip->parentWidget()->findChildren<QWidget*>(Qt::FindDirectChildrenOnly)) {
    QVERIFY2(!part->isVisible() || part->x() >= end, qPrintable(part->objectName()));
    if (part->isVisible()) end = part->x() + part->width();
  }
  QVERIFY(end <= window->width());
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstReplay suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_replay.moc"
