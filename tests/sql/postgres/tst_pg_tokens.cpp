// SPDX-License-Identifier: Apache-2.0
// Which tokens of agents are good: the rules of the control plane whose tables they are in.
#include <QTest>
#include <algorithm>
#include <memory>

#include "sql/agent_credentials.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/control_plane.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

class TestPgTokens : public QObject, protected PgScene {
  Q_OBJECT

  static std::string agent_text(int number) { return plane_id(7, number); }
  static std::string token_text(int number) { return plane_id(8, number); }
  static Uuid id_of(const std::string& text) { return parse_uuid(text).value(); }

  [[nodiscard]] std::unique_ptr<AgentCredentials> credentials(const char* user = "postgres") const {
    return AgentCredentials::of(Database(std::get<PgAddress>(PgAddress::parse(cluster_->address(user)))));
  }
  void build(int workspace, int number, const char* transition, const char* status) {
    const int agent = workspace * 100 + number;
    session_->run(plane_build(workspace, number, transition, status, agent_text(agent), token_text(agent)));
  }
  /// The agents that are accepted: of a refresh, and the same by a lookup of each token and of each
  /// id.
  std::string accepted(const char* user = "postgres") {
    const auto by = credentials(user);
    const auto all = by->tokens();
    if (const auto* const failed = std::get_if<DatabaseFailure>(&all)) return failed->message;
    std::vector<std::string> found;
    for (const AgentToken& one : std::get<0>(all)) found.push_back(format_uuid(one.agent).substr(32));
    std::sort(found.begin(), found.end());
    std::string text;
    for (const std::string& one : found) text += (text.empty() ? "" : " ") + one;
    for (const auto& row : session_->run("SELECT id, auth_token FROM workspace_agents WHERE auth_token IS NOT NULL"))
      for (const std::string& asked : row) {
        const Uuid id = id_of(asked);
        const auto one = std::get<0>(by->find({&id, 1}));
        const bool is_listed = std::find(found.begin(), found.end(), row[0].substr(32)) != found.end();
        if (one.size() != std::size_t{is_listed ? 1U : 0U}) return "the lookup of " + asked + " differs";
      }
    return text;
  }

 private slots:
  void initTestCase() {
    start();
    session_->run(create_table_sql());
  }
  void cleanupTestCase() { end(); }
  void init() { session_->run(control_plane_sql()); }

  void onlyTheLatestBuildOfEachWorkspaceIsGood() {
    build(1, 1, "start", "succeeded");
    build(1, 2, "start", "running");
    build(2, 9, "start", "failed");  // the job of the latest build does not matter
    build(2, 8, "start", "succeeded");
    QCOMPARE(accepted(), std::string("0102 0209"));
  }

  void theBuildBeforeIsGoodWhileAStopIsRunning_data() {
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("before_status");
    QTest::addColumn<QString>("latest");
    QTest::addColumn<QString>("latest_status");
    QTest::addColumn<bool>("is_good");
    const auto row = [](const char* name, const char* before, const char* before_status, const char* latest,
                        const char* latest_status, bool is_good) {
      QTest::newRow(name) << before << before_status << latest << latest_status << is_good;
    };
    row("a stop that is pending", "start", "succeeded", "stop", "pending", true);
    row("a stop that is running", "start", "succeeded", "stop", "running", true);
    row("a stop that has ended", "start", "succeeded", "stop", "succeeded", false);
    row("a stop that is cancelled", "start", "succeeded", "stop", "canceling", false);
    row("a stop that has failed", "start", "succeeded", "stop", "failed", false);
    row("a deletion", "start", "succeeded", "delete", "running", false);
    row("another start", "start", "succeeded", "start", "running", false);
    row("a start that failed", "start", "failed", "stop", "running", false);
    row("a stop before a stop", "stop", "succeeded", "stop", "running", false);
  }
  void theBuildBeforeIsGoodWhileAStopIsRunning() {
    QFETCH(QString, before);
    QFETCH(QString, before_status);
    QFETCH(QString, latest);
    QFETCH(QString, latest_status);
    QFETCH(bool, is_good);
    build(1, 4, "start", "succeeded");  // two builds back: never
    build(1, 5, before.toLatin1().constData(), before_status.toLatin1().constData());
    session_->run(plane_build(1, 6, latest.toStdString(), latest_status.toStdString(), "", ""));
    QCOMPARE(accepted(), std::string(is_good ? "0105" : ""));
  }

  void onlyTheBuildJustBeforeTheStopIsGood() {
    build(1, 4, "start", "succeeded");
    session_->run(plane_build(1, 6, "stop", "running", "", ""));
    QCOMPARE(accepted(), std::string());
  }

  void deletedWorkspacesAndAgentsAreRefused() {
    build(1, 1, "start", "succeeded");
    build(2, 1, "start", "succeeded");
    build(3, 1, "start", "succeeded");
    session_->run("UPDATE workspaces SET deleted = true WHERE id = '" + plane_workspace(1) + "'");
    session_->run("UPDATE workspace_agents SET deleted = true WHERE id = '" + agent_text(201) + "'");
    QCOMPARE(accepted(), std::string("0301"));
  }

  void agentsWithoutABuildAreRefused() {
    build(1, 1, "start", "succeeded");
    session_->run("INSERT INTO workspace_agents (id, auth_token) VALUES ('" + agent_text(900) + "', '" +
                  token_text(900) + "')");
    QCOMPARE(accepted(), std::string("0101"));
  }

  void theOwnerOfTheWorkspaceIsRead() {
    session_->run(plane_build(1, 1, "start", "succeeded", agent_text(101), token_text(101), 5));
    const auto all = std::get<0>(credentials()->tokens());
    QCOMPARE(all.size(), std::size_t{1});
    QVERIFY(all[0].owner && *all[0].owner == id_of(plane_user(5)));
  }

  // Without the tables of builds the table of agents alone decides, and says so again once they
  // come.
  void withoutAControlPlaneTheTableOfAgentsDecides() {
    build(1, 1, "start", "succeeded");
    build(1, 2, "start", "succeeded");
    build(2, 1, "start", "succeeded");
    session_->run("UPDATE workspace_agents SET deleted = true WHERE id = '" + agent_text(201) + "'");
    session_->run("ALTER TABLE workspace_builds RENAME TO builds_elsewhere");
    QCOMPARE(accepted(), std::string("0101 0102"));
    session_->run("ALTER TABLE builds_elsewhere RENAME TO workspace_builds");
    QCOMPARE(accepted(), std::string("0102"));
  }

  void anOlderTableWithoutDeletedAgentsIsRead() {
    build(1, 1, "start", "succeeded");
    session_->run("ALTER TABLE workspace_agents DROP COLUMN deleted");
    QCOMPARE(accepted(), std::string("0101"));
  }

  void aMissingColumnIsNamed() {
    build(1, 1, "start", "succeeded");
    session_->run("ALTER TABLE provisioner_jobs DROP COLUMN job_status");
    const std::string said = accepted();
    QVERIFY2(said.find("job_status") != std::string::npos, said.c_str());
    QVERIFY2(said.find("tables as a current control plane has them") != std::string::npos, said.c_str());
  }

  // What init-db prints is enough, and nothing of it can be left out.
  void theGrantsForTheServiceAreExact() {
    build(1, 1, "start", "succeeded");
    session_->run("CREATE ROLE metabatch_writer LOGIN");
    std::vector<std::string> grants;
    std::string lines(grants_sql());
    for (std::size_t at = lines.find("-- GRANT "); at != std::string::npos; at = lines.find("-- GRANT ", at + 1))
      grants.push_back(lines.substr(at + 3, lines.find('\n', at) - at - 3));
    QCOMPARE(grants.size(), std::size_t{7});
    QVERIFY(accepted("metabatch_writer").find("permission denied") != std::string::npos);
    for (std::size_t left_out = 0; left_out <= grants.size(); ++left_out) {
      for (std::size_t i = 0; i < grants.size(); ++i)
        if (i != left_out) session_->run(grants[i]);
      const bool is_of_sessions = left_out >= 5 && left_out < 7;
      const std::string tokens = accepted("metabatch_writer");
      const auto sessions = credentials("metabatch_writer")->sessions({});
      QCOMPARE(tokens == "0101", left_out >= 5);
      if (left_out < 5) QVERIFY2(tokens.find("grants for the service") != std::string::npos, tokens.c_str());
      QCOMPARE(std::holds_alternative<DatabaseFailure>(sessions), is_of_sessions);
      session_->run("DROP OWNED BY metabatch_writer");
    }
    session_->run("DROP ROLE metabatch_writer");
  }

  void sessionsAreThoseThatTheControlPlaneAccepts_data() {
    QTest::addColumn<QString>("change");
    QTest::addColumn<bool>("is_good");
    QTest::newRow("as it is") << "" << true;
    QTest::newRow("expired") << "UPDATE api_keys SET expires_at = now() - interval '1 s'" << false;
    QTest::newRow("of a suspended user") << "UPDATE users SET status = 'suspended'" << false;
    QTest::newRow("of a deleted user") << "UPDATE users SET deleted = true" << false;
    QTest::newRow("for applications") << "UPDATE api_keys SET scopes = '{coder:application_connect}'" << false;
    QTest::newRow("for reading") << "UPDATE api_keys SET scopes = '{template:read,workspace:read}'" << true;
    QTest::newRow("for one workspace") << "UPDATE api_keys SET allow_list = '{workspace:1}'" << false;
    QTest::newRow("older, for all") << "ALTER TABLE api_keys DROP scopes, DROP allow_list, ADD scope text DEFAULT 'all'"
                                    << true;
    QTest::newRow("older, for applications")
        << "ALTER TABLE api_keys DROP scopes, DROP allow_list, ADD scope text DEFAULT 'application_connect'" << false;
    QTest::newRow("revoked") << "DELETE FROM api_keys" << false;
  }
  void sessionsAreThoseThatTheControlPlaneAccepts() {
    QFETCH(QString, change);
    QFETCH(bool, is_good);
    session_->run(
        "INSERT INTO users (id, username, rbac_roles) VALUES ('" + plane_user(1) + "', 'a', '{auditor}');" +
        "INSERT INTO api_keys (id, hashed_secret, user_id, expires_at) VALUES ('abcdefghij', sha256('secret'), '" +
        plane_user(1) + "', now() + interval '1 h')");
    if (!change.isEmpty()) session_->run(change.toStdString());
    const std::vector<std::string> ids = {"abcdefghij", "0000000000"};
    const auto found = std::get<0>(credentials()->sessions(ids));
    QCOMPARE(found.size(), std::size_t{is_good ? 1U : 0U});
    if (!is_good) return;
    QCOMPARE(found[0].id, std::string("abcdefghij"));
    QCOMPARE(int(found[0].hashed_secret[0]), 0x2b);  // of SHA-256 of "secret"
    QVERIFY(found[0].user == id_of(plane_user(1)) && !found[0].sees_all);
    QVERIFY(found[0].valid_for > std::chrono::minutes(50) && found[0].valid_for <= std::chrono::hours(1));
    session_->run("UPDATE users SET rbac_roles = '{owner}'");
    QVERIFY(std::get<0>(credentials()->sessions(ids))[0].sees_all);
  }
};

QTEST_GUILESS_MAIN(TestPgTokens)
#include "tst_pg_tokens.moc"
