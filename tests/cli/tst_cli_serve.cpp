// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include "cli/program.hpp"
#include "service/client.hpp"

class TestCliServe : public QObject {
  Q_OBJECT
 private slots:
  void agentsAreAddedListedAndRemoved();
  void aReportIsWrittenBeforeItEnds();
  void aReloadChangesAllOrNothing();
  void whatCannotBeServedIsSaid_data();
  void whatCannotBeServedIsSaid();
  void theSettingsArePrintedWithoutSecrets();
};

namespace {

struct Registered {
  std::string agent;
  std::string token;
};

Registered add_agent(const QString& db) {
  Program program;
  const auto ended = program.run({"agents", "add", "--key", "cpu", "--json", "--db", db});
  const QJsonObject json = QJsonDocument::fromJson(ended.out).object();
  return {json["agent"].toString().toStdString(), json["token"].toString().toStdString()};
}

/// A service that has said its port.
std::uint16_t port_of(Program& program) {
  if (!program.hasSaid("event=serving") || !program.hasSaid("\n")) return 0;
  const auto found = QRegularExpression("port=([0-9]+)").match(QString::fromUtf8(program.seen_err));
  return static_cast<std::uint16_t>(found.captured(1).toUInt());
}

int report(std::uint16_t port, const Registered& agent, const std::string& value) {
  int status = 0;
  for (int i = 0; i < 1000 && status != 204; ++i) {  // until the tokens are read
    Client client(port);
    client.send(
        request("POST", "/api/v2/workspaceagents/me/metadata/cpu", agent.token, "{\"value\":\"" + value + "\"}"));
    status = answer_from(client).status;
  }
  return status;
}

}  // namespace

void TestCliServe::agentsAreAddedListedAndRemoved() {
  Program program;
  const auto added = program.run({"agents", "add", "--key", "cpu", "--key", "mem", "--db", program.db()});
  QCOMPARE(added.status, 0);
  const auto token =
      QRegularExpression("^agent ([0-9a-f-]{36})\ntoken ([0-9a-f-]{36})\n$").match(QString::fromUtf8(added.out));
  QVERIFY2(token.hasMatch(), added.out.constData());
  QVERIFY(!added.err.contains(token.captured(2).toUtf8()));
  const auto listed = Program().run({"agents", "list", "--db", program.db()});
  QCOMPARE(listed.out, token.captured(1).toUtf8() + " cpu mem\n");
  QCOMPARE(Program().run({"agents", "remove", token.captured(1), "--db", program.db()}).status, 0);
  QCOMPARE(Program().run({"agents", "remove", token.captured(1), "--db", program.db()}).status, 1);
  QCOMPARE(Rows(program.file()).of("SELECT count(*) FROM workspace_agent_metadata"), QStringList{"0"});
  QCOMPARE(Program().run({"agents", "add", "--db", program.db()}).status, 2);
  QCOMPARE(Program().run({"agents", "remove", "x", "--db", program.db()}).status, 2);
}

void TestCliServe::aReportIsWrittenBeforeItEnds() {
  Program program;
  const Registered agent = add_agent(program.db());
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0", "--interval", "1h"});
  const std::uint16_t port = port_of(program);
  QVERIFY(port != 0);
  QCOMPARE(report(port, agent, "the last"), 204);
  program.signal(SIGTERM);
  const auto ended = program.end();
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.err.contains("event=stopped offered=1 written=1 dropped=0 unmatched=0 held=0"), ended.err.constData());
  QVERIFY(!ended.err.contains(agent.token.c_str()));
  QCOMPARE(Rows(program.file()).of("SELECT value FROM workspace_agent_metadata"), QStringList{"the last"});
}

void TestCliServe::aReloadChangesAllOrNothing() {
  Program program;
  const Registered agent = add_agent(program.db());
  const QString config = program.home.filePath("config.toml");
  const auto write = [&](const char* text) {
    QFile file(config);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
  };
  write("interval = \"1h\"\n");
  program.start({"serve", "--db", program.db(), "--listen", "127.0.0.1:0", "--config", config});
  const std::uint16_t port = port_of(program);
  QCOMPARE(report(port, agent, "1"), 204);
  write("interval = \"20ms\"\nbatch-size = 9999999\n");
  program.signal(SIGHUP);
  QVERIFY(program.hasSaid("event=\"not reloaded, everything stays as it was\""));
  QVERIFY(program.seen_err.contains("batch_size"));
  write("interval = \"20ms\"\n");
  program.signal(SIGHUP);
  QVERIFY(program.hasSaid("event=reloaded"));
  const Rows rows(program.file());
  QTRY_COMPARE_WITH_TIMEOUT(rows.of("SELECT value FROM workspace_agent_metadata"), QStringList{"1"}, 20'000);
  program.signal(SIGINT);
  QCOMPARE(program.end().status, 0);
}

void TestCliServe::whatCannotBeServedIsSaid_data() {
  QTest::addColumn<QStringList>("arguments");
  QTest::addColumn<int>("status");
  QTest::addColumn<QByteArray>("said");
  QTest::newRow("no port") << QStringList{"--listen", "localhost"} << 2 << QByteArray("--listen");
  QTest::newRow("no address") << QStringList{"--listen", "nowhere:0"} << 1 << QByteArray("cannot serve on nowhere:0");
  QTest::newRow("half a certificate") << QStringList{"--tls-cert", "x"} << 2 << QByteArray("go together");
  QTest::newRow("no certificate") << QStringList{"--tls-cert", "x", "--tls-key", "y", "--listen", "127.0.0.1:0"} << 1
                                  << QByteArray("cannot serve");
  QTest::newRow("no tokens") << QStringList{"--watch-token-file", "/no/such"} << 1
                             << QByteArray("/no/such: cannot be read");
  QTest::newRow("prefix") << QStringList{"--metric-prefix", "a b"} << 2 << QByteArray("--metric-prefix");
  QTest::newRow("setting") << QStringList{"--batch-size", "-1"} << 2 << QByteArray("batch_size");
  QTest::newRow("writers of a file") << QStringList{"--writers", "2"} << 2 << QByteArray("one writer");
}

void TestCliServe::whatCannotBeServedIsSaid() {
  QFETCH(QStringList, arguments);
  QFETCH(int, status);
  QFETCH(QByteArray, said);
  Program program;
  const auto ended = program.run(QStringList{"serve", "--db", program.db()} + arguments);
  QVERIFY2(ended.err.contains(said), ended.err.constData());
  QCOMPARE(ended.status, status);
}

void TestCliServe::theSettingsArePrintedWithoutSecrets() {
  Program program;
  program.set("METABATCH_INTERVAL", "7s");
  const auto ended = program.run({"serve", "--print-config", "--batch-size", "9", "--db", "postgres://u:hush@h/d"});
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.out.contains("interval = \"7s\"\n") && ended.out.contains("batch-size = \"9\"\n"),
           ended.out.constData());
  QVERIFY(!ended.out.contains("hush") && !ended.err.contains("hush"));
}

QTEST_GUILESS_MAIN(TestCliServe)
#include "tst_cli_serve.moc"
