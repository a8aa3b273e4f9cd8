// SPDX-License-Identifier: Apache-2.0
// Reads that are answered at once, the list of agents, and the page that uses both.
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "service/stage.hpp"

using namespace metabatch;

namespace {

/// `key=script` of each row of an array.
QString rows_of(const QJsonArray& array) {
  QStringList found;
  for (const QJsonValue& row : array)
    found << row["description"]["key"].toString() + "=" + row["description"]["script"].toString();
  return found.join(" ");
}

QJsonArray array_of(const Answered& answered) {
  return QJsonDocument::fromJson(QByteArray::fromStdString(answered.body)).array();
}

/// Two agents with the keys cpu and mem, each with a script.
void describe(Stage& stage) {
  const sql::KeyDescription keys[] = {{.key = "cpu", .script = "top"}, {.key = "mem", .script = "free"}};
  for (const Stage::Agent& agent : stage.agents)
    if (stage.credentials->describe(agent.id, keys)) qFatal("not described");
}

}  // namespace

class TestReads : public QObject {
  Q_OBJECT
 private slots:
  void oneAgentIsReadInWholeOrSomeKeysOfIt_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("rows");
    QTest::newRow("all") << ""
                         << "cpu=top mem=free";
    QTest::newRow("one key") << "?keys=mem"
                             << "mem=free";
    QTest::newRow("keys in any order") << "?keys=mem,cpu,mem"
                                       << "cpu=top mem=free";
    QTest::newRow("an unknown key") << "?keys=disk"
                                    << "";
    QTest::newRow("encoded") << "?keys=%63pu"
                             << "cpu=top";
    QTest::newRow("empty") << "?keys="
                           << "cpu=top mem=free";
  }
  void oneAgentIsReadInWholeOrSomeKeysOfIt() {
    QFETCH(QString, query);
    QFETCH(QString, rows);
    Stage stage;
    describe(stage);
    const Stage::Agent& agent = stage.agents[0];
    for (const std::string& token : {agent.token_text(), stage.watch_token})
      QCOMPARE(rows_of(array_of(stage.get(agent.path("metadata") + query.toStdString(), token))), rows);
    const std::string mine = "/api/v2/workspaceagents/me/metadata" + query.toStdString();
    QCOMPARE(rows_of(array_of(stage.get(mine, agent.token_text()))), rows);
  }

  void anAgentReadsItsOwnRowsOnly() {
    Stage stage;
    QCOMPARE(stage.post(stage.agents[1], R"({"metadata":[{"key":"cpu","value":"of the other"}]})").status, 204);
    const std::string mine = "/api/v2/workspaceagents/me/metadata";
    const Answered read = stage.get(mine, stage.agents[0].token_text());
    QCOMPARE(read.status, 200);
    QVERIFY(read.body.find("of the other") == std::string::npos);
    QCOMPARE(stage.get(mine).status, 401);
    QCOMPARE(stage.get(mine, stage.watch_token).status, 401);  // it is nobody's
    QCOMPARE(stage.ask(request("DELETE", mine, stage.agents[0].token_text())).status, 405);
  }

  void manyAgentsAreReadWithoutScriptsUnlessTheyAreWanted_data() {
    QTest::addColumn<QString>("query");
    QTest::addColumn<QString>("rows");
    QTest::newRow("by default") << ""
                                << "cpu= mem=";
    QTest::newRow("not wanted") << "&include_script=false"
                                << "cpu= mem=";
    QTest::newRow("wanted") << "&include_script=true"
                            << "cpu=top mem=free";
    QTest::newRow("one key") << "&keys=mem"
                             << "mem=";
    QTest::newRow("one key with its script") << "&keys=mem&include_script=true"
                                             << "mem=free";
  }
  void manyAgentsAreReadWithoutScriptsUnlessTheyAreWanted() {
    QFETCH(QString, query);
    QFETCH(QString, rows);
    Stage stage;
    describe(stage);
    const std::string both = stage.agents[0].id_text() + "," + stage.agents[1].id_text();
    const QJsonArray found =
        array_of(stage.get("/api/v2/metadata?agents=" + both + query.toStdString(), stage.watch_token));
    QCOMPARE(found.size(), 2);
    for (const QJsonValue& agent : found) QCOMPARE(rows_of(agent["metadata"].toArray()), rows);
  }

  void whoMayWatchManyMayListThem() {
    Stage stage;
    const std::string path = "/api/v2/metadata/agents";
    QCOMPARE(stage.get(path, stage.watch_token).body,
             "[\"" + stage.agents[0].id_text() + "\",\"" + stage.agents[1].id_text() + "\"]\n");
    QCOMPARE(stage.get(path).status, 401);
    QCOMPARE(stage.get(path, stage.agents[0].token_text()).status, 401);
    QCOMPARE(stage.ask(request("POST", path, stage.watch_token)).status, 405);
    Stage empty({}, 0);
    QCOMPARE(empty.get(path, empty.watch_token).body, std::string("[]\n"));
  }

  void thePageIsServedOnRequestWithAPolicy() {
    Stage without, with([](service::ServiceOptions&options) { options.has_watcher = true; });
    for (const std::string path : {"/", "/watcher.css", "/watcher.js"}) {
      QCOMPARE(without.get(path).status, 404);
      const Answered file = with.get(path);
      QCOMPARE(file.status, 200);
      QCOMPARE(file.head.find("\r\nContent-Security-Policy: default-src 'none'; ") != std::string::npos, path == "/");
      QCOMPARE(with.ask(request("POST", path)).status, 405);
    }
    QVERIFY(with.get("/").head.find("Content-Type: text/html") != std::string::npos);
    QVERIFY(with.get("/watcher.js").head.find("Content-Type: text/javascript") != std::string::npos);
    QCOMPARE(with.get("/watcher").status, 404);
    QVERIFY(with.get("/healthz").head.find("Content-Security-Policy") == std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestReads)
#include "tst_reads.moc"
