// SPDX-License-Identifier: GPL-3.0-or-later
#include <signal.h>
#include <sys/resource.h>

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QImage>
#include <QProcess>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "gui/a_day.hpp"
#include "gui/operator.hpp"
#include "support/cost/processor_time.hpp"

using namespace metabatch;
using namespace metabatch::gui;
using namespace std::chrono_literals;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int kSlower = 20;  // the allowed cost of a sanitizer
#else
constexpr int kSlower = 1;
#endif
// Budgets here are processor time or ratios of it, so that a busy or slow machine hardly changes
// them; `./dev bench desktop` measures the release in wall time.
constexpr int kColdStartMs = 700 * kSlower;
constexpr int kFrames = 12;
/// A frame of a day draws 1,440 times as many samples as one of a minute.
constexpr double kDayByMinute = 2;

/// The processor time of this thread.
double processorMs() { return std::chrono::duration<double, std::milli>(metabatch::test::processor_time()).count(); }

/// The processor time of all processes that this one started and that have ended.
double processorMsOfChildren() {
  rusage used{};
  ::getrusage(RUSAGE_CHILDREN, &used);
  const auto ms = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

}  // namespace

/// The program as users start it, and the cost of a frame.
class TstProgram : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void startCostsLittleAndPrintsNothing();
  void wrongFlagsAreUsage_data();
  void wrongFlagsAreUsage();
  void replaysFromTheCommandLine();
  void takesPicturesOfEveryPageOnARealScreen();
  void frameOfADayOfSamplesIsCheap();
  void signalEndsItInOrder_data();
  void signalEndsItInOrder();
  void missingScreenIsReported();
  void displayThatIsDeadIsReported_data();
  void displayThatIsDeadIsReported();
  void folderThatIsAFileIsReportedAtOnce();
  void nonsenseIsRefused_data();
  void nonsenseIsRefused();
  void brokenSettingsDoNotStopIt();

 private:
  [[nodiscard]] QByteArray complaints(const QProcess& process, QByteArray text) const;
  static bool hasValues(const QString& file);
  QTemporaryDir home;
  QString program;
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
};

void TstProgram::initTestCase() {
  program = QCoreApplication::applicationDirPath() + "/metabatch-desktop";
  QVERIFY2(QFile::exists(program), qPrintable(program));
  environment.insert("HOME", home.path());
  environment.insert("XDG_CONFIG_HOME", home.filePath("config"));
  environment.insert("XDG_RUNTIME_DIR", home.path());
  environment.insert("QT_QPA_PLATFORM", "offscreen");
  environment.remove("DISPLAY");
  QFile::setPermissions(home.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

/// The text on stderr, without a remark of the offscreen platform.
QByteArray TstProgram::complaints(const QProcess&, QByteArray text) const {
  return text.replace("This plugin does not support propagateSizeHints()\n", "");
}

void TstProgram::startCostsLittleAndPrintsNothing() {
  double best = 1e9;
  for (int attempt = 0; attempt < 8 && best >= kColdStartMs; ++attempt) {
    QProcess process;
    process.setProcessEnvironment(environment);
    const double before = processorMsOfChildren();
    process.start(program, {"--exit-when-drawn"});
    QVERIFY(process.waitForFinished(kPatience));
    best = std::min(best, processorMsOfChildren() - before);
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(complaints(process, process.readAllStandardError()), QByteArray());
  }
  QVERIFY2(best > 0 && best < kColdStartMs, qPrintable(QString::number(best)));
}

void TstProgram::wrongFlagsAreUsage_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("speed of nothing") << QStringList{"--speed", "2"} << QByteArray("--speed and --db go with --replay");
  QTest::newRow("no speed") << QStringList{"--replay", "-", "--speed", "0"}
                            << QByteArray("--speed: a number above 0, or max");
  QTest::newRow("no database") << QStringList{"--replay", "-", "--db", "nonsense=1"} << QByteArray("--db: ");
}

void TstProgram::wrongFlagsAreUsage() {
  QFETCH(QStringList, arguments);
  QFETCH(QByteArray, said);
  QProcess process;
  process.setProcessEnvironment(environment);
  process.start(program, arguments);
  QVERIFY(process.waitForFinished(kPatience));
  QCOMPARE(process.exitCode(), 2);
  const QByteArray error = process.readAllStandardError();
  QVERIFY2(error.startsWith("metabatch-desktop: " + said), error.constData());
}

void TstProgram::replaysFromTheCommandLine() {
  const QString file = home.filePath("replayed.db");
  QProcess process;
  process.setProcessEnvironment(environment);
  process.start(program, {"--replay", "-", "--speed", "max", "--db", "sqlite:" + file});
  for (int i = 0; i < 500; ++i)  // a batch: nothing waits for the interval
    process.write(
        R"({"agent":"00000000-0000-4000-8000-000000000001","value":"replayed","collected_at":"2026-01-02T03:04:05Z","key":"k)" +
        QByteArray::number(i) + "\"}\n");
  process.closeWriteChannel();
  const auto isKept = [&] {
    for (const QString& name : {file, file + "-wal"}) {
      QFile one(name);
      if (one.open(QIODevice::ReadOnly) && one.readAll().contains("replayed")) return true;
    }
    return false;
  };
  QVERIFY(until(isKept));
  QCOMPARE(process.state(), QProcess::Running);  // the end of the input does not end the program
  process.kill();
  process.waitForFinished();
}

void TstProgram::takesPicturesOfEveryPageOnARealScreen() {
  const QString xvfb = QStandardPaths::findExecutable("Xvfb");
  QVERIFY2(!xvfb.isEmpty(), "Xvfb is not installed");
  QProcess server;
  server.start(xvfb, {"-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"});
  QByteArray display;
  while (!display.contains('\n') && server.waitForReadyRead(kPatience)) display += server.readAllStandardOutput();
  QVERIFY(!display.isEmpty());
  QProcessEnvironment real = environment;
  real.insert("QT_QPA_PLATFORM", "xcb");
  real.insert("DISPLAY", ":" + display.trimmed());
  QProcess process;
  process.setProcessEnvironment(real);
  const QString folder = home.filePath("pictures");
  process.start(program, {"--screenshot", folder, "--seconds", "1"});
  const bool isFinished = process.waitForFinished(3 * kPatience);
  server.terminate();
  server.waitForFinished(kPatience);
  QVERIFY(isFinished);
  QCOMPARE(process.exitCode(), 0);
  QCOMPARE(process.readAllStandardError(), QByteArray());
  for (const char* page :
       {"start", "connect-dialog", "replay-dialog", "dashboard", "flushes", "agents", "channel", "quarantine", "doctor",
        "inspector", "what-if", "tune-dialog", "recording", "comparison", "comparison-table", "replay", "metrics"}) {
    const QImage light(QStringLiteral("%1/%2-light.png").arg(folder, page));
    const QImage dark(QStringLiteral("%1/%2-dark@2x.png").arg(folder, page));
    QVERIFY2(!light.isNull() && !dark.isNull(), page);
    QCOMPARE(dark.size(), light.size() * 2);
    QVERIFY(light.pixelColor(3, 3).lightness() > 200 && dark.pixelColor(6, 6).lightness() < 80);
  }
}

void TstProgram::frameOfADayOfSamplesIsCheap() {
  FramesOfADay charts;
  QCOMPARE(charts.cards().size(), std::size_t(10));
  const auto frameMs = [&charts](Duration span) {
    charts.show(span);
    charts.nextMs();  // the first one of a span lays out its axes
    double least = 1e9;
    for (int frame = 0; frame < kFrames; ++frame) {
      const double before = processorMs();
      charts.nextMs();
      least = std::min(least, processorMs() - before);
    }
    return least;
  };
  const double minute = frameMs(1min), day = frameMs(24h);
  QVERIFY(charts.cards()[0]->chart().strokes()[0]->points() > 100);
  qInfo("a frame of ten charts takes %.1f ms of one processor over a minute, %.1f ms over a day", minute, day);
  QVERIFY2(day < kDayByMinute * minute, qPrintable(QStringLiteral("%1 and %2").arg(day).arg(minute)));
}

void TstProgram::signalEndsItInOrder_data() {
  QTest::addColumn<int>("signal");
  QTest::newRow("asked to end") << SIGTERM;
  QTest::newRow("Ctrl+C") << SIGINT;
  QTest::newRow("terminal closed") << SIGHUP;
}

/// A row was written there.
bool TstProgram::hasValues(const QString& file) {
  if (!QFile::exists(file)) return false;
  bool isFound = false;
  {
    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", "rows");
    database.setDatabaseName(file);
    database.setConnectOptions("QSQLITE_OPEN_READONLY");
    QSqlQuery query(database);
    isFound = database.open() && query.exec("SELECT 1 FROM workspace_agent_metadata WHERE value <> '' LIMIT 1") &&
              query.next();
  }
  QSqlDatabase::removeDatabase("rows");
  return isFound;
}

/// Like closing the window: held entries are written, and the folder of the demo is removed.
void TstProgram::signalEndsItInOrder() {
  QFETCH(int, signal);
  const QString folder = home.filePath("tmp");
  QVERIFY(QDir().mkpath(folder));
  QProcessEnvironment own = environment;
  own.insert("TMPDIR", folder);
  QProcess process;
  process.setProcessEnvironment(own);
  process.start(program, {"--demo"});
  QVERIFY(process.waitForStarted());
  QVERIFY(until([&] {
    const QStringList found = QDir(folder).entryList({"metabatch-desktop-*"});
    return !found.isEmpty() && hasValues(folder + "/" + found[0] + "/demo.db");
  }));
  ::kill(static_cast<pid_t>(process.processId()), signal);
  QVERIFY(process.waitForFinished(kPatience));
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 0);
  QCOMPARE(complaints(process, process.readAllStandardError()), QByteArray());
  QCOMPARE(QDir(folder).entryList({"metabatch-desktop-*"}), QStringList());
}

void TstProgram::missingScreenIsReported() {
  QProcessEnvironment none = environment;
  for (const char* name : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}) none.remove(name);
  QProcess process;
  process.setProcessEnvironment(none);
  process.start(program, {"--demo"});
  QVERIFY(process.waitForFinished(kPatience));
  const QByteArray said = process.readAllStandardError();
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 1);
  QVERIFY2(said.startsWith("metabatch-desktop: no display") && said.count('\n') == 1, said);
  process.start(program, {"--help"});
  QVERIFY(process.waitForFinished(kPatience));
  QCOMPARE(process.exitCode(), 0);
  QVERIFY(process.readAllStandardOutput().contains("--screenshot"));
}

void TstProgram::displayThatIsDeadIsReported_data() {
  QTest::addColumn<QString>("variable");
  QTest::addColumn<QString>("value");
  QTest::newRow("X") << "DISPLAY"
                     << ":4711";
  QTest::newRow("Wayland") << "WAYLAND_DISPLAY"
                           << "wayland-4711";
}

void TstProgram::displayThatIsDeadIsReported() {
  QFETCH(QString, variable);
  QFETCH(QString, value);
  QProcessEnvironment dead = environment;
  for (const char* name : {"QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"}) dead.remove(name);
  dead.insert(variable, value);
  QProcess process;
  process.setProcessEnvironment(dead);
  process.start(program, {"--demo"});
  QVERIFY(process.waitForFinished(kPatience));
  const QByteArray text = process.readAllStandardError();
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 1);
  QVERIFY2(text.startsWith("metabatch-desktop: no display") && text.count('\n') == 1, text);
}

void TstProgram::folderThatIsAFileIsReportedAtOnce() {
  QFile file(home.filePath("a-file"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  QProcess process;
  process.setProcessEnvironment(environment);
  QElapsedTimer timer;
  timer.start();
  process.start(program, {"--screenshot", file.fileName(), "--seconds", "30"});
  QVERIFY(process.waitForFinished(kPatience));
  QVERIFY2(timer.elapsed() < 20'000, "it ran the demo first");
  QCOMPARE(process.exitCode(), 1);
  const QByteArray said = complaints(process, process.readAllStandardError());
  QCOMPARE(said.count('\n'), 1);
  QVERIFY2(said.contains(file.fileName().toUtf8()), said);
}

void TstProgram::nonsenseIsRefused_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::newRow("unknown flag") << QStringList{"--no-such"};
  QTest::newRow("no number") << QStringList{"--screenshot", "x", "--seconds", "soon"};
  QTest::newRow("no time at all") << QStringList{"--screenshot", "x", "--seconds", "-1"};
  QTest::newRow("too long to count") << QStringList{"--screenshot", "x", "--seconds", "99999999"};
  QTest::newRow("database of nothing") << QStringList{"--db", "garbage"};
  QTest::newRow("two files") << QStringList{"a.ndjson", "b.ndjson"};
  QTest::newRow("two sources") << QStringList{"--demo", "--replay", "x"};
  QTest::newRow("a source and a file") << QStringList{"--demo", "a.ndjson"};
  QTest::newRow("seconds of nothing") << QStringList{"--seconds", "5"};
  QTest::newRow("no folder") << QStringList{"--screenshot", ""};
}

void TstProgram::nonsenseIsRefused() {
  QFETCH(QStringList, arguments);
  QProcess process;
  process.setProcessEnvironment(environment);
  process.setWorkingDirectory(home.path());
  process.start(program, arguments);
  QVERIFY(process.waitForFinished(kPatience));
  QCOMPARE(process.exitStatus(), QProcess::NormalExit);
  QCOMPARE(process.exitCode(), 2);
  const QByteArray said = complaints(process, process.readAllStandardError());
  QVERIFY2(said.startsWith("metabatch-desktop: ") && said.count('\n') == 1, said);
}

void TstProgram::brokenSettingsDoNotStopIt() {
  const QString folder = home.filePath("config/metabatch");
  QVERIFY(QDir().mkpath(folder));
  QFile file(folder + "/metabatch-desktop.conf");
  for (const QByteArray& text :
       {QByteArray("[General]\ngeometry=@ByteArray(garbage\n=\xff\xfe\n[[["), QByteArray(1 << 20, '\0')}) {
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(text);
    file.close();
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(program, {"--exit-when-drawn"});
    QVERIFY(process.waitForFinished(kPatience));
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(complaints(process, process.readAllStandardError()), QByteArray());
  }
}

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QApplication::setStyle("Fusion");
  QApplication application(argc, argv);
  TstProgram suite;
  return QTest::qExec(&suite, argc, argv);
}
#include "tst_program.moc"
