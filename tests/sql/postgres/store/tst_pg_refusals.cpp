// SPDX-License-Identifier: Apache-2.0
// Problems that somebody has to repair: the flush fails in the class that waits, names the remedy,
// shows no secret, and works once the problem is repaired.
#include <QTest>
#include <memory>

#include "sql/postgres/store/pg_registration.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

class TestPgRefusals : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
    cluster_->authenticate(
        "local all secured scram-sha-256\nlocal all postgres,writer trust\nlocal nosuch,postgres nosuch trust");
    cluster_->reload();
    session_ = std::make_unique<PgSession>(cluster_->address());
    session_->run("CREATE ROLE writer LOGIN; CREATE ROLE secured LOGIN PASSWORD 'hunter2'");
  }
  void cleanupTestCase() {
    session_.reset();
    cluster_.reset();
  }
  void init() {
    session_->run("DROP TABLE IF EXISTS workspace_agent_metadata");
    session_->run(create_table_sql());
    register_rows(*session_, 10, 1);
    for (const char* role : {"writer", "secured"})
      session_->run(std::string("GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO ") +
                    role);
  }

  void repairedProblemIsForgotten_data() {
    QTest::addColumn<QString>("trouble");
    QTest::addColumn<QString>("repair");
    QTest::addColumn<QString>("sqlstate");
    QTest::addColumn<int>("failure");
    QTest::addColumn<QString>("cure");
    const int permission = static_cast<int>(FailureClass::permission);
    QTest::newRow("privilege revoked") << "REVOKE UPDATE (value) ON workspace_agent_metadata FROM writer"
                                       << "GRANT UPDATE (value) ON workspace_agent_metadata TO writer"
                                       << "42501" << permission << "GRANT SELECT, UPDATE";
    QTest::newRow("table renamed") << "ALTER TABLE workspace_agent_metadata RENAME TO hidden"
                                   << "ALTER TABLE hidden RENAME TO workspace_agent_metadata"
                                   << "42P01" << permission << "init-db";
    QTest::newRow("column renamed") << "ALTER TABLE workspace_agent_metadata RENAME error TO failure"
                                    << "ALTER TABLE workspace_agent_metadata RENAME failure TO error"
                                    << "42703" << permission << "column";
    QTest::newRow("login refused") << "ALTER ROLE writer NOLOGIN"
                                   << "ALTER ROLE writer LOGIN"
                                   << "28000" << permission << "pg_hba.conf";
    QTest::newRow("too many connections")
        << "ALTER ROLE writer CONNECTION LIMIT 0"
        << "ALTER ROLE writer CONNECTION LIMIT -1"
        << "53300" << static_cast<int>(FailureClass::connection) << "too many connections";
  }
  void repairedProblemIsForgotten() {
    QFETCH(QString, trouble);
    QFETCH(QString, repair);
    QFETCH(QString, sqlstate);
    QFETCH(QString, cure);
    Entries entries;
    for (std::uint64_t agent = 1; agent <= 10; ++agent) entries.add(agent_number(agent), "k0", "v");
    const std::vector<Update> sorted = entries.sorted();
    PgStore store(options_at(cluster_->address("writer")));
    if (sqlstate.startsWith("42")) QCOMPARE(store.flush(sorted, {}).failure, FailureClass::none);  // connected before
    session_->run(trouble.toStdString());
    const FlushOutcome refused = store.flush(sorted, entries.chunks());
    session_->run(repair.toStdString());
    QTEST(static_cast<int>(refused.failure), "failure");
    QCOMPARE(QString::fromStdString(refused.sqlstate), sqlstate);
    QVERIFY2(QString::fromStdString(refused.message).contains(cure), refused.message.c_str());
    QVERIFY(refused.fates.empty());
    QCOMPARE(refused.publish_errors, std::size_t{0});
    QCOMPARE(counts(store.flush(sorted, {}), 10), (std::map<Fate, std::size_t>{{Fate::written, 10}}));
  }

  void refusedConnectionNamesARemedy_data() {
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("cure");
    QTest::newRow("no such database") << "postgres://postgres@/nosuch?host=FOLDER"
                                      << "createdb NAME";
    QTest::newRow("no such role") << "postgres://nosuch@/postgres?host=FOLDER"
                                  << "name a role that exists";
    QTest::newRow("a folder as host") << "postgres://postgres@FOLDER/postgres"
                                      << "?host=/FOLDER";
    QTest::newRow("no password") << "postgres://secured@/postgres?host=FOLDER"
                                 << "PGPASSWORD";
    QTest::newRow("may not come in") << "postgres://shut_out@/postgres?host=FOLDER"
                                     << "pg_hba.conf admits";
  }
  void refusedConnectionNamesARemedy() {
    QFETCH(QString, address);
    QFETCH(QString, cure);
    address.replace("FOLDER", QString::fromStdString(cluster_->folder()));
    const auto refused = check_postgres(std::get<PgAddress>(PgAddress::parse(address.toStdString())));
    QVERIFY(refused);
    QVERIFY2(QString::fromStdString(refused->message).contains(cure), refused->message.c_str());
  }

  void wrongPasswordWaitsAndIsShownNowhere() {
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    const std::vector<Update> sorted = entries.sorted();
    PgStore wrong(options_at(cluster_->address("secured") + " password=swordfish"));
    const FlushOutcome refused = wrong.flush(sorted, {});
    QCOMPARE(refused.failure, FailureClass::permission);
    QVERIFY2(refused.message.find("authentication failed") != std::string::npos, refused.message.c_str());
    QVERIFY2(refused.message.find("swordfish") == std::string::npos, refused.message.c_str());
    PgStore missing(options_at(cluster_->address("secured")));
    QCOMPARE(missing.flush(sorted, {}).failure, FailureClass::permission);
    PgStore right(options_at("postgresql://secured:hunter2@/postgres?host=" + cluster_->folder()));
    QCOMPARE(right.flush(sorted, {}).message, std::string());
  }

  void rotatedPasswordIsReadAnewFromItsFile() {
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    const std::vector<Update> sorted = entries.sorted();
    const std::string file = cluster_->folder() + "/pgpass";
    const auto write = [&](const std::string& password) {
      QFile passfile(QString::fromStdString(file));
      QVERIFY(passfile.open(QIODevice::WriteOnly));
      passfile.write(("*:*:*:secured:" + password + "\n").c_str());
      passfile.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    };
    write("hunter2");
    PgStore store(options_at(cluster_->address("secured") + " passfile=" + file));
    QCOMPARE(store.flush(sorted, {}).message, std::string());
    session_->run(
        "ALTER ROLE secured PASSWORD 'new'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
        "'secured'");
    QCOMPARE(store.flush(sorted, {}).failure, FailureClass::connection);
    QCOMPARE(store.flush(sorted, {}).failure, FailureClass::permission);
    write("new");
    QCOMPARE(store.flush(sorted, {}).message, std::string());
    session_->run("ALTER ROLE secured PASSWORD 'hunter2'");
  }

  void everyFormOfTheAddressReachesTheServer_data() {
    QTest::addColumn<QString>("address");
    const QString folder = "FOLDER";
    QTest::newRow("uri") << "postgresql://postgres@/postgres?host=FOLDER";
    QTest::newRow("uri with encoded host") << "postgresql://postgres@ENCODED/postgres";
    QTest::newRow("keywords") << "host=FOLDER user=postgres dbname=postgres";
    QTest::newRow("quoted value with a blank")
        << "host=FOLDER user=postgres dbname=postgres application_name='it\\'s me'";
    QTest::newRow("options")
        << "host=FOLDER user=postgres dbname=postgres options='-c search_path=public -c work_mem=8MB'";
    QTest::newRow("first host is not there")
        << "host=/nowhere,FOLDER port=5432,5432 user=postgres dbname=postgres target_session_attrs=read-write";
    QTest::newRow("service file") << "service=ours";
    QTest::newRow("environment") << "";
  }
  void everyFormOfTheAddressReachesTheServer() {
    QFETCH(QString, address);
    const QString folder = QString::fromStdString(cluster_->folder());
    address.replace("FOLDER", folder).replace("ENCODED", QString(folder).replace("/", "%2F"));
    QFile services(folder + "/services");
    QVERIFY(services.open(QIODevice::WriteOnly));
    services.write(("[ours]\nhost=" + folder + "\nuser=postgres\ndbname=postgres\n").toUtf8());
    services.close();
    qputenv("PGSERVICEFILE", services.fileName().toUtf8());
    if (address.isEmpty()) {
      qputenv("PGHOST", folder.toUtf8());
      qputenv("PGUSER", "postgres");
      qputenv("PGDATABASE", "postgres");
    }
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    const std::vector<Update> sorted = entries.sorted();
    PgStore store(options_at(address.toStdString()));
    const FlushOutcome outcome = store.flush(sorted, {});
    for (const char* name : {"PGSERVICEFILE", "PGHOST", "PGUSER", "PGDATABASE"}) qunsetenv(name);
    QCOMPARE(outcome.message, std::string());
    QCOMPARE(outcome.failure, FailureClass::none);
  }

  void valueWithASemicolonReachesTheServerUnchanged() {
    PgStore store(options_at(cluster_->address() + " application_name='a;b'"));
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    QCOMPARE(store.flush(entries.sorted(), {}).message, std::string());
    QCOMPARE(session_->value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'a;b'"), std::string("1"));
  }

  void emptiedTableRaisesOneAlarm() {
    std::vector<std::string> alarms;
    PgOptions options = options_at(cluster_->address());
    options.on_alarm = [&](const std::string& text) { alarms.push_back(text); };
    PgStore store(options);
    Entries entries;
    entries.add(agent_number(1), "k0", "v").add(agent_number(2), "k0", "v");
    const std::vector<Update> sorted = entries.sorted();
    QCOMPARE(counts(store.flush(sorted, {}), 2), (std::map<Fate, std::size_t>{{Fate::written, 2}}));
    session_->run("DELETE FROM workspace_agent_metadata");
    QCOMPARE(counts(store.flush(sorted, {}), 2), (std::map<Fate, std::size_t>{{Fate::unmatched, 2}}));
    QCOMPARE(counts(store.flush(sorted, {}), 2), (std::map<Fate, std::size_t>{{Fate::unmatched, 2}}));
    QCOMPARE(alarms.size(), std::size_t{1});
    QVERIFY2(alarms[0].find("UNLOGGED") != std::string::npos, alarms[0].c_str());
    register_rows(*session_, 2, 1);
    QCOMPARE(counts(store.flush(sorted, {}), 2), (std::map<Fate, std::size_t>{{Fate::written, 2}}));
    session_->run("DELETE FROM workspace_agent_metadata WHERE workspace_agent_id <> '" + format_uuid(agent_number(1)) +
                  "'");
    Entries others;
    others.add(agent_number(2), "k0", "v");
    const std::vector<Update> gone = others.sorted();
    store.flush(gone, {});
    QCOMPARE(alarms.size(), std::size_t{2});
    QVERIFY2(alarms[1].find("UNLOGGED") == std::string::npos, alarms[1].c_str());
  }

  void emptiedTableIsReportedOnceForAllWriters() {
    std::vector<std::string> alarms;
    PgOptions options = options_at(cluster_->address());
    options.on_alarm = [&](const std::string& text) { alarms.push_back(text); };
    PgStore writers[] = {PgStore(options), PgStore(options), PgStore(options)};
    const auto flush_all = [&](Fate fate) {
      for (std::uint64_t writer = 0; writer < 3; ++writer) {
        Entries entries;
        entries.add(agent_number(1 + writer), "k0", "v");
        QCOMPARE(counts(writers[writer].flush(entries.sorted(), {}), 1), (std::map<Fate, std::size_t>{{fate, 1}}));
      }
    };
    for (const std::size_t told : {1, 2}) {
      flush_all(Fate::written);
      session_->run("DELETE FROM workspace_agent_metadata");
      for (int i = 0; i < 2; ++i) flush_all(Fate::unmatched);
      QCOMPARE(alarms.size(), told);
      QVERIFY2(alarms.back().find("UNLOGGED") != std::string::npos, alarms.back().c_str());
      register_rows(*session_, 3, 1);
    }
  }
};

QTEST_GUILESS_MAIN(TestPgRefusals)
#include "tst_pg_refusals.moc"
