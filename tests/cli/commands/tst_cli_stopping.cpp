// SPDX-License-Identifier: Apache-2.0
// Requests to stop: signals from a supervisor, and keys that a person presses.
#include <QTest>

#include "cli/program.hpp"
#include "cli/pty_program.hpp"

namespace {

constexpr const char* kFirst =
    R"({"agent":"00000000-0000-4000-8000-000000000001","key":"a","value":"1","error":"","collected_at":"2026-01-01T00:00:00Z"})"
    "\n";
constexpr const char* kSecond =
    R"({"agent":"00000000-0000-4000-8000-000000000001","key":"b","value":"2","error":"","collected_at":"2026-01-01T00:00:00Z"})"
    "\n";

/// A database file that another program has locked, with two updates buffered.
struct Locked {
  Locked() : rows(program.file()) {
    (void)program.run({"ingest", "--db", program.db()});
    rows.of("BEGIN IMMEDIATE");
  }
  QStringList arguments(const QString& command = "ingest") const {
    return {command, "--db", program.db(), "--final-flush-timeout", "10m", "--interval", "1h"};
  }
  Program program;
  Rows rows;
};

std::vector<std::string> texts(const QStringList& arguments) {
  std::vector<std::string> found;
  for (const QString& one : arguments) found.push_back(one.toStdString());
  return found;
}

/// Two updates and a bad line, then Ctrl-C twice.
void leaveAtOnce(PtyProgram& program) {
  program.type(QByteArray(kFirst) + kSecond + "bad\n");
  QVERIFY2(program.hasShown("line 3: "), program.seen());
  program.type("\x03");
  QVERIFY2(program.hasShown("stopping: writing"), program.seen());
  program.type("\x03");
  QCOMPARE(program.end(), 130);
}

QByteArray bytesOf(const QString& file) {
  QFile opened(file);
  return opened.open(QFile::ReadOnly) ? opened.readAll() : QByteArray();
}

}  // namespace

class TestCliStopping : public QObject {
  Q_OBJECT
 private slots:
  void aRepeatedSigtermChangesNothing_data();
  void aRepeatedSigtermChangesNothing();
  void aSecondCtrlCLeavesAtOnce();
  void aSecondCtrlCWritesTheSpoolFirst();
  void aSigtermAfterCtrlCChangesNothing();
};

void TestCliStopping::aRepeatedSigtermChangesNothing_data() {
  QTest::addColumn<int>("signal");
  QTest::newRow("SIGTERM") << SIGTERM;
  QTest::newRow("SIGHUP") << SIGHUP;
}

void TestCliStopping::aRepeatedSigtermChangesNothing() {
  QFETCH(int, signal);
  const Locked locked;
  Program program;
  program.start(locked.arguments() + QStringList{"--register", "--json"});
  program.process.write(QByteArray(kFirst) + kSecond + "bad\n");
  QVERIFY(program.hasSaid("line 3: "));
  program.signal(signal);
  QVERIFY(program.hasSaid("stopping: writing"));
  for (int i = 0; i < 20; ++i) program.signal(signal);
  locked.rows.of("ROLLBACK");
  QVERIFY(program.process.waitForFinished(60'000));
  const auto ended = program.end();
  QCOMPARE(ended.status, 130);
  QVERIFY2(ended.out.contains("\"written\":2,"), ended.out + ended.err);
  QVERIFY2(!ended.err.contains("left at once"), ended.err);
}

void TestCliStopping::aSecondCtrlCLeavesAtOnce() {
  const Locked locked;
  PtyProgram program(texts(locked.arguments() + QStringList{"--register"}), {{"TERM", "dumb"}});
  leaveAtOnce(program);
  QVERIFY2(program.seen().contains("left at once: 2 entries were not known to be written"), program.seen());
}

void TestCliStopping::aSecondCtrlCWritesTheSpoolFirst() {
  const Locked locked;
  const QString spool = locked.program.home.filePath("spool");
  PtyProgram program(texts(locked.arguments() + QStringList{"--register", "--spool", spool}), {{"TERM", "dumb"}});
  leaveAtOnce(program);
  QVERIFY2(program.seen().contains("left at once: nothing was lost"), program.seen());
  QCOMPARE(bytesOf(spool).count('\n'), 2);
}

void TestCliStopping::aSigtermAfterCtrlCChangesNothing() {
  const Locked locked;
  PtyProgram program(texts(locked.arguments() + QStringList{"--register"}), {{"TERM", "dumb"}});
  program.type(QByteArray(kFirst) + "bad\n");
  QVERIFY2(program.hasShown("line 2: "), program.seen());
  program.type("\x03");
  QVERIFY2(program.hasShown("stopping: writing"), program.seen());
  for (int i = 0; i < 20; ++i) program.signal(SIGTERM);
  locked.rows.of("ROLLBACK");
  QCOMPARE(program.end(), 130);
  QVERIFY2(program.seen().contains("written 1"), program.seen());
}

QTEST_GUILESS_MAIN(TestCliStopping)
#include "tst_cli_stopping.moc"
