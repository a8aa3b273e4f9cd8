// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>

#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QEventLoop>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QUndoStack>

#include "gui/failures.hpp"
#include "gui/heartbeat.hpp"
#include "gui/operator.hpp"
#include "gui/session/fleet_feeder.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

constexpr int kSessions = 50;
#if defined(__SANITIZE_ADDRESS__)
constexpr double kLongestBlockMs = 2'000;
#else
constexpr double kLongestBlockMs = 250;
#endif
constexpr qint64 kGivingUpMs = 6'000;  // closing while a silent server is asked

qsizetype entriesOf(const char* folder) {
  return QDir(folder).entryList(QDir::NoDotAndDotDot | QDir::AllEntries).size();
}

}  // namespace

/// A user who does everything that is not intended: too often, too fast and with too much data.
class TstMisuse : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init();
  void cleanup();
  void absurdValuesChangeNothingAndStopNothing();
  void fleetTooLargeToRegisterIsRefusedBeside();
  void everyKeyAtOnce();
  void thousandsOfFlushesASecondBlockNothing();
  void doubleClicksOpenOneSession();
  void fiftySessionsLeaveNothingBehind();
  void closingWhileConnectingEnds();
  void addressesThatAreNone_data();
  void addressesThatAreNone();
  void fullDiskEndsARecordingAloud();
  void unwritableFilesAreReported_data();
  void unwritableFilesAreReported();

 private:
  [[nodiscard]] Counters counters() const { return window->data().series.latest().counters; }
  /// The texts of the open message boxes, which are then closed.
  QStringList readBoxes();

  QTemporaryDir home;
  std::unique_ptr<MainWindow> window;
};

void TstMisuse::initTestCase() {
  keepSettingsIn(home, "tst_misuse");
  qInstallMessageHandler(recordComplaint);
}

void TstMisuse::init() {
  window = freshWindow();
  QVERIFY(window);
}

void TstMisuse::cleanup() {
  QVERIFY(!window || closes(*window));
  window.reset();
  QVERIFY2(complaints().isEmpty(), qPrintable(complaints().join('\n')));
}

QStringList TstMisuse::readBoxes() {
  QStringList said;
  for (QMessageBox* const box : window->findChildren<QMessageBox*>()) {
    said += box->text();
    box->close();
  }
  return said;
}

void TstMisuse::absurdValuesChangeNothingAndStopNothing() {
  QVERIFY(demoRuns(*window));
  TunePanel& tune = part<TunePanel>(*window);
  static const QString kTexts[] = {"",
                                   "-5s",
                                   "0",
                                   "1e99",
                                   "999999999999999999999h",
                                   "NaN",
                                   "5 s;",
                                   "٥s",
                                   "5s\n5s",
                                   QString(1 << 16, '9'),
                                   QString(QChar(0)),
                                   "🙂"};
  for (QSpinBox* const field : tune.findChildren<QSpinBox*>()) {
    if (field->objectName() == "agents" || field->objectName() == "keys") continue;  // see the next test
    for (const int value : {field->minimum(), 0, 1, field->maximum(), -1}) field->setValue(value);
    for (const QString& text : kTexts) {
      auto* const line = field->findChild<QLineEdit*>();
      line->setText(text.left(40));
      emit line->textEdited(line->text());
      QTest::keyClick(field, Qt::Key_Return);
    }
  }
  for (QLineEdit* const field : tune.findChildren<QLineEdit*>()) {
    if (qobject_cast<QSpinBox*>(field->parent()) != nullptr || field->isReadOnly()) continue;
    for (const QString& text : kTexts) {
      field->setText(text);
      emit field->textEdited(text);
      emit field->editingFinished();
    }
  }
  for (QComboBox* const field : tune.findChildren<QComboBox*>())
    for (int i = 0; i < field->count(); ++i) field->setCurrentIndex(i);
  for (int i = 0; i < 300; ++i) QTest::keyClick(window.get(), Qt::Key_Z, Qt::ControlModifier);
  QVERIFY(until([&] { return tune.running() == validated(Config{}).value(); }));  // everything was undone
  QVERIFY(counters().balanced());
}

/// Twenty million rows would take minutes, during which the session could do nothing else.
void TstMisuse::fleetTooLargeToRegisterIsRefusedBeside() {
  QVERIFY(demoRuns(*window));
  QSignalSpy wanted(&part<TunePanel>(*window), &TunePanel::fleetWanted);
  auto* const agents = window->findChild<QSpinBox*>("agents");
  auto* const keys = window->findChild<QSpinBox*>("keys");
  auto* const apply = window->findChild<QPushButton*>("fleet-apply");
  keys->setValue(keys->maximum());
  apply->click();
  QCOMPARE(wanted.count(), 1);
  agents->setValue(agents->maximum());
  QVERIFY(!apply->isEnabled());
  bool isSaid = false;
  for (const QLabel* const label : part<TunePanel>(*window).findChildren<QLabel*>())
    isSaid = isSaid || (label->isVisible() && label->text().contains("1,000,000"));
  QVERIFY(isSaid);
  QElapsedTimer timer;
  timer.start();
  QVERIFY(closes(*window));
  QVERIFY2(timer.elapsed() < kGivingUpMs, qPrintable(QString::number(timer.elapsed())));
}

void TstMisuse::everyKeyAtOnce() {
  QVERIFY(demoRuns(*window));
  Heartbeat heartbeat;
  for (int i = 0; i < 100; ++i) {
    for (const Qt::Key key : {Qt::Key_F5, Qt::Key_H, Qt::Key_Plus, Qt::Key_Minus, Qt::Key_Z})
      QTest::keyClick(window.get(), key, Qt::ControlModifier);
    for (const Qt::Key key : {Qt::Key_1, Qt::Key_2, Qt::Key_3, Qt::Key_4, Qt::Key_5})
      QTest::keyClick(window.get(), key, Qt::AltModifier);
    for (const Qt::Key key : {Qt::Key_Space, Qt::Key_F9, Qt::Key_Escape, Qt::Key_Home, Qt::Key_End, Qt::Key_Left})
      QTest::keyClick(window.get(), key);
  }
  QVERIFY(window->data().time.span() >= models::kShortestWindow &&
          window->data().time.span() <= models::kLongestWindow);
  const std::uint64_t written = counters().written;
  QVERIFY(until([&] { return counters().written > written; }));
  QVERIFY(counters().balanced());
}

/// Batches of one entry: as many flushes as the database can complete, each a line of the log.
void TstMisuse::thousandsOfFlushesASecondBlockNothing() {
  QVERIFY(demoRuns(*window));
  window->findChild<QSpinBox*>("agents")->setValue(5000);
  window->findChild<QPushButton*>("fleet-apply")->click();
  window->findChild<QSpinBox*>("batch_size")->setValue(1);
  window->pages().showPage("Flushes");
  window->findChild<QLineEdit*>("filter")->setText("capacity");
  const auto flushes = [&] { return window->data().series.latest().flushes.total_flushes(); };
  const std::uint64_t before = flushes();
  QVERIFY(until([&] { return flushes() > before + 2'000; }));
  Heartbeat heartbeat;
  QEventLoop loop;
  QTimer::singleShot(2000, &loop, &QEventLoop::quit);
  loop.exec();
  QVERIFY2(heartbeat.longestMs() < kLongestBlockMs, qPrintable(QString::number(heartbeat.longestMs())));
  QVERIFY(counters().balanced());
}

void TstMisuse::doubleClicksOpenOneSession() {
  QSignalSpy started(&window->drive(), &DriveSource::started);
  auto* const demo = window->findChild<QPushButton*>("demo");
  demo->click();
  QTest::mouseDClick(demo, Qt::LeftButton);
  demo->click();
  QVERIFY(until([&] { return started.count() > 0; }));
  QTest::keyClick(window.get(), Qt::Key_W, Qt::ControlModifier);
  QTest::keyClick(window.get(), Qt::Key_W, Qt::ControlModifier);
  window->startDemo();  // not before the last one is over
  QVERIFY(until([&] { return window->drive().session() == nullptr; }));
  QCOMPARE(started.count(), 1);
  auto* const connection = window->findChild<QPushButton*>("connect");
  connection->click();
  QTest::mouseDClick(connection, Qt::LeftButton);
  connection->click();
  QCOMPARE(window->findChildren<ConnectDialog*>().size(), 1);
  window->findChild<ConnectDialog*>()->close();
}

void TstMisuse::fiftySessionsLeaveNothingBehind() {
  qsizetype threads = 0, files = 0, folders = 0;
  const SessionPlan small{.database = sql::Database(home.filePath("small.db").toStdString()),
                          .fleet = {.agents = 20, .keys = 5, .every = 100ms},
                          .config = {}};
  for (int i = 0; i < kSessions; ++i) {
    QSignalSpy closed(window.get(), &MainWindow::sessionClosed);
    if (i % 5 < 2)
      window->startDemo();  // its thousands of rows take some time
    else
      window->startSession(small);
    if (i % 2 == 0)
      QVERIFY(until([&] { return window->drive().session()->isRunning(); }));  // else closed while it starts
    window->pages().showPage(i % 3 == 0 ? "Agents" : "Dashboard");
    pressCtrlW(*window);
    QVERIFY(until([&] { return closed.count() == 1; }));
    QCOMPARE(closed[0][0].toULongLong(), 0u);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);  // what closing left for later
    QCoreApplication::processEvents();
    if (i != 4) continue;  // everything that is created once exists now
    threads = entriesOf("/proc/self/task");
    files = entriesOf("/proc/self/fd");
    folders = QDir::temp().entryList({"tst_misuse-*"}).size();
  }
  QVERIFY(until([&] { return entriesOf("/proc/self/task") <= threads; }));
  QVERIFY2(entriesOf("/proc/self/fd") <= files, qPrintable(QString::number(entriesOf("/proc/self/fd") - files)));
  QVERIFY(until([&] { return QDir::temp().entryList({"tst_misuse-*"}).size() <= folders; }));
}

void TstMisuse::closingWhileConnectingEnds() {
  const SilentServer server;
  window->startSession({.database = sql::Database(server.address())});
  QVERIFY(server.waitForAClient(kPatience));
  Heartbeat heartbeat;
  QElapsedTimer timer;
  timer.start();
  QVERIFY(closes(*window));
  QVERIFY2(timer.elapsed() < kGivingUpMs, qPrintable(QString::number(timer.elapsed())));
  QVERIFY2(heartbeat.longestMs() < kLongestBlockMs, qPrintable(QString::number(heartbeat.longestMs())));
  window = std::make_unique<MainWindow>();
  window->show();
  const SilentServer another;
  window->startWatch(another.address(), "any");
  window->pages().showPage("Agents");
  QVERIFY(another.waitForAClient(kPatience));
  timer.restart();
  QVERIFY(closes(*window));
  window.reset();
  QVERIFY2(timer.elapsed() < kGivingUpMs, qPrintable(QString::number(timer.elapsed())));
}

void TstMisuse::addressesThatAreNone_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<bool>("possible");
  QTest::newRow("no keyword") << "=x" << false;
  QTest::newRow("unknown keyword") << "nonsense=1" << false;
  QTest::newRow("open quote") << "host='x" << false;
  QTest::newRow("another program's") << "mysql://u@h/d" << false;
  QTest::newRow("half a URI") << "postgres://u@[::1/d" << false;
  QTest::newRow("very long") << "host=/nowhere dbname=" + QString(100'000, 'x') << true;
  QTest::newRow("no such folder") << "host=/nowhere/at/all" << true;
  QTest::newRow("no such port") << "host=127.0.0.1 port=1" << true;
  QTest::newRow("port that is none") << "host=127.0.0.1 port=99999" << true;
  QTest::newRow("a semicolon") << "host=/nowhere options='-c a=1;b'" << true;
  QTest::newRow("markup") << "host=/nowhere dbname='<b>bold</b>'" << true;
}

void TstMisuse::addressesThatAreNone() {
  QFETCH(QString, text);
  QFETCH(bool, possible);
  QTest::mouseClick(window->findChild<QPushButton*>("connect"), Qt::LeftButton);
  auto* const dialog = window->findChild<ConnectDialog*>();
  dialog->findChild<QLineEdit*>("address")->setText(text);
  auto* const open = dialog->findChild<QPushButton*>("open");
  QCOMPARE(open->isEnabled(), possible);
  if (!possible) return dialog->reject();
  dialog->findChild<QRadioButton*>("drive")->click();
  QTest::mouseClick(open, Qt::LeftButton);
  QVERIFY(until([&] { return window->drive().session() == nullptr; }));
  const QStringList said = readBoxes();
  QVERIFY2(said.size() == 1 && !said[0].isEmpty(), qPrintable(said.join('\n')));
  QVERIFY(window->findChild<QPushButton*>("demo")->isVisible());  // back at the start page
}

void TstMisuse::fullDiskEndsARecordingAloud() {
  QVERIFY(demoRuns(*window));
  QSignalSpy refused(window->drive().session(), &LiveSession::refused);
  window->drive().session()->record("/dev/full");
  QVERIFY(until([&] { return refused.count() > 0; }));
  QVERIFY2(refused[0][0].toString().startsWith("/dev/full: "), qPrintable(refused[0][0].toString()));
  QSignalSpy sampled(window->drive().session(), &LiveSession::sampled);
  QVERIFY(until([&] { return sampled.count() >= 2; }));
  QCOMPARE(refused.count(), 1);  // reported once
  window->drive().session()->record("/nowhere/at/all");
  QVERIFY(until([&] { return refused.count() == 2; }));
  QCOMPARE(readBoxes().size(), 2);
}

void TstMisuse::unwritableFilesAreReported_data() {
  QTest::addColumn<QString>("file");
  QTest::newRow("no such folder") << "/nowhere/at/all.";
  QTest::newRow("a full disk") << home.path() + "/full.";
  QTest::newRow("a folder") << home.path() + "/folder.";
  QTest::newRow("a pipe, which would be replaced") << home.path() + "/pipe.";
  QDir(home.path()).mkpath("folder.csv");
  QDir(home.path()).mkpath("folder.png");
  for (const char* const name : {"pipe.csv", "pipe.png"}) ::mkfifo(qPrintable(home.filePath(name)), 0600);
}

void TstMisuse::unwritableFilesAreReported() {
  QFETCH(QString, file);
  QVERIFY(demoRuns(*window));
  std::optional<FullDisk> disk;
  if (file.contains("full")) disk.emplace(16);
  const QStringList kinds = disk ? QStringList{"csv"} : QStringList{"csv", "png"};
  for (const QString& kind : kinds) {
    for (QAction* const action : window->findChildren<QAction*>())
      if (action->text().contains(kind == "csv" ? "CS&V" : "as picture")) action->trigger();
    auto* const dialog = window->findChild<QFileDialog*>();
    QVERIFY(dialog != nullptr);
    QString said;
    QTimer reader;
    connect(&reader, &QTimer::timeout, this, [&] {
      auto* const box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
      if (box == nullptr) return;
      said = box->text();
      box->close();
    });
    reader.start(1);
    emit dialog->fileSelected(file + kind);
    delete dialog;
    QVERIFY2(until([&] { return !said.isEmpty(); }), qPrintable(kind));
    QVERIFY2(!QFileInfo(file + kind).isFile(), "half a file is left");
  }
  disk.reset();
  const std::uint64_t written = counters().written;
  QVERIFY(until([&] { return counters().written > written; }));
  QCOMPARE(counters().discarded, 0u);
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstMisuse suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_misuse.moc"
