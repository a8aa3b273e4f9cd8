// SPDX-License-Identifier: Apache-2.0
// The real program against a real server: two commands lead from an address to a running fleet.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <memory>
#include <vector>

#include "cli/pg_program.hpp"
#include "cli/serving.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::test;

class TestPgProgram : public QObject, protected PgProgram {
  Q_OBJECT

  static QByteArray update(int agent, const QString& key, const QString& value, const QString& time) {
    const QJsonObject line = {{"agent", QString("00000000-0000-0000-0000-00000000000%1").arg(agent)},
                              {"key", key},
                              {"value", value},
                              {"collected_at", time}};
    return QJsonDocument(line).toJson(QJsonDocument::Compact) + "\n";
  }
  /// A line of each row, round after round, each round a microsecond later; the model gets the
  /// same.
  static QByteArray rounds(int count, std::size_t agents, std::size_t keys, Model& model) {
    QByteArray lines;
    for (int round = 0; round < count; ++round)
      for (std::uint64_t agent = 1; agent <= agents; ++agent)
        for (std::size_t key = 0; key < keys; ++key) {
          const std::string value = std::to_string(round) + "/" + std::to_string(agent), name = key_number(key);
          model.offer({agent_number(agent), name, value, "", at_us(1'700'000'000'000'000 + round)});
          lines += "{\"agent\":\"" + QByteArray::fromStdString(format_uuid(agent_number(agent))) + "\",\"key\":\"" +
                   name.c_str() + "\",\"value\":\"" + value.c_str() + "\",\"collected_at\":\"2023-11-14T22:13:20.0000" +
                   QByteArray::number(round).rightJustified(2, '0') + "Z\"}\n";
        }
    return lines;
  }
  static QString verdict(const QJsonObject& report, const QString& subject) {
    for (const QJsonValue& one : report["findings"].toArray())
      if (one["subject"] == subject) return one["verdict"].toString();
    return "not looked at";
  }

  void serveAs(const QString& db, const QString& agent, const QString& token) {
    Serving serving(db);
    QVERIFY(serving.start({"--interval", "20ms"}));
    Client client(serving.port());
    client.send(AddedAgent{agent.toStdString(), token.toStdString()}.report("by the writer"));
    QCOMPARE(answer_from(client).status, 204);
    QCOMPARE(serving.stop().status, 0);
    QCOMPARE(session_->value("SELECT value FROM workspace_agent_metadata WHERE key = 'cpu'"),
             std::string("by the writer"));
  }

 private slots:
  void initTestCase() { begin(); }
  void cleanupTestCase() { end(); }
  void init() { session_->run("DROP TABLE IF EXISTS workspace_agent_metadata"); }

  void twoCommandsFromAnAddressToARunningFleet() {
    const auto made = Program().run({"init-db", "--db", db_});
    QCOMPARE(made.status, 0);
    QVERIFY2(made.err.contains("created"), made.err);
    QVERIFY2(made.out.contains("GRANT SELECT, UPDATE (value, error, collected_at)"), made.out);
    const auto ran = Program().run({"run", "--db", db_, "--agents", "50", "--keys", "4", "--every", "200ms", "--for",
                                    "1s", "--interval", "200ms", "--json"});
    QVERIFY2(ran.status == 0, ran.err);
    const QJsonObject result = object(ran.out);
    QVERIFY(result["written"].toInt() >= 50 * 4);
    QVERIFY(result["chunks"].toInt() > 0);
    QCOMPARE(result["offered"].toInt(),
             result["written"].toInt() + result["coalesced"].toInt() + result["stale"].toInt());
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value <> ''"), std::string("200"));
    QVERIFY(!ran.err.contains("hunter2") && !ran.out.contains("hunter2"));
  }

  void initDbLeavesWhatIsThereAsItIs() {
    session_->run(create_table_sql());
    register_rows(*session_, 3, 1);
    const auto made = Program().run({"init-db", "--db", db_, "--json"});
    QCOMPARE(made.status, 0);
    QCOMPARE(object(made.out)["created"].toBool(), false);
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata"), std::string("3"));
    QCOMPARE(session_->value("SELECT reloptions IS NULL FROM pg_class WHERE relname = 'workspace_agent_metadata'"),
             std::string("t"));
  }

  void agentsAreRegisteredWithoutAControlPlane() {
    session_->run("DROP TABLE IF EXISTS workspace_agents");
    QCOMPARE(Program().run({"agents", "list", "--db", db_}).status, 1);
    const auto made = Program().run({"init-db", "--agents", "--db", db_, "--json"});
    QCOMPARE(made.status, 0);
    QCOMPARE(object(made.out)["agents_created"].toBool(), true);
    QCOMPARE(object(Program().run({"init-db", "--agents", "--db", db_, "--json"}).out)["agents_created"].toBool(),
             false);
    // With the printed GRANTs, each role can do its part and no more.
    session_->run(object(made.out)["grants"].toString().toStdString());
    const auto as = [this](const char* const role) { return QString(db_).replace("postgres:hunter2", role); };
    const auto added = Program().run({"agents", "add", "--key", "cpu", "--json", "--db", as("metabatch_registrar")});
    QVERIFY2(added.status == 0, added.err);
    const QString id = object(added.out)["agent"].toString(), token = object(added.out)["token"].toString();
    QCOMPARE(session_->value("SELECT id || '|' || auth_token FROM workspace_agents"), (id + "|" + token).toStdString());
    QCOMPARE(session_->value("SELECT key FROM workspace_agent_metadata"), std::string("cpu"));
    QCOMPARE(Program().run({"agents", "list", "--db", as("metabatch_registrar")}).out, id.toUtf8() + " cpu\n");
    const auto again = Program().run({"agents", "add", id, "--key", "mem", "--json", "--db", as("metabatch_registrar"),
                                      "--display-name", "Memory", "--script", "free", "--interval", "10s", "--timeout",
                                      "1m", "--order", "-2"});
    QCOMPARE(session_->value("SELECT concat_ws('|', display_name, script, interval, timeout, display_order) FROM "
                             "workspace_agent_metadata WHERE key = 'mem'"),
             std::string("Memory|free|10|60|-2"));
    QCOMPARE(session_->value("SELECT concat_ws('|', display_name, script, interval, timeout, display_order) FROM "
                             "workspace_agent_metadata WHERE key = 'cpu'"),
             std::string("cpu||0|0|0"));  // as it was
    QVERIFY(object(again.out)["token"].toString() != token);
    QCOMPARE(Program().run({"agents", "remove", id, "--db", as("metabatch_viewer")}).status, 1);
    QCOMPARE(Program().run({"agents", "remove", "00000000-0000-0000-0000-000000000007", "--db", db_}).status, 1);
    serveAs(as("metabatch_writer"), id, object(again.out)["token"].toString());
    QCOMPARE(Program().run({"agents", "remove", id, "--db", as("metabatch_registrar")}).status, 0);
    QCOMPARE(session_->value(
                 "SELECT (SELECT count(*) FROM workspace_agents) + (SELECT count(*) FROM workspace_agent_metadata)"),
             std::string("0"));
    for (const char* const role : {"writer", "viewer", "registrar"})
      session_->run(std::string("DROP OWNED BY metabatch_") + role + "; DROP ROLE metabatch_" + role);
    session_->run("DROP TABLE workspace_agents");
  }

  void tableOfInitDbIsTheOneOfCoder() {
    const std::string columns =
        "SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, "
        "adrelid)), ', ' ORDER BY attnum) "
        "FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE attrelid = "
        "'workspace_agent_metadata'::regclass AND attnum > 0";
    session_->run(create_table_sql());
    const std::string wanted = session_->value(columns);
    session_->run("DROP TABLE workspace_agent_metadata");
    Program().run({"init-db", "--db", db_});
    QCOMPARE(session_->value(columns), wanted);
    QCOMPARE(
        session_->value(
            "SELECT relpersistence::text || reloptions::text FROM pg_class WHERE relname = 'workspace_agent_metadata'"),
        std::string("u{fillfactor=60}"));
  }

  void ingestRegistersWritesAndCounts() {
    Program().run({"init-db", "--db", db_});
    const QString key = "a\"{},\\NULL";
    const QByteArray lines = update(1, key, "old", "2026-01-02T03:04:05.000001Z") +
                             update(1, key, "NULL", "2026-01-02T03:04:05.000002Z") +
                             update(1, key, "late", "2026-01-02T03:04:05Z");
    const auto ended = Program().run({"ingest", "--db", db_, "--register", "--json", "--print-notifications"}, lines);
    QVERIFY2(ended.status == 0, ended.err);
    QVERIFY2(ended.out.contains("AAAAAAAAAAAAAAAAAAAAAQ"), ended.out);
    QCOMPARE(session_->value("SELECT key || '|' || value || '|' || (collected_at = '2026-01-02T03:04:05.000002Z') FROM "
                             "workspace_agent_metadata"),
             std::string("a\"{},\\NULL|NULL|true"));
    const auto unknown = Program().run({"ingest", "--db", db_}, update(2, "k", "v", "2026-01-02T03:04:05Z"));
    QCOMPARE(unknown.status, 3);
  }

  void severalWritersLeaveWhatOneWould_data() {
    QTest::addColumn<bool>("isFile");
    QTest::addColumn<QStringList>("settings");
    QTest::newRow("two writers") << false << QStringList{"--writers",        "2",   "--batch-size", "100",
                                                         "--queue-capacity", "400", "--interval",   "20ms"};
    QTest::newRow("a file, as many as pay") << true << QStringList{"--batch-size", "100", "--queue-capacity", "1000"};
    QTest::newRow("a file, in the settings of a file") << true << QStringList{};
  }

  // Every agent several times, one microsecond later each time, over several connections: the
  // newest value of each row stays.
  void severalWritersLeaveWhatOneWould() {
    QFETCH(bool, isFile);
    QFETCH(QStringList, settings);
    constexpr std::size_t kAgents = 400, kKeys = 5;
    Program().run({"init-db", "--db", db_});
    register_rows(*session_, kAgents, kKeys);
    session_->run("LISTEN workspace_agent_metadata_batch");
    Model model;
    model.insert_rows(kAgents, kKeys);
    const QByteArray lines = rounds(20, kAgents, kKeys, model);
    Program program;
    QFile file(program.home.filePath("updates.ndjson"));
    QVERIFY(file.open(QFile::WriteOnly) && file.write(lines) == lines.size());
    file.close();
    settings = QStringList{"ingest", "--db", db_, "--json"} + settings;
    if (isFile) settings += file.fileName();
    const auto ended = program.run(settings, isFile ? QByteArray() : lines);
    QVERIFY2(ended.status == 0, ended.err + ended.out);
    const QJsonObject result = object(ended.out);
    QCOMPARE(result["offered"].toInt(), static_cast<int>(kAgents * kKeys) * 20);
    QCOMPARE(result["offered"].toInt(),
             result["written"].toInt() + result["coalesced"].toInt() + result["stale"].toInt());
    QCOMPARE(model.difference(*session_), std::string());
    QVERIFY(cluster_->log().find("deadlock detected") == std::string::npos);
    const std::vector<std::string> heard = session_->notifications();
    QCOMPARE(static_cast<int>(heard.size()), result["chunks"].toInt());
    QCOMPARE(named(heard).size(), kAgents);
  }

  void twoWritersShareTheCapacityAndReportWhenItIsTooSmall() {
    Program().run({"init-db", "--db", db_});
    const auto ended = Program().run(
        {"run", "--db", db_, "--writers", "2", "--batch-size", "500", "--queue-capacity", "999", "--for", "1s"});
    QCOMPARE(ended.status, 2);
    QVERIFY2(ended.err.contains("too small for 2 writers"), ended.err);
    QCOMPARE(Program().run({"run", "--db", db_, "--writers", "17"}).status, 2);
    QCOMPARE(Program().run({"run", "--db", db_, "--writers", "0"}).status, 2);
  }

  void severalWritersGiveOneWarningOfEntriesDatedAhead() {
    Program().run({"init-db", "--db", db_});
    register_rows(*session_, 9, 1);
    QByteArray lines;
    for (int agent = 1; agent <= 9; ++agent) lines += update(agent, "k0", "v", "2199-01-01T00:00:00Z");
    const auto ended = Program().run({"ingest", "--db", db_, "--writers", "4"}, lines);
    QVERIFY2(ended.status == 0, ended.err);
    QVERIFY2(ended.err.count("dated ahead of the server's clock") == 1, ended.err);
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'v'"), std::string("9"));
  }

  void missingTableIsReportedBeforeAnyWork() {
    const auto ended = Program().run({"run", "--db", db_, "--for", "1s"});
    QCOMPARE(ended.status, 1);
    QVERIFY2(ended.err.contains("init-db"), ended.err);
  }

  void threeReplicasNotifyExactlyTheAgentsTheyWrote() {
    Program().run({"init-db", "--db", db_});
    session_->run("LISTEN workspace_agent_metadata_batch");
    (void)session_->notifications();  // of tests before
    Program replicas[3];
    for (Program& one : replicas)
      one.start({"run", "--db", db_, "--agents", "30", "--every", "200ms", "--interval", "300ms", "--for", "2s"});
    for (Program& one : replicas) QCOMPARE(one.end().status, 0);
    std::vector<Uuid> written;
    for (const auto& row : session_->run("SELECT DISTINCT workspace_agent_id FROM workspace_agent_metadata WHERE "
                                         "collected_at > '2000-01-01' ORDER BY 1"))
      written.push_back(parse_uuid(row[0]).value());
    QVERIFY(!written.empty());
    QCOMPARE(named(session_->notifications()), written);
    QVERIFY(cluster_->log().find("deadlock detected") == std::string::npos);
  }

  void doctorFindsNothingWrongWithWhatInitDbMade() {
    Program().run({"init-db", "--db", db_});
    const auto ended = Program().run({"doctor", "--db", db_, "--json"});
    QVERIFY2(ended.status == 0, ended.out);
    const QJsonObject report = object(ended.out);
    QCOMPARE(report["ok"].toBool(), true);
    for (const char* subject : {"connection", "version", "pooler", "standby", "read-only", "encoding", "queue", "clock",
                                "table", "columns", "key", "privileges", "fillfactor", "stamps"})
      QCOMPARE(verdict(report, subject), QString("ok"));
    QCOMPARE(verdict(report, "durability"), QString("notice"));
  }

  void doctorComparesWhatIsLeftOutWithTheRows() {
    Program().run({"init-db", "--db", db_});
    session_->run(
        "INSERT INTO workspace_agent_metadata (workspace_agent_id, display_name, key, script, timeout, interval) "
        "SELECT gen_random_uuid(), '', 'k', '', timeout, interval FROM (VALUES (25, 10), (0, 3), (9, 0)) AS t(timeout, "
        "interval)");
    const auto found = [&](const char* time) {
      const QJsonObject report =
          object(Program().run({"doctor", "--db", db_, "--json", "--suppress-unchanged", time}).out);
      for (const QJsonValue& one : report["findings"].toArray())
        if (one["subject"] == "unchanged") return verdict(report, "unchanged") + ": " + one["text"].toString();
      return QString();
    };
    QCOMPARE(found("4s"), QString("ok: no row is shown as stale because values are left out for 4s"));
    QVERIFY2(found("5s").startsWith("notice: 1 of 2 rows"), qPrintable(found("5s")));
    QVERIFY2(found("59s").startsWith("notice: 1 of 2 rows"), qPrintable(found("59s")));
    QVERIFY2(found("60s").startsWith("notice: 2 of 2 rows"), qPrintable(found("60s")));
    session_->run("DELETE FROM workspace_agent_metadata");
  }

  void doctorNamesWhatWouldLoseData_data() {
    QTest::addColumn<QString>("trouble");
    QTest::addColumn<QString>("repair");
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("found");
    QTest::newRow("no table") << "DROP TABLE workspace_agent_metadata"
                              << ""
                              << "table"
                              << "problem";
    QTest::newRow("column") << "ALTER TABLE workspace_agent_metadata RENAME error TO e"
                            << ""
                            << "columns"
                            << "problem";
    QTest::newRow("key") << "ALTER TABLE workspace_agent_metadata DROP CONSTRAINT workspace_agent_metadata_pkey"
                         << ""
                         << "key"
                         << "problem";
    QTest::newRow("privileges") << "REVOKE ALL ON workspace_agent_metadata FROM plain; GRANT SELECT, UPDATE (value) ON "
                                   "workspace_agent_metadata TO plain"
                                << ""
                                << "privileges"
                                << "problem";
    QTest::newRow("read-only") << "ALTER ROLE plain SET default_transaction_read_only = on"
                               << "ALTER ROLE plain RESET default_transaction_read_only"
                               << "read-only"
                               << "problem";
    QTest::newRow("fillfactor") << "ALTER TABLE workspace_agent_metadata RESET (fillfactor)"
                                << ""
                                << "fillfactor"
                                << "notice";
    QTest::newRow("stamps")
        << "INSERT INTO workspace_agent_metadata VALUES (gen_random_uuid(), '', 'k', '', '', '', 0, 0, 'infinity')"
        << ""
        << "stamps"
        << "problem";
    QTest::newRow("login") << "ALTER ROLE plain NOLOGIN"
                           << "ALTER ROLE plain LOGIN"
                           << "connection"
                           << "problem";
  }
  void doctorNamesWhatWouldLoseData() {
    QFETCH(QString, trouble);
    QFETCH(QString, repair);
    QFETCH(QString, subject);
    QFETCH(QString, found);
    Program().run({"init-db", "--db", db_});
    session_->run(
        "DO $$ BEGIN IF to_regrole('plain') IS NULL THEN CREATE ROLE plain LOGIN; END IF; END $$; GRANT SELECT, UPDATE "
        "ON workspace_agent_metadata TO plain");
    session_->run(trouble.toStdString());
    const auto ended = Program().run({"doctor", "--db", QString::fromStdString(cluster_->address("plain")), "--json"});
    if (!repair.isEmpty()) session_->run(repair.toStdString());
    QVERIFY2(verdict(object(ended.out), subject) == found, ended.out);
    QCOMPARE(ended.status, found == "problem" ? 3 : 0);
  }

  void writerOfTheGrantsCanWriteAndNoMore() {
    const auto made = Program().run({"init-db", "--db", db_});
    session_->run(made.out.toStdString());
    register_rows(*session_, 1, 1);
    const QString writer = QString::fromStdString(cluster_->address("metabatch_writer"));
    const auto ended = Program().run({"ingest", "--db", writer}, update(1, "k0", "v", "2026-01-02T03:04:05Z"));
    QVERIFY2(ended.status == 0, ended.err);
    QCOMPARE(Program().run({"doctor", "--db", writer}).status, 0);
    PgSession as_writer(cluster_->address("metabatch_writer"));
    QCOMPARE(as_writer.refusal("DELETE FROM workspace_agent_metadata"), std::string("42501"));
    QCOMPARE(as_writer.refusal("UPDATE workspace_agent_metadata SET script = ''"), std::string("42501"));
  }
};

QTEST_GUILESS_MAIN(TestPgProgram)
#include "tst_pg_program.moc"
