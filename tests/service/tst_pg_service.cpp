// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <thread>

#include "service/stage.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::test;
using namespace std::chrono_literals;

class TestPgService : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void whatIsWrittenElsewhereIsSeen();
  void twoReplicasShareOneDatabase();
  void aRestartUnderWatchersAndAgentsLosesNothing();
  void theLossOfEveryConnectionIsCaughtUp();
  void deletedAgentsOfAControlPlaneMayNotReport();

 private:
  [[nodiscard]] sql::Database database() const {
    return sql::Database(std::get<sql::PgAddress>(sql::PgAddress::parse(cluster_->address())));
  }
  std::unique_ptr<PgCluster> cluster_;
};

namespace {

constexpr std::size_t kAgents = 20;

std::string report(std::string_view value) {
  return "{\"metadata\":[{\"key\":\"cpu\",\"value\":\"" + std::string(value) + "\"}]}";
}

/// A watcher that shows the newest array that came.
class Watching {
 public:
  Watching(const Stage& stage, const Stage::Agent& agent) : client_(std::make_unique<Client>(stage.port(), 0, 60s)) {
    client_->send(request("GET", agent.path("watch-metadata"), stage.watch_token));
    client_->until("\r\n\r\n");
  }
  /// Waits for an array that holds this.
  bool sees(const std::string& words) {
    for (;;) {
      const std::string one = client_->until("\n\n");
      if (one.find(words) != std::string::npos) return true;
      if (!one.ends_with("\n\n")) return false;
    }
  }

 private:
  std::unique_ptr<Client> client_;
};

}  // namespace

void TestPgService::initTestCase() {
  cluster_ = std::make_unique<PgCluster>();
  cluster_->start();
  PgSession(cluster_->address()).run(create_table_sql());
}

void TestPgService::whatIsWrittenElsewhereIsSeen() {
  Stage stage(database(), {}, 2);
  Watching watching(stage, stage.agents[0]);
  PgSession session(cluster_->address());
  session.run("UPDATE workspace_agent_metadata SET value = 'from elsewhere', collected_at = now() WHERE key = 'mem'");
  QVERIFY(watching.sees("\"value\":\"from elsewhere\""));  // nobody told: with a heartbeat or the reading of everything
}

void TestPgService::twoReplicasShareOneDatabase() {
  Stage one(database(), {}, 2);
  Stage two(database(), {}, 2);
  Watching first(one, one.agents[0]), second(two, one.agents[1]);
  QCOMPARE(two.post(one.agents[0], report("from two")).status, 204);
  QCOMPARE(one.post(one.agents[1], report("from one")).status, 204);
  QVERIFY(first.sees("\"value\":\"from two\""));
  QVERIFY(second.sees("\"value\":\"from one\""));
  (void)one.written(one.agents[0]);
  (void)two.written(one.agents[0]);
  QVERIFY(one.counters().balanced() && two.counters().balanced());
  QCOMPARE(one.counters().written + two.counters().written, std::uint64_t{2});
}

void TestPgService::aRestartUnderWatchersAndAgentsLosesNothing() {
  Stage stage(database(), {}, kAgents);
  std::vector<std::unique_ptr<Watching>> watching;
  for (std::size_t i = 0; i < kAgents; ++i) watching.push_back(std::make_unique<Watching>(stage, stage.agents[i]));
  std::atomic<bool> is_over = false;
  std::atomic<int> rounds = 0;
  std::thread reporting([&] {
    Client client(stage.port(), 0, 60s);
    for (int round = 0; !is_over; ++round) {
      for (const Stage::Agent& agent : stage.agents) {
        client.send(
            request("POST", "/api/v2/workspaceagents/me/metadata", agent.token_text(), report(std::to_string(round))));
        if (answer_from(client).status != 204) qFatal("a report was refused");
      }
      ++rounds;
    }
  });
  const auto wait_for_rounds = [&](int more) {
    for (const int until = rounds + more; rounds < until;) std::this_thread::sleep_for(1ms);
  };
  wait_for_rounds(20);
  cluster_->stop();
  wait_for_rounds(20);  // taken while there is no database
  cluster_->start();
  wait_for_rounds(20);
  is_over = true;
  reporting.join();
  for (const Stage::Agent& agent : stage.agents) QCOMPARE(stage.post(agent, report("the last")).status, 204);
  for (const auto& one : watching) QVERIFY(one->sees("\"value\":\"the last\""));
  for (const Stage::Agent& agent : stage.agents) QCOMPARE(stage.stored(agent)[0].value, std::string("the last"));
  (void)stage.written(stage.agents[0]);
  const Counters counters = stage.counters();
  QVERIFY(counters.balanced());
  QCOMPARE(counters.held() + counters.dropped() + counters.unmatched + counters.discarded, std::uint64_t{0});
}

void TestPgService::theLossOfEveryConnectionIsCaughtUp() {
  Stage stage(database(), {}, 2);
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  PgSession session(cluster_->address());
  session.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> "
      "pg_backend_pid()");
  session.run("UPDATE workspace_agent_metadata SET value = 'meanwhile', collected_at = now() WHERE key = 'cpu'");
  QVERIFY(watching.sees("\"value\":\"meanwhile\""));
}

void TestPgService::deletedAgentsOfAControlPlaneMayNotReport() {
  PgSession session(cluster_->address());
  session.run("ALTER TABLE workspace_agents ADD COLUMN deleted boolean NOT NULL DEFAULT false");
  Stage stage(database(), {}, 2);
  QCOMPARE(stage.post(stage.agents[0], "{}").status, 204);
  session.run("UPDATE workspace_agents SET deleted = true WHERE id = '" + stage.agents[0].id_text() + "'");
  stage.service->refresh_tokens();
  int status = 204;
  for (const auto end = std::chrono::steady_clock::now() + 20s;
       status == 204 && std::chrono::steady_clock::now() < end;)
    status = stage.post(stage.agents[0], "{}").status;
  QCOMPARE(status, 401);
}

QTEST_GUILESS_MAIN(TestPgService)
#include "tst_pg_service.moc"
