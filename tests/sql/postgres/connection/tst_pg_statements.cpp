// SPDX-License-Identifier: Apache-2.0
// An object that another role creates in a schema of the search path is never used: every statement
// names built-in functions, operators and types in full.
#include <QDir>
#include <QRegularExpression>
#include <QTest>
#include <cstring>
#include <memory>

#include "sql/agent_credentials.hpp"
#include "sql/agent_rows.hpp"
#include "sql/postgres/pg_doctor.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "sql/row_reader.hpp"
#include "support/pg/control_plane.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

namespace {

/// The statement without its comments and literals.
QString bare(QString text) {
  text.remove(QRegularExpression("--[^\n]*"));
  return text.replace(QRegularExpression("E?'[^']*'"), "'x'");
}

/// Functions, types, collations and operators that a statement leaves to the search path.
QStringList unqualified(const QString& statement) {
  static const QStringList keywords = {"coalesce", "extract", "exists", "any",      "all",   "array", "values", "from",
                                       "select",   "as",      "and",    "operator", "where", "in",    "config"};
  QStringList found;
  const QString text = bare(statement).replace(QRegularExpression("OPERATOR\\(pg_catalog\\.[^)]*\\)"), "~");
  for (auto it = QRegularExpression("(?<![\\w.])(?<!AS )(\\w+)\\s*\\(").globalMatch(text); it.hasNext();) {
    const QString name = it.next().captured(1);
    if (!keywords.contains(name.toLower()) && name.toLower() == name && !name.startsWith("workspace_agent"))
      found << name + "()";
  }
  for (auto it = QRegularExpression("::(?!pg_catalog\\.|\"char\")\\w+").globalMatch(text); it.hasNext();)
    found << it.next().captured(0);
  for (auto it = QRegularExpression("COLLATE (?!pg_catalog\\.)\\S+").globalMatch(text); it.hasNext();)
    found << it.next().captured(0);
  if (text.contains(
          QRegularExpression("\\b(nullif|between|like|ilike|using)\\b", QRegularExpression::CaseInsensitiveOption)))
    found << "an operator behind a keyword";
  QString rest = text;
  rest.remove(QRegularExpression("\\b(value|error|collected_at|auth_token) = "));  // assignments
  rest.remove(QRegularExpression("\\b(display_name|script|interval|timeout|display_order) = "));
  rest.remove("count(*)").remove("WITH (fillfactor = 60)");
  for (auto it = QRegularExpression("[<>=+*/|]+|(?<=\\s)-(?=\\s)").globalMatch(rest); it.hasNext();)
    found << it.next().captured(0);
  return found;
}

}  // namespace

class TestPgStatements : public QObject, protected PgScene {
  Q_OBJECT

  void set_traps() const {
    const auto trap = [&](const std::string& signature, const std::string& returns, const std::string& result) {
      session_->run("CREATE FUNCTION trap." + signature + " RETURNS " + returns +
                    " LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "
                    "trap.sprung VALUES ('" +
                    signature.substr(0, signature.find('(')) + "'); RETURN " + result + "; END $$");
    };
    for (const char* const type : {"uuid", "text", "timestamptz"})
      trap("unnest(" + std::string(type) + "[])", "SETOF " + std::string(type), "");
    trap("pg_notify(text, text)", "void", "");
    trap("set_config(text, text, bool)", "text", "''");
    trap("pg_backend_pid()", "int", "1");
    trap("clock_timestamp()", "timestamptz", "now()");
    trap("string_to_array(text, text)", "text[]", "NULL");
    trap("to_regclass(text)", "regclass", "NULL");
    trap("isfinite(timestamptz)", "bool", "true");
    trap("lower(text)", "text", "''");
    trap("encode(bytea, text)", "text", "''");
    for (const char* const type : {"uuid", "text", "timestamptz", "int", "text[]"})
      for (const char* const sign : {"=", "<=", ">", ">=", "-", "&&"}) {
        const std::string name = "op_" + std::string(type).substr(0, 4) + std::to_string(std::strlen(type)) + "_" +
                                 std::to_string(sign[0]) + std::to_string(sign[1]);
        trap(name + "(" + type + ", " + type + ")", "bool", "true");
        session_->run("CREATE OPERATOR trap." + std::string(sign) + " (LEFTARG = " + type + ", RIGHTARG = " + type +
                      ", FUNCTION = trap." + name + ")");
      }
    trap("op_mixed(varchar, text)", "bool", "true");
    session_->run("CREATE OPERATOR trap.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = trap.op_mixed)");
    session_->run("CREATE DOMAIN trap.uuid AS text");
  }

  void read_control_plane(const Database& database) const {
    session_->run(control_plane_sql() + ";" +
                  plane_build(1, 1, "start", "succeeded", plane_id(7, 101), plane_id(8, 101)) +
                  plane_build(1, 2, "stop", "running", "", "") + "INSERT INTO users (id, username) VALUES ('" +
                  plane_user(1) + "', 'one'); INSERT INTO api_keys VALUES ('key', decode(repeat('ab', 32), 'hex'), '" +
                  plane_user(1) + "', now() + interval '1 hour')");
    const Uuid built = parse_uuid(plane_id(8, 101)).value();
    const std::string session = "key";
    const auto all = AgentCredentials::of(database)->tokens();
    if (const auto* const failed = std::get_if<DatabaseFailure>(&all)) QFAIL(failed->message.c_str());
    QCOMPARE(std::get<0>(all).size(), std::size_t{1});
    QCOMPARE(std::get<0>(AgentCredentials::of(database)->find({&built, 1})).size(), std::size_t{1});
    QCOMPARE(std::get<0>(AgentCredentials::of(database)->sessions({&session, 1})).size(), std::size_t{1});
  }

 private slots:
  void initTestCase() { start(); }
  void cleanupTestCase() { end(); }

  void everyStatementNamesWhatIsBuiltInInFull_data() {
    QTest::addColumn<QString>("file");
    for (const char* const part : {"pg", "pg_rows"}) {
      const QDir folder(QStringLiteral(METABATCH_SOURCE_DIR "/resources/sql/%1").arg(part));
      for (const QString& name : folder.entryList({"*.sql"}))
        if (!name.startsWith("grants"))  // for people
          QTest::newRow(qPrintable(part + ('/' + name))) << folder.filePath(name);
    }
  }
  void everyStatementNamesWhatIsBuiltInInFull() {
    QFETCH(QString, file);
    QFile source(file);
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QStringList found = unqualified(source.readAll());
    QVERIFY2(found.isEmpty(), qPrintable(found.join(", ")));
  }

  void whatTheRuleFindsIsFound_data() {
    QTest::addColumn<QString>("statement");
    for (const char* const text : {"SELECT unnest($1)", "SELECT a OPERATOR(pg_catalog.=) b AND c = d", "SELECT a::uuid",
                                   "SELECT a COLLATE \"C\"", "SELECT nullif(a, b)", "SELECT a - b", "SELECT a || b"})
      QTest::newRow(text) << text;
  }
  void whatTheRuleFindsIsFound() {
    QFETCH(QString, statement);
    QVERIFY(!unqualified(statement).isEmpty());
  }

  // Each trap matches the arguments better than the built-in object, and is found first.
  void trapsInTheSearchPathAreNeverSprung() {
    make_table(20, 3);
    session_->run(
        "CREATE SCHEMA trap; CREATE TABLE trap.sprung (name text); CREATE TABLE workspace_agents (id uuid PRIMARY KEY, "
        "auth_token "
        "uuid NOT NULL UNIQUE)");
    set_traps();
    const std::string address = cluster_->address() + " options='-c search_path=trap,public,pg_catalog'";
    Entries entries;
    for (std::size_t agent = 1; agent <= 20; ++agent) entries.add(agent_number(agent), "k0", "v");
    entries.add(agent_number(21), "k0", "new").add(agent_number(1), "k1", "late", "", at_us(-62'135'596'800'000'001));
    for (const bool registers : {false, true}) {
      PgOptions options = options_at(address);
      options.register_missing = registers;
      PgStore store(options);
      const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
      QCOMPARE(outcome.message, std::string());
      QCOMPARE(counts(outcome, 22)[Fate::written], std::size_t{registers ? 21U : 20U});
    }
    const Database database(options_at(address).address);
    const Uuid agent = agent_number(1);
    QVERIFY(!AgentCredentials::of(database)->add({agent, agent_number(99)}, {}));
    const Uuid token = agent_number(99), nobody = agent_number(98);  // found by its id, by its token, not at all
    QCOMPARE(std::get<0>(AgentCredentials::of(database)->find({&agent, 1})).size(), std::size_t{1});
    QCOMPARE(std::get<0>(AgentCredentials::of(database)->find({&token, 1})).size(), std::size_t{1});
    QCOMPARE(std::get<0>(AgentCredentials::of(database)->find({&nobody, 1})).size(), std::size_t{0});
    QCOMPARE(std::get<0>(AgentCredentials::of(database)->tokens()).size(), std::size_t{1});
    QCOMPARE(std::get<0>(AgentRows::of(database)->rows({&agent, 1})).size(), std::size_t{3});
    QCOMPARE(std::get<0>(AgentRows::of(database)->stale_rows(std::chrono::hours(1))).rows, std::size_t{0});
    QCOMPARE(std::get<0>(RowReader(database).read({"v", 0, 100})).size(), std::size_t{20});
    read_control_plane(database);
    const auto oldest = std::get<0>(RowReader(database).read({"", 0, 100, RowOrder::oldest_first}));
    const auto newest = std::get<0>(RowReader(database).read({"", 0, 100, RowOrder::newest_first}));
    QCOMPARE(oldest.size(), newest.size());
    QVERIFY(oldest.front().collected_at <= oldest.back().collected_at);
    QVERIFY(newest.front().collected_at >= newest.back().collected_at);
    QCOMPARE(std::get<0>(RowReader(database).count("")).rows, oldest.size());
    (void)examine(*database.postgres());
    QCOMPARE(session_->value("SELECT coalesce(string_agg(DISTINCT name, ' '), '') FROM trap.sprung"), std::string());
  }
};

QTEST_GUILESS_MAIN(TestPgStatements)
#include "tst_pg_statements.moc"
