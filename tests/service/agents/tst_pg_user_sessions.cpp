// SPDX-License-Identifier: Apache-2.0
// A service on the database of a control plane: who may report and watch, and when streams end.
#include <QTest>

#include "service/rpc/rpc_client.hpp"
#include "service/stage.hpp"
#include "support/pg/control_plane.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

const std::string kSecret = "0123456789ABCDEFGHIJkl";
std::string session_token(const std::string& id) { return id + "-" + kSecret; }
const std::string kAnn = session_token("annannanna");    // user 1, workspace 1, agent 0
const std::string kBob = session_token("bobbobbobb");    // user 2, workspace 2, agent 1
const std::string kOwner = session_token("ownerowner");  // user 3, a site owner

std::string sessions_sql() {
  std::string text;
  const auto add = [&](int user, const char* id, const char* roles) {
    text += "INSERT INTO users (id, username, rbac_roles) VALUES ('" + plane_user(user) + "', '" + id + "', '" + roles +
            "'); INSERT INTO api_keys (id, hashed_secret, user_id, expires_at) VALUES ('" + id + "', sha256('" +
            kSecret + "'), '" + plane_user(user) + "', now() + interval '1 h');";
  };
  add(1, "annannanna", "{}");
  add(2, "bobbobbobb", "{}");
  add(3, "ownerowner", "{owner}");
  return text;
}

}  // namespace

class TestPgUserSessions : public QObject, protected PgScene {
  Q_OBJECT

  /// A service with sessions. Agent i is of build 1 of workspace i + 1.
  [[nodiscard]] std::unique_ptr<Stage> stage(bool has_sessions = true) {
    const auto prepare = [this, has_sessions](service::ServiceOptions& options) {
      options.user_sessions = has_sessions;
      for (int i = 0; i < 2; ++i) {
        const Stage::Agent agent = Stage::agent_number(static_cast<std::size_t>(i));
        session_->run(plane_build(i + 1, 1, "start", "succeeded", agent.id_text(), agent.token_text(), i + 1));
      }
    };
    const auto database = sql::Database(std::get<sql::PgAddress>(sql::PgAddress::parse(cluster_->address())));
    return std::make_unique<Stage>(database, prepare, 2);
  }
  static std::string all_of(const Stage& at) {
    return "/api/v2/metadata?agents=" + at.agents[0].id_text() + "," + at.agents[1].id_text();
  }
  /// Opens a stream of events and waits for its first array.
  static std::unique_ptr<Client> watch(const Stage& at, const std::string& token) {
    auto client = std::make_unique<Client>(at.port());
    client->send(request("GET", at.agents[0].path("watch-metadata"), token));
    if (client->until("event: data").find(" 200 ") == std::string::npos) qFatal("no stream");
    return client;
  }

 private slots:
  void initTestCase() {
    start();
    session_->run(create_table_sql());
  }
  void cleanupTestCase() { end(); }
  void init() { session_->run(control_plane_sql() + ";" + sessions_sql()); }

  void peopleWatchTheirOwnAgents() {
    const auto at = stage();
    const auto status = [&](const std::string& path, const std::string& token) { return at->get(path, token).status; };
    QCOMPARE(status(at->agents[0].path("metadata"), kAnn), 200);
    QCOMPARE(status(at->agents[1].path("metadata"), kAnn), 404);
    QCOMPARE(status(at->agents[1].path("metadata"), kBob), 200);
    QCOMPARE(status(at->agents[0].path("metadata"), kBob), 404);
    QCOMPARE(status(at->agents[0].path("metadata"), kOwner), 200);
    QCOMPARE(status(at->agents[1].path("metadata"), kOwner), 200);
    QCOMPARE(status("/api/v2/metadata?agents=" + at->agents[0].id_text(), kAnn), 200);
    QCOMPARE(status(all_of(*at), kAnn), 404);
    QCOMPARE(status(all_of(*at), kOwner), 200);
    (void)watch(*at, kAnn);
  }

  void whatIsNoSessionIsRefused() {
    const auto at = stage();
    for (const std::string& token : {std::string("annannanna-0123456789ABCDEFGHIJkm"), session_token("nobodynobo")})
      for (const std::string& path : {at->agents[0].path("metadata"), all_of(*at)})
        QCOMPARE(at->get(path, token).status, 401);
    QCOMPARE(at->ask(request("POST", "/api/v2/workspaceagents/me/metadata", kAnn, "{}")).status,
             401);  // they only watch
    QCOMPARE(at->get("/api/v2/workspaceagents/me/metadata", kOwner).status, 401);
  }

  void sessionsAreOffByDefault() {
    QVERIFY(!service::ServiceOptions{.database = sql::Database(std::string())}.user_sessions);
    const auto at = stage(false);
    QCOMPARE(at->get(at->agents[0].path("metadata"), kAnn).status, 401);
    QCOMPARE(at->get(all_of(*at), kOwner).status, 401);
  }

  void aSessionMadeAMomentAgoIsAccepted() {
    const auto at = stage();
    session_->run("UPDATE api_keys SET id = 'newnewnewn' WHERE id = 'annannanna'");
    QCOMPARE(at->get(at->agents[0].path("metadata"), session_token("newnewnewn")).status, 200);
  }

  void aWorkspaceBuiltAMomentAgoIsFound() {
    const auto at = stage();
    QCOMPARE(at->get(at->agents[0].path("metadata"), kAnn).status, 200);
    const Stage::Agent late = Stage::agent_number(7);
    session_->run(plane_build(1, 2, "start", "running", late.id_text(), late.token_text()));
    QCOMPARE(at->get(late.path("metadata"), kAnn).status, 200);
    QCOMPARE(at->get(late.path("metadata"), kBob).status, 404);
  }

  void streamsOfASessionEndAtTheNextRefresh_data() {
    QTest::addColumn<QString>("change");
    QTest::newRow("revoked") << "DELETE FROM api_keys WHERE id = 'annannanna'";
    QTest::newRow("expired") << "UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE id = 'annannanna'";
    QTest::newRow("user suspended") << "UPDATE users SET status = 'suspended' WHERE id = '" +
                                           QString::fromStdString(plane_user(1)) + "'";
    QTest::newRow("user deleted") << "UPDATE users SET deleted = true WHERE id = '" +
                                         QString::fromStdString(plane_user(1)) + "'";
    QTest::newRow("workspace given away")
        << "UPDATE workspaces SET owner_id = '" + QString::fromStdString(plane_user(2)) + "'";
  }
  void streamsOfASessionEndAtTheNextRefresh() {
    QFETCH(QString, change);
    const auto at = stage();
    const auto ann = watch(*at, kAnn), owner = watch(*at, kOwner);
    session_->run(change.toStdString());
    at->service->refresh_tokens();
    QVERIFY(ann->until("\r\n0\r\n\r\n").ends_with("\r\n0\r\n\r\n"));
    QVERIFY(at->get(at->agents[0].path("metadata"), kAnn).status != 200);
    QCOMPARE(at->post(at->agents[0], "{\"metadata\":[{\"key\":\"cpu\",\"value\":\"after\"}]}").status, 204);
    QVERIFY(owner->until("\"after\"").ends_with("\"after\""));  // the others go on
  }

  void anAgentReportsUntilItsStopHasEnded() {
    const auto at = stage();
    RpcClient rpc(at->port(), at->agents[0].token_text());
    QVERIFY(rpc.is_open());
    session_->run(plane_build(1, 2, "stop", "running", "", ""));
    session_->run("UPDATE workspaces SET deleted = true WHERE id = '" + plane_workspace(2) + "'");
    at->service->refresh_tokens();
    while (at->post(at->agents[1], "{}").status == 204) {  // until this refresh
    }
    QCOMPARE(at->post(at->agents[0], "{}").status, 204);
    session_->run(plane_status(1, 2, "succeeded"));
    at->service->refresh_tokens();
    QVERIFY(rpc.until("close 1001").ends_with("close 1001"));
    QCOMPARE(at->post(at->agents[0], "{}").status, 401);
  }
};

QTEST_GUILESS_MAIN(TestPgUserSessions)
#include "tst_pg_user_sessions.moc"
