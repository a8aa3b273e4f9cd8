// SPDX-License-Identifier: Apache-2.0
// Which tokens of agents are good: the rules of the control plane whose tables they are in.
#include <QTest>
#include <algorithm>
#include <memory>

#include "sql/agent_credentials.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/control_plane.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

class TestPgTokens : public QObject {
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

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
    session_->run(create_table_sql());
  }
  void cleanupTestCase() {
    session_.reset();
    cluster_.reset();
  }
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

  // Without the tables of builds the table of agents alone decides, and says so again once they come.
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
    QCOMPARE(grants.size(), std::size_t{5});
    for (std::size_t left_out = 0; left_out <= grants.size(); ++left_out) {
      for (std::size_t i = 0; i < grants.size(); ++i)
        if (i != left_out) session_->run(grants[i]);
      const std::string said = accepted("metabatch_writer");
      if (left_out == grants.size())
        QCOMPARE(said, std::string("0101"));
      else
        QVERIFY2(said.find("permission denied") != std::string::npos &&
                     said.find("grants for the service") != std::string::npos,
                 said.c_str());
      session_->run("DROP OWNED BY metabatch_writer");
    }
    session_->run("DROP ROLE metabatch_writer");
  }
};

QTEST_GUILESS_MAIN(TestPgTokens)
#include "tst_pg_tokens.moc"
