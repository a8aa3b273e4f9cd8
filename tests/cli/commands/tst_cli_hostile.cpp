// SPDX-License-Identifier: Apache-2.0
// Impatient users, and an environment that misbehaves.
#include <fcntl.h>

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include "cli/program.hpp"

class TestCliHostile : public QObject {
  Q_OBJECT
 private slots:
  void aReportLargerThanTheBufferIsNotDropped_data();
  void aReportLargerThanTheBufferIsNotDropped();
  void anUpdateThatCanNeverFitIsABadLine();
  void aSignalPassedOnTwiceIsOneRequest();
  void aHangupWritesWhatIsHeld();
  void aLineThatAnInterruptCutIsNotABadOne();
  void aReaderOfStdoutThatStandsStillHoldsUpNoSignal();
  void aReaderOfStderrThatStandsStillHoldsUpNoSignal();
  void aStreamThatIsClosedFails_data();
  void aStreamThatIsClosedFails();
  void aSettingWithoutValueTakesNoOtherFlag();
  void aTableOfAnotherShapeFailsBeforeAnyWork();
  void aDatabaseInMemoryIsRefused();
  void whatWasNotWrittenIsNotSaved();
  void aLocaleThatIsNotUtf8CausesNoWarning();
};

namespace {

const QByteArray kLine =
    R"({"agent":"00000000-0000-4000-8000-000000000001","key":"cpu","value":"1","collected_at":"2026-01-02T03:04:05Z"})"
    "\n";

QByteArray report(int items) {
  QByteArrayList texts;
  for (int i = 0; i < items; ++i) texts += QString(R"({"key":"key %1","value":"%1"})").arg(i).toUtf8();
  return R"({"agent":"00000000-0000-4000-8000-000000000001","metadata":[)" + texts.join(',') + "]}\n";
}

qint64 member(const Program::Ended& ended, const char* name) {
  return QJsonDocument::fromJson(ended.out).object()[QLatin1String(name)].toInteger(-1);
}

/// A pipe that is full to the last byte and that nobody reads.
struct FullPipe {
  FullPipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) qFatal("no pipe");
    const int flags = ::fcntl(ends[1], F_GETFL);
    ::fcntl(ends[1], F_SETFL, flags | O_NONBLOCK);
    const QByteArray block(4096, 'x');
    while (::write(ends[1], block.constData(), static_cast<std::size_t>(block.size())) > 0) continue;
    ::fcntl(ends[1], F_SETFL, flags);
  }
  ~FullPipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  int ends[2];
};

/// The child sees this descriptor in place of one of its standard streams; -1: none.
void giveStream(Program& program, int stream, int descriptor) {
  program.process.setChildProcessModifier([stream, descriptor] {
    if (descriptor < 0)
      ::close(stream);
    else
      ::dup2(descriptor, stream);
  });
}

bool waitForRows(const Rows& rows, const QString& count) {
  return QTest::qWaitFor([&] { return rows.of("SELECT count(*) FROM workspace_agent_metadata") == QStringList{count}; },
                         60'000);
}

}  // namespace

void TestCliHostile::aReportLargerThanTheBufferIsNotDropped_data() {
  QTest::addColumn<QStringList>("room");
  QTest::newRow("entries") << QStringList{"--batch-size", "7", "--queue-capacity", "7"};
  QTest::newRow("fifo") << QStringList{"--queue", "fifo", "--batch-size", "1", "--queue-capacity", "1"};
  QTest::newRow("bytes") << QStringList{"--queue-bytes", "64"};
}

void TestCliHostile::aReportLargerThanTheBufferIsNotDropped() {
  QFETCH(QStringList, room);
  Program program;
  const auto ended = program.run(QStringList{"ingest", "--register", "--json", "--db", program.db()} + room,
                                 report(100) + report(100));
  QVERIFY2(ended.err.isEmpty(), ended.err.constData());
  QCOMPARE(ended.status, 0);
  QCOMPARE(member(ended, "accepted"), 200);
  QCOMPARE(Rows(program.file()).of("SELECT count(*) FROM workspace_agent_metadata"), QStringList{"100"});
}

void TestCliHostile::anUpdateThatCanNeverFitIsABadLine() {
  Program program;
  const QByteArray head =
      R"({"agent":"00000000-0000-4000-8000-000000000001","collected_at":"2026-01-01T00:00:00Z","key":"k","value":")";
  const auto ended = program.run({"ingest", "--register", "--json", "--db", program.db(), "--queue-bytes", "10"},
                                 head + "0123456789\"}\n" + head + "012345678\"}\n");
  QCOMPARE(ended.err,
           QByteArray("line 1: its 11 bytes can never fit into queue_bytes, 10 (the line begins at byte 0)\n"));
  QCOMPARE(ended.status, 3);
  QCOMPARE(member(ended, "rejected_lines"), 1);
  QCOMPARE(member(ended, "written"), 1);
}

void TestCliHostile::aSignalPassedOnTwiceIsOneRequest() {
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  const Rows rows(program.file());
  rows.of("BEGIN IMMEDIATE");
  program.start({"ingest", "--register", "--json", "--interval", "1h", "--db", program.db()});
  program.process.write(kLine + "bad\n");
  QVERIFY(program.hasSaid("line 2: "));
  program.signal(SIGINT);
  program.signal(SIGTERM);  // a different signal, so that the two do not become one pending signal
  QVERIFY(program.hasSaid("stopping"));
  rows.of("ROLLBACK");
  QVERIFY(program.process.waitForFinished(60'000));
  const auto ended = program.end();
  QCOMPARE(ended.status, 130);
  QCOMPARE(member(ended, "written"), 1);
}

void TestCliHostile::aHangupWritesWhatIsHeld() {
  Program program;
  program.start({"ingest", "--register", "--json", "--interval", "1h", "--db", program.db()});
  program.process.write(kLine + "bad\n");
  QVERIFY(program.hasSaid("line 2: "));
  program.signal(SIGHUP);
  QVERIFY(program.process.waitForFinished(60'000));
  const auto ended = program.end();
  QCOMPARE(ended.status, 130);
  QCOMPARE(member(ended, "written"), 1);
}

void TestCliHostile::aLineThatAnInterruptCutIsNotABadOne() {
  Program program;
  program.start({"ingest", "--register", "--json", "--interval", "1h", "--db", program.db()});
  program.process.write(kLine + "bad\n" + kLine.first(30));
  QVERIFY(program.hasSaid("line 2: "));
  program.signal(SIGINT);
  QVERIFY(program.process.waitForFinished(60'000));
  const auto ended = program.end();
  QVERIFY2(!ended.err.contains("line 3"), ended.err.constData());
  QCOMPARE(member(ended, "rejected_lines"), 1);
}

void TestCliHostile::aReaderOfStdoutThatStandsStillHoldsUpNoSignal() {
  const FullPipe full;
  Program program;
  giveStream(program, STDOUT_FILENO, full.ends[1]);
  program.start({"ingest", "--register", "--print-notifications", "--batch-size", "1", "--db", program.db()});
  program.process.write(kLine + "bad\n");
  QVERIFY(program.hasSaid("line 2: "));
  QVERIFY(waitForRows(Rows(program.file()), "1"));  // so the notification was sent
  program.signal(SIGINT);
  QVERIFY(program.hasSaid("stopping"));
  program.signal(SIGINT);
  QVERIFY(program.process.waitForFinished(20'000));
}

void TestCliHostile::aReaderOfStderrThatStandsStillHoldsUpNoSignal() {
  const FullPipe full;
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  giveStream(program, STDERR_FILENO, full.ends[1]);
  program.start({"ingest", "--register", "--interval", "100ms", "--db", program.db()});
  program.process.write(kLine + "bad\n");
  QVERIFY(waitForRows(Rows(program.file()), "1"));
  for (int i = 0; i < 100 && !program.process.waitForFinished(200); ++i) program.signal(SIGINT);
  QCOMPARE(program.process.state(), QProcess::NotRunning);
  QCOMPARE(program.end().status, 130);
}

void TestCliHostile::aStreamThatIsClosedFails_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<int>("stream");
  QTest::newRow("ingest reads") << QStringList{"ingest"} << STDIN_FILENO;
  QTest::newRow("decode reads") << QStringList{"decode"} << STDIN_FILENO;
  QTest::newRow("ingest prints") << QStringList{"ingest", "/dev/null"} << STDOUT_FILENO;
  QTest::newRow("inspect prints") << QStringList{"inspect", "/dev/null"} << STDOUT_FILENO;
}

void TestCliHostile::aStreamThatIsClosedFails() {
  QFETCH(QStringList, arguments);
  QFETCH(int, stream);
  Program program;
  giveStream(program, stream, -1);
  program.start(arguments);
  QVERIFY(program.process.waitForFinished(20'000));
  const auto ended = program.end();
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("Bad file descriptor"), ended.err.constData());
}

void TestCliHostile::aSettingWithoutValueTakesNoOtherFlag() {
  Program program;
  QFile file(program.home.filePath("c.toml"));
  QVERIFY(file.open(QFile::WriteOnly));
  file.write("db =\n");
  file.close();
  const auto ended = program.run({"ingest", "--config", file.fileName(), "--register"}, kLine);
  QCOMPARE(ended.status, 2);
  QVERIFY2(ended.err.contains("c.toml:1:"), ended.err.constData());
}

void TestCliHostile::aTableOfAnotherShapeFailsBeforeAnyWork() {
  Program program;
  Rows(program.file())
      .of("CREATE TABLE workspace_agent_metadata(workspace_agent_id TEXT, key TEXT, value TEXT, error TEXT, "
          "collected_at INTEGER)");
  const auto ended =
      program.run({"ingest", "--register", "--final-flush-timeout", "100ms", "--db", program.db()}, kLine);
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("display_name"), ended.err.constData());
}

void TestCliHostile::aDatabaseInMemoryIsRefused() {
  const auto ended = Program().run({"ingest", "--register", "--db", "sqlite::memory:"}, kLine);
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("name a file"), ended.err.constData());
}

void TestCliHostile::whatWasNotWrittenIsNotSaved() {
  Program program;
  QCOMPARE(program.run({"ingest", "--db", program.db()}).status, 0);
  const Rows rows(program.file());
  rows.of("BEGIN IMMEDIATE");
  const auto ended =
      program.run({"ingest", "--register", "--final-flush-timeout", "100ms", "--db", program.db()}, kLine);
  QCOMPARE(ended.status, 3);
  QVERIFY2(!ended.out.contains("saved"), ended.out.constData());
  QVERIFY2(ended.err.contains("1 entry is kept") && !ended.err.contains("1 entries"), ended.err.constData());
}

/// Qt 6.8 warns of it in four lines.
void TestCliHostile::aLocaleThatIsNotUtf8CausesNoWarning() {
  for (const char* const all : {"", "C", "POSIX", "xx_XX.ISO-8859-1"}) {
    Program program;
    for (const char* const name : {"LANG", "LC_CTYPE"}) program.set(name, "");
    program.set("LC_ALL", all);
    const auto ended = program.run({"encode"}, "9b2f1f1e-7b54-4c11-8a6e-1c2d3e4f5a6b\n");
    QCOMPARE(ended.status, 0);
    QCOMPARE(ended.err, QByteArray());
    QVERIFY(!ended.out.isEmpty());
  }
}

QTEST_GUILESS_MAIN(TestCliHostile)
#include "tst_cli_hostile.moc"
