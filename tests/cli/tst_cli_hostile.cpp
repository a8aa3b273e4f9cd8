// SPDX-License-Identifier: Apache-2.0
// Users in a hurry and surroundings that do not keep their promises.
#include <QJsonDocument>
#include <QJsonObject>

#include "cli/program.hpp"

class TestCliHostile : public QObject {
  Q_OBJECT
 private slots:
  void aReportLargerThanTheRoomIsNotDropped_data();
  void aReportLargerThanTheRoomIsNotDropped();
  void aSignalPassedOnTwiceIsOneRequest();
  void aLineThatAnInterruptCutIsNotABadOne();
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

}  // namespace

void TestCliHostile::aReportLargerThanTheRoomIsNotDropped_data() {
  QTest::addColumn<QStringList>("room");
  QTest::newRow("entries") << QStringList{"--batch-size", "7", "--queue-capacity", "7"};
  QTest::newRow("fifo") << QStringList{"--queue", "fifo", "--batch-size", "1", "--queue-capacity", "1"};
  QTest::newRow("bytes") << QStringList{"--queue-bytes", "64"};
}

void TestCliHostile::aReportLargerThanTheRoomIsNotDropped() {
  QFETCH(QStringList, room);
  Program program;
  const auto ended = program.run(QStringList{"ingest", "--register", "--json", "--db", program.db()} + room,
                                 report(100) + report(100));
  QVERIFY2(ended.err.isEmpty(), ended.err.constData());
  QCOMPARE(ended.status, 0);
  QCOMPARE(member(ended, "accepted"), 200);
  QCOMPARE(Rows(program.file()).of("SELECT count(*) FROM workspace_agent_metadata"), QStringList{"100"});
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
  program.signal(SIGTERM);  // another one, so that the two are not one pending signal
  QVERIFY(program.hasSaid("stopping"));
  rows.of("ROLLBACK");
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

QTEST_GUILESS_MAIN(TestCliHostile)
#include "tst_cli_hostile.moc"
