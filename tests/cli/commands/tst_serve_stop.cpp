// SPDX-License-Identifier: Apache-2.0
#include <sys/file.h>

#include <QFile>
#include <QTest>

#include "cli/program.hpp"
#include "cli/serving.hpp"
#include "service/client.hpp"

/// How `metabatch serve` starts and stops under a supervisor.
class TestServeStop : public QObject {
  Q_OBJECT
 private slots:
  void aRepeatedSigtermIsTheSameRequest();
  void aSecondInterruptLeavesAtOnceWithASpool();
  void aSecondServiceOnOneFileIsRefused();
  void aDatabaseThatIsAwayIsWaitedFor();
  void everyLineHasTheFormatAskedFor();
  void theUnitIsValid();

 private:
  /// A service whose file another program has locked, so that nothing can be written.
  struct Locked {
    explicit Locked(const QString& file) : database(QSqlDatabase::addDatabase("QSQLITE", "locker")) {
      database.setDatabaseName(file);
      if (!database.open()) qFatal("the file does not open");
      QSqlQuery(database).exec("BEGIN IMMEDIATE");
    }
    void unlock() { QSqlQuery(database).exec("COMMIT"); }
    ~Locked() {
      database.close();
      database = QSqlDatabase();
      QSqlDatabase::removeDatabase("locker");
    }
    QSqlDatabase database;
  };
};

void TestServeStop::aRepeatedSigtermIsTheSameRequest() {
  Program home;
  const AddedAgent agent = AddedAgent::to(home.db());
  Serving serving(home.db());
  QVERIFY(serving.start({"--interval", "1h"}));
  Locked locked(home.file());
  Client client(serving.port());
  client.send(agent.report("acknowledged"));
  QCOMPARE(answer_from(client).status, 204);
  for (int i = 0; i < 5; ++i) {  // as `timeout` and containers do it
    serving.program().signal(SIGTERM);
    ::usleep(2000);
  }
  QVERIFY(serving.program().hasSaid("\"event\":\"flush failed\""));
  serving.program().signal(SIGTERM);
  locked.unlock();
  const auto ended = serving.program().end();
  QCOMPARE(ended.status, 0);
  QVERIFY2(!ended.err.contains("left at once"), ended.err.constData());
  QCOMPARE(Rows(home.file()).of("SELECT value FROM workspace_agent_metadata"), QStringList{"acknowledged"});
}

void TestServeStop::aSecondInterruptLeavesAtOnceWithASpool() {
  Program home;
  const AddedAgent agent = AddedAgent::to(home.db());
  const QString spool = home.home.filePath("spool");
  Serving serving(home.db());
  QVERIFY(serving.start({"--interval", "1h", "--spool", spool, "--final-flush-timeout", "60s"}));
  const Locked locked(home.file());
  Client client(serving.port());
  client.send(agent.report("kept"));
  QCOMPARE(answer_from(client).status, 204);
  serving.program().signal(SIGINT);
  serving.program().signal(SIGINT);  // the same request
  QVERIFY(serving.program().hasSaid("\"event\":\"flush failed\""));
  do serving.program().signal(SIGINT);  // those that come too soon are the same request
  while (!serving.program().process.waitForFinished(100));
  const auto ended = serving.program().end();
  QCOMPARE(ended.status, 130);
  QVERIFY2(ended.err.contains("left at once"), ended.err.constData());
  QFile file(spool);
  QVERIFY(file.open(QIODevice::ReadOnly));
  QVERIFY(file.readAll().contains("\"kept\""));
}

void TestServeStop::aSecondServiceOnOneFileIsRefused() {
  Program home;
  Serving serving(home.db());
  QVERIFY(serving.start());
  Program second;
  const auto ended = second.run({"serve", "--db", home.db(), "--listen", "127.0.0.1:0"});
  QCOMPARE(ended.status, 1);
  QVERIFY2(ended.err.contains("another metabatch serve uses this database"), ended.err.constData());
  QCOMPARE(serving.stop().status, 0);
  Serving third(home.db());
  QVERIFY(third.start());
  QCOMPARE(third.stop().status, 0);
}

void TestServeStop::aDatabaseThatIsAwayIsWaitedFor() {
  Serving serving("postgres://nobody@127.0.0.1:1/nothing");  // no server listens on port 1
  QVERIFY(serving.start());
  QVERIFY(serving.program().seen_err.contains("\"event\":\"waiting for the database\""));
  Client client(serving.port());
  client.send(request("GET", "/healthz") + request("GET", "/readyz"));
  QCOMPARE(answer_from(client).status, 200);
  QCOMPARE(answer_from(client).status, 503);
  QCOMPARE(serving.stop().status, 0);
}

void TestServeStop::everyLineHasTheFormatAskedFor() {
  Program refused;
  const auto ended = refused.run({"serve", "--db", "sqlite:/no/such/folder/x.db", "--log-format", "json"});
  QCOMPARE(ended.status, 1);
  QVERIFY(!ended.err.trimmed().isEmpty());
  for (const QByteArray& line : ended.err.trimmed().split('\n'))
    QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
}

void TestServeStop::theUnitIsValid() {
  QFile unit(METABATCH_SOURCE_DIR "/resources/systemd/metabatch.service");
  QVERIFY(unit.open(QIODevice::ReadOnly));
  const QByteArray text = unit.readAll();
  for (const char* const line : {"LoadCredential=pgpass:", "MemoryMax=", "LimitNOFILE=", "DynamicUser=yes"})
    QVERIFY2(text.contains(line), line);
  const QTemporaryDir folder;
  QFile copy(folder.filePath("metabatch.service"));
  QVERIFY(copy.open(QIODevice::WriteOnly));
  copy.write(QByteArray(text).replace("/usr/bin/metabatch", METABATCH_PROGRAM));
  copy.close();
  QProcess verify;
  verify.start("systemd-analyze", {"verify", "--man=no", copy.fileName()});
  if (!verify.waitForStarted()) return;  // on a machine without systemd, the lines above are all that is checked
  QVERIFY(verify.waitForFinished(60'000));
  const QByteArray said = verify.readAllStandardError() + verify.readAllStandardOutput();
  QVERIFY2(verify.exitCode() == 0 && !said.contains("metabatch.service:"), said.constData());
}

QTEST_GUILESS_MAIN(TestServeStop)
#include "tst_serve_stop.moc"
