// SPDX-License-Identifier: Apache-2.0
// The contents of the spool after the real server went away, and what later becomes of them.
#include <sys/stat.h>

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include "cli/pg_program.hpp"
#include "service/client.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::test;

class TestPgSpool : public QObject, protected PgProgram {
  Q_OBJECT

  [[nodiscard]] QStringList serve(const Program& program) const {
    return {"serve",
            "--db",
            db_,
            "--listen",
            "127.0.0.1:0",
            "--spool",
            program.home.filePath("base/spool"),
            "--interval",
            "1h",
            "--final-flush-timeout",
            "300ms"};
  }
  static std::uint16_t port_of(Program& program) {
    if (!program.hasSaid("event=serving") || !program.hasSaid("\n")) return 0;
    const auto found = QRegularExpression("port=([0-9]+)").match(QString::fromUtf8(program.seen_err));
    return static_cast<std::uint16_t>(found.captured(1).toUInt());
  }
  /// Reports until the token is known.
  static bool report(std::uint16_t port, int agent, const std::string& value) {
    const std::string token = format_uuid(agent_number(static_cast<std::uint64_t>(1000 + agent)));
    for (int i = 0; i < 1000; ++i) {
      Client client(port);
      client.send(
          request("POST", "/api/v2/workspaceagents/me/metadata", token,
                  "{\"metadata\":[{\"key\":\"k0\",\"value\":\"" + value + "\"},{\"key\":\"k1\",\"value\":\"same\"}]}"));
      if (answer_from(client).status == 204) return true;
    }
    return false;
  }
  static QByteArray content(const QString& name) {
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(not there)");
  }
  [[nodiscard]] std::string value_of(int agent) const {
    return session_->value("SELECT value FROM workspace_agent_metadata WHERE key = 'k0' AND workspace_agent_id = '" +
                           format_uuid(agent_number(static_cast<std::uint64_t>(agent))) + "'");
  }
  static void put(const QString& name, const std::string& text) {
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text.data(), static_cast<qint64>(text.size()));
  }
  static std::string line(int agent, const std::string& value, const std::string& time) {
    return "{\"agent\":\"" + format_uuid(agent_number(static_cast<std::uint64_t>(agent))) +
           "\",\"key\":\"k0\",\"value\":\"" + value + "\",\"collected_at\":\"" + time + "\"}\n";
  }
  static std::unique_ptr<Program> program_with_folder() {
    auto program = std::make_unique<Program>();
    QDir(program->home.path()).mkdir("base");
    return program;
  }

 private slots:
  void initTestCase() {
    begin();
    session_->run("CREATE TABLE workspace_agents (id uuid PRIMARY KEY, auth_token uuid NOT NULL UNIQUE)");
    for (std::uint64_t agent = 1; agent <= 9; ++agent)
      session_->run("INSERT INTO workspace_agents VALUES ('" + format_uuid(agent_number(agent)) + "', '" +
                    format_uuid(agent_number(1000 + agent)) + "')");
  }
  void cleanupTestCase() { end(); }
  void init() {
    session_->run("DROP TABLE IF EXISTS workspace_agent_metadata");
    session_->run(create_table_sql());
    register_rows(*session_, 9, 2);
  }

  void serverThatIsGoneAtTheEndHasAllOfItAfterTheNextStart() {
    const auto program = program_with_folder();
    const QString file = program->home.filePath("base/spool");
    program->start(serve(*program));
    const std::uint16_t port = port_of(*program);
    QVERIFY(port != 0);
    for (int agent = 1; agent <= 9; ++agent)
      for (const char* const value : {"old", "new"}) QVERIFY(report(port, agent, value));
    session_.reset();
    cluster_->stop();
    program->signal(SIGTERM);
    const auto ended = program->end();
    QCOMPARE(ended.status, 3);
    QVERIFY2(ended.err.contains("offered=36 written=0 dropped=0 unmatched=0 spooled=18 held=0"), ended.err);
    QVERIFY2(ended.err.contains("event=spooled"), ended.err);
    struct stat found {};
    QCOMPARE(::stat(qPrintable(file), &found), 0);
    QCOMPARE(found.st_mode & 07777, mode_t{0600});
    QCOMPARE(content(file).count('\n'), 18);
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
    session_->run(
        "UPDATE workspace_agent_metadata SET value = 'of another replica', collected_at = now() + '1 h' WHERE "
        "key = 'k0' AND workspace_agent_id = '" +
        format_uuid(agent_number(3)) + "'");
    program->seen_err.clear();
    program->seen_out.clear();
    program->start(serve(*program));
    QVERIFY(port_of(*program) != 0);
    QVERIFY2(program->seen_err.contains("event=\"spool loaded\""), program->seen_err);
    for (int agent = 1; agent <= 9; ++agent)
      QCOMPARE(value_of(agent), std::string(agent == 3 ? "of another replica" : "new"));
    QCOMPARE(content(file), QByteArray("(not there)"));
    program->signal(SIGTERM);
    QCOMPARE(program->end().status, 0);
    QCOMPARE(content(file), QByteArray("(not there)"));
  }

  void killedWhileItTakesInLosesNothing() {
    const auto program = program_with_folder();
    const QString file = program->home.filePath("base/spool");
    put(file, line(1, "a", "2026-01-02T03:04:05Z") + line(2, "b", "2026-01-02T03:04:05Z"));
    PgSession lock(cluster_->address());
    lock.run("BEGIN");
    lock.run("SELECT FROM workspace_agent_metadata FOR UPDATE");
    program->start(serve(*program));
    QVERIFY(becomes(*session_, kWriterWaits, "1"));
    program->signal(SIGKILL);
    QCOMPARE(program->end().status, -2);
    lock.run("ROLLBACK");
    QCOMPARE(content(file).count('\n'), 2);
    program->seen_err.clear();
    program->start(serve(*program));
    QVERIFY(port_of(*program) != 0);
    QCOMPARE(value_of(1), std::string("a"));
    QCOMPARE(value_of(2), std::string("b"));
    program->signal(SIGTERM);
    QCOMPARE(program->end().status, 0);
  }

  void fullDiskIsReportedAndSetsTheExitStatus() {
    const auto program = program_with_folder();
    const QString full = program->home.filePath("is_full");
    program->set("LD_PRELOAD", METABATCH_NO_SPACE_LIBRARY);
    program->set("ASAN_OPTIONS", qEnvironmentVariable("ASAN_OPTIONS") + ":verify_asan_link_order=0");
    program->set("METABATCH_NO_SPACE", full);
    program->start(serve(*program));
    const std::uint16_t port = port_of(*program);
    QVERIFY2(port != 0, program->seen_err);
    QVERIFY(report(port, 1, "lost"));
    put(full, "");
    PgSession lock(cluster_->address());
    lock.run("BEGIN");
    lock.run("SELECT FROM workspace_agent_metadata FOR UPDATE");
    program->signal(SIGTERM);
    const auto ended = program->end();
    lock.run("ROLLBACK");
    QCOMPARE(ended.status, 3);
    QVERIFY2(ended.err.contains("event=\"not spooled\"") && ended.err.contains("No space left on device"), ended.err);
    QVERIFY2(ended.err.contains("spooled=0 held=2"), ended.err);
    QCOMPARE(QDir(program->home.filePath("base")).entryList(QDir::Files), QStringList{"spool.lock"});
  }

  void secondServiceWithTheSameSpoolIsRefused() {
    const auto program = program_with_folder();
    program->start(serve(*program));
    QVERIFY(port_of(*program) != 0);
    const auto refused = Program().run(serve(*program));
    QCOMPARE(refused.status, 1);
    QVERIFY2(refused.err.contains("another running metabatch uses it"), refused.err);
    program->signal(SIGTERM);
    QCOMPARE(program->end().status, 0);
  }

  void spoolOfIngestIsReadByIngest() {
    const auto program = program_with_folder();
    const QString file = program->home.filePath("base/spool");
    PgSession lock(cluster_->address());
    lock.run("BEGIN");
    lock.run("SELECT FROM workspace_agent_metadata FOR UPDATE");
    const std::string text = line(1, "early", "2026-01-02T03:04:05Z") + line(1, "late", "2026-01-02T03:04:06.000001Z") +
                             line(2, "b", "2026-01-02T03:04:05Z");
    const auto ended =
        program->run({"ingest", "--db", db_, "--spool", file, "--final-flush-timeout", "300ms", "--json"},
                     QByteArray::fromStdString(text));
    lock.run("ROLLBACK");
    QCOMPARE(ended.status, 3);
    const QJsonObject result = QJsonDocument::fromJson(ended.out).object();
    QCOMPARE(result["offered"].toInt(), 3);
    QCOMPARE(result["coalesced"].toInt(), 1);
    QCOMPARE(result["spooled"].toInt(), 2);
    QCOMPARE(result["held"].toInt(), 0);
    const auto read = Program().run({"ingest", "--db", db_, file, "--json"});
    QCOMPARE(read.status, 0);
    QCOMPARE(value_of(1), std::string("late"));
    QCOMPARE(value_of(2), std::string("b"));
    session_->run("UPDATE workspace_agent_metadata SET value = '', collected_at = '2000-01-01'");
    const auto taken = Program().run({"ingest", "--db", db_, "--spool", file}, QByteArray());
    QCOMPARE(taken.status, 0);
    QVERIFY2(taken.err.contains("loaded 2 updates"), taken.err);
    QCOMPARE(value_of(1), std::string("late"));
    QCOMPARE(content(file), QByteArray("(not there)"));
  }
};

QTEST_GUILESS_MAIN(TestPgSpool)
#include "tst_pg_spool.moc"
