// SPDX-License-Identifier: Apache-2.0
// Everything that would lose updates is found, and listed first. A check that could not be made is
// reported so.
#include <QTest>
#include <algorithm>
#include <memory>

#include "sql/postgres/pg_doctor.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

class TestPgDoctor : public QObject, protected PgScene {
  Q_OBJECT

  PgAddress address(const char* user = "postgres") const { return options_at(cluster_->address(user)).address; }

 private slots:
  void initTestCase() {
    start();
    session_->run(
        "CREATE ROLE writer LOGIN; CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = "
        "false)");
  }
  void cleanupTestCase() { end(); }
  void init() {
    make_table(3, 2);
    session_->run("GRANT SELECT, INSERT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO writer");
  }

  void soundTableLosesNothing() {
    for (const PgFinding& one : examine(address("writer")))
      QVERIFY2(one.verdict != PgFinding::Verdict::loses_data, (one.subject + ": " + one.text).c_str());
  }

  void whatLosesUpdatesIsFoundFirst_data() {
    QTest::addColumn<QString>("cause");
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* name, const char* cause, const char* subject, const char* words) {
      QTest::newRow(name) << cause << subject << words;
    };
    row("policies", "ALTER TABLE workspace_agent_metadata ENABLE ROW LEVEL SECURITY", "row-security",
        "rows that they hide");
    row("row_security off",
        "ALTER TABLE workspace_agent_metadata ENABLE ROW LEVEL SECURITY; ALTER ROLE writer SET row_security = off",
        "row-security", "every statement fails");
    row("id of type text", "ALTER TABLE workspace_agent_metadata ALTER workspace_agent_id TYPE text", "id-type",
        "text");
    row("required column",
        "ALTER TABLE workspace_agent_metadata ADD owner text NOT NULL DEFAULT 'x'; ALTER TABLE "
        "workspace_agent_metadata ALTER owner DROP DEFAULT",
        "required-columns", "owner");
    row("rounded time", "ALTER TABLE workspace_agent_metadata ALTER collected_at TYPE timestamptz(0)", "time-type",
        "timestamp(0) with time zone");
    row("case-blind key", "ALTER TABLE workspace_agent_metadata ALTER key TYPE varchar(127) COLLATE blind",
        "key-collation", "calls different keys equal");
    row("stamps ahead", "UPDATE workspace_agent_metadata SET collected_at = now() + interval '1 hour' WHERE key = 'k1'",
        "stamps", "3 rows are dated ahead of the server, by up to 3600 s");
    row("a stamp without end", "UPDATE workspace_agent_metadata SET collected_at = 'infinity' WHERE key = 'k1'",
        "stamps", "3 rows are dated ahead of the server, one without end");
  }
  void whatLosesUpdatesIsFoundFirst() {
    QFETCH(QString, cause);
    QFETCH(QString, subject);
    QFETCH(QString, words);
    session_->run(cause.toStdString());
    const std::vector<PgFinding> found = examine(address("writer"));
    session_->run("ALTER ROLE writer RESET row_security");
    QVERIFY(!found.empty());
    QCOMPARE(found[0].verdict, PgFinding::Verdict::loses_data);
    const auto one = std::find_if(found.begin(), found.end(),
                                  [&](const PgFinding& finding) { return finding.subject == subject.toStdString(); });
    QVERIFY(one != found.end());
    QCOMPARE(one->verdict, PgFinding::Verdict::loses_data);
    QVERIFY2(QString::fromStdString(one->text).contains(words), one->text.c_str());
    QVERIFY(!one->cure.empty());
  }

  void lockedTableIsNamedAndSkippedChecksAreReported() {
    PgSession other(cluster_->address());
    other.run("BEGIN; LOCK TABLE workspace_agent_metadata");
    const std::vector<PgFinding> found = examine(address("writer"));
    other.run("ROLLBACK");
    QCOMPARE(found[0].subject, std::string("lock"));
    QVERIFY2(found[0].text.find("pid " + std::to_string(other.pid())) != std::string::npos, found[0].text.c_str());
    const auto stamps =
        std::find_if(found.begin(), found.end(), [](const PgFinding& one) { return one.subject == "stamps"; });
    QVERIFY(stamps != found.end());
    QVERIFY2(stamps->text.starts_with("could not be checked"), stamps->text.c_str());
    QVERIFY(stamps->verdict != PgFinding::Verdict::good);
  }

  void stampsThatAreAheadAreSetBackToNow() {
    session_->run(
        "UPDATE workspace_agent_metadata SET value = 'kept', collected_at = now() + interval '1 hour' WHERE key = "
        "'k1'");
    QCOMPARE(std::get<std::size_t>(count_future_stamps(address("writer"))), std::size_t{3});
    QCOMPARE(std::get<std::size_t>(fix_future_stamps(address("writer"))), std::size_t{3});
    QCOMPARE(std::get<std::size_t>(count_future_stamps(address("writer"))), std::size_t{0});
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'kept' AND collected_at <= "
                             "clock_timestamp() AND collected_at > clock_timestamp() - interval '1 minute'"),
             std::string("3"));
  }
};

QTEST_GUILESS_MAIN(TestPgDoctor)
#include "tst_pg_doctor.moc"
