// SPDX-License-Identifier: Apache-2.0
// `--pubsub` of the commands that listen, against real nats-servers.
#include <QJsonArray>
#include <QTest>

#include "cli/serving.hpp"
#include "pubsub/nats_clients.hpp"
#include "pubsub/nats_server.hpp"

class TestCliPubsub : public QObject {
  Q_OBJECT
 private slots:
  void printConfigShowsNoPassword();
  void aConfigFileNamesServerAndSubject();
  void anUnreadableAddressIsNotRepeated();
  void listenPrintsWhatNatsCarries();
  void listenSaysThatTheServerIsAway();
  void doctorFindsWhatTheServerRefuses();
  void doctorSaysWhetherAnybodyListens();
  void topShowsNats();
};

namespace {

const std::string kAgentOne = "AAAAAAAAAAAAAAAAAAAAAQ";  // 00000000-0000-0000-0000-000000000001

QJsonObject object(const QByteArray& text) { return QJsonDocument::fromJson(text).object(); }

QString with_password(const NatsServer& server) { return QString::fromStdString(server.url("u:geheim")); }

/// The findings of `metabatch doctor` by subject, as `verdict text`. No database is needed for
/// those of NATS.
QMap<QString, QString> examine(const QString& pubsub, int* status = nullptr) {
  Program program;
  program.set("METABATCH_PUBSUB", pubsub);
  const auto ended = program.run({"doctor", "--json", "--db", "host=/nonexistent dbname=none"});
  if (status != nullptr) *status = ended.status;
  if (ended.out.contains("geheim") || ended.err.contains("geheim")) return {};
  QMap<QString, QString> found;
  for (const QJsonValue& one : object(ended.out)["findings"].toArray())
    found[one["subject"].toString()] = one["verdict"].toString() + " " + one["text"].toString();
  return found;
}

}  // namespace

void TestCliPubsub::printConfigShowsNoPassword() {
  Program program;
  program.set("METABATCH_PUBSUB", "database+nats://u:geheim@a,b:5");
  const auto ended = program.run({"serve", "--print-config"});
  QCOMPARE(ended.status, 0);
  QVERIFY2(ended.out.contains("pubsub = \"database+nats://a:4222,b:5\"\n"), ended.out);
  QVERIFY2(ended.out.contains("# nats-subject = \"\"\n"), ended.out);
  QVERIFY(!ended.out.contains("geheim") && !ended.err.contains("geheim"));
}

void TestCliPubsub::aConfigFileNamesServerAndSubject() {
  Program program;
  QFile file(program.home.filePath("c.toml"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write("pubsub = \"nats://elsewhere:1\"\nnats-subject = \"a.b\"\n");
  file.close();
  const auto ended = program.run({"serve", "--print-config", "--config", file.fileName()});
  QVERIFY2(ended.out.contains("pubsub = \"nats://elsewhere:1\"\nnats-subject = \"a.b\"\n"), ended.out + ended.err);
}

void TestCliPubsub::anUnreadableAddressIsNotRepeated() {
  for (const char* const command : {"serve", "listen", "doctor", "run", "ingest"}) {
    Program program;
    program.set("METABATCH_PUBSUB", "nats://u:geheim@host:notaport");
    const auto ended = program.run({command});
    QCOMPARE(ended.status, 2);
    QVERIFY2(ended.err.contains("--pubsub"), ended.err);
    QVERIFY(!ended.err.contains("geheim"));
  }
}

void TestCliPubsub::listenPrintsWhatNatsCarries() {
  const NatsServer server("authorization { user: u, password: geheim }\n");
  Program listener;
  listener.set("METABATCH_PUBSUB", with_password(server));
  listener.start({"listen"});
  QVERIFY(listener.hasSaid("listening\n"));
  Program as_json;
  as_json.set("METABATCH_PUBSUB", with_password(server));
  as_json.start({"listen", "--json"});
  const auto read_line = [](Program& program) {
    program.process.setReadChannel(QProcess::StandardOutput);
    while (!program.process.canReadLine())
      if (!program.process.waitForReadyRead(60'000)) return QByteArray();
    return program.process.readLine();
  };
  QCOMPARE(object(read_line(as_json))["event"].toString(), QString("resync"));
  Publishing publishing(options_for({server.url("u:geheim")}));
  publishing.publish({kAgentOne});
  const QByteArray line = read_line(listener);
  QVERIFY2(line.contains("22 bytes  1 id  by NATS"), line);
  const QJsonObject json = object(read_line(as_json));
  QCOMPARE(json["source"].toString(), QString("nats"));
  QVERIFY(json["pid"].isNull());
  QCOMPARE(json["ids"][0].toString(), QString("00000000-0000-0000-0000-000000000001"));
  listener.signal(SIGINT);
  const auto ended = listener.end();
  QCOMPARE(ended.status, 130);
  QVERIFY(!ended.err.contains("geheim"));
}

void TestCliPubsub::listenSaysThatTheServerIsAway() {
  NatsServer server;
  server.kill();
  Program listener;
  listener.start({"listen", "--pubsub", QString::fromStdString(server.url()), "--for", "1s"});
  const auto ended = listener.end();
  QCOMPARE(ended.status, 1);
  QCOMPARE(ended.err.count("not listening: NATS: "), 1);
  QVERIFY2(ended.err.contains("never listened in 1s"), ended.err);
}

void TestCliPubsub::doctorFindsWhatTheServerRefuses() {
  const NatsServer server(
      "max_payload: 4096\n"
      "authorization { users: [\n"
      "  { user: u, password: geheim, permissions: { publish: \"other\", subscribe: \"other\" } } ] }\n");
  int status = 0;
  const auto found = examine(with_password(server), &status);
  QCOMPARE(status, 3);
  QVERIFY(found["nats"].startsWith("ok"));
  QVERIFY2(found["publish"].startsWith("problem"), qPrintable(found["publish"]));
  QVERIFY2(found["subscribe"].startsWith("problem"), qPrintable(found["subscribe"]));
  QCOMPARE(found["max_payload"], QString("problem messages of at most 4096 bytes, chunks have up to 8000"));
  QVERIFY(!found.contains("listeners"));
  QVERIFY2(examine(with_password(server).replace("geheim", "other"))["nats"].startsWith("problem"), "a wrong password");
}

void TestCliPubsub::doctorSaysWhetherAnybodyListens() {
  const NatsServer server;
  const QString address = QString::fromStdString(server.url());
  auto found = examine(address);
  for (const char* const subject : {"nats", "nats-ping", "max_payload", "publish", "subscribe"})
    QVERIFY2(found[subject].startsWith("ok"), qPrintable(subject + (" " + found[subject])));
  QVERIFY2(found["listeners"].startsWith("notice nobody"), qPrintable(found["listeners"]));
  Watcher watcher(options_for({server.url()}));
  QCOMPARE(watcher.inbox.next("resync"), std::string("resync"));
  found = examine(address);
  QVERIFY2(found["listeners"].startsWith("ok somebody"), qPrintable(found["listeners"]));
}

void TestCliPubsub::topShowsNats() {
  const NatsServer server;
  Program home;
  Serving serving(home.db());
  QVERIFY(serving.start({"--pubsub", QString::fromStdString(server.url())}));
  const QString where = "127.0.0.1:" + QString::number(serving.port());
  QJsonObject now;
  do {
    Program top;
    now = object(top.run({"top", where, "--once", "--json", "--every", "200ms"}).out)["now"].toObject();
  } while (!now.isEmpty() && now["nats_connected"].toDouble() != 1);
  QCOMPARE(now["nats_connected"].toDouble(), 1.0);
  Program top;
  const auto ended = top.run({"top", where, "--once", "--every", "200ms"});
  QVERIFY2(ended.out.contains("\nNATS         connected yes"), ended.out);
  QCOMPARE(serving.stop().status, 0);
}

QTEST_GUILESS_MAIN(TestCliPubsub)
#include "tst_cli_pubsub.moc"
