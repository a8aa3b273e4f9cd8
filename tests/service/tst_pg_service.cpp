// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <thread>

#include "metabatch/chunks.hpp"
#include "service/fleet.hpp"
#include "service/stage.hpp"
#include "service/watching.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_pooler.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::test;
using namespace std::chrono_literals;

class TestPgService : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void foreignNotificationsAreSeenAtOnce();
  void malformedNotificationsAreCounted();
  void changesWithoutANotificationAreSeenInTheEnd();
  void twoReplicasShareOneDatabase();
  void aRestartUnderWatchersAndAgentsLosesNothing();
  void theLossOfEveryConnectionIsCaughtUp();
  void deletedAgentsOfAControlPlaneMayNotReport();
  void watchersBehindAPoolerAreReadForAtEveryHeartbeat();
  void aRepeatIsWrittenAgainAfterAnotherWriter();
  void suppressionIsRefusedWhereOthersCannotBeToldApart();
  void aStartWithoutADatabaseRefusesNobodyForGood();
  void stuckListenerShowsInTheMetrics();
  void theClockOfTheServerIsCompared();

 private:
  [[nodiscard]] sql::Database database() const { return database_at(cluster_->address()); }
  [[nodiscard]] static sql::Database database_at(const std::string& address) {
    return sql::Database(std::get<sql::PgAddress>(sql::PgAddress::parse(address)));
  }
  std::unique_ptr<PgCluster> cluster_;
};

namespace {

// Equal values are not written again.
void suppress(Config& config) { config.suppress_unchanged = 60s; }

constexpr std::size_t kAgents = 200;
constexpr auto kHeartbeat = 5s;
constexpr auto kSlack = 4s;  // on a busy machine

/// Agents that report all the time, each on a connection of its own; every report has to be
/// accepted.
class Reporting {
 public:
  explicit Reporting(const Stage& stage) : thread_([this, &stage] { run(stage); }) {}
  ~Reporting() { stop(); }
  void wait_for_rounds(int more) {
    for (const int until = rounds_ + more; rounds_ < until;) std::this_thread::sleep_for(1ms);
  }
  void stop() {
    is_over_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run(const Stage& stage) {
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < stage.agents.size(); ++i)
      clients.push_back(std::make_unique<Client>(stage.port(), 0, 60s + soak()));
    for (int round = 0; !is_over_; ++round) {
      for (std::size_t i = 0; i < clients.size(); ++i)
        clients[i]->send(request("POST", "/api/v2/workspaceagents/me/metadata", stage.agents[i].token_text(),
                                 report(std::to_string(round))));
      for (const auto& client : clients)
        if (answer_from(*client).status != 204) qFatal("a report was refused");
      ++rounds_;
    }
  }
  std::atomic<bool> is_over_ = false;
  std::atomic<int> rounds_ = 0;
  std::thread thread_;
};

}  // namespace

void TestPgService::initTestCase() {
  cluster_ = std::make_unique<PgCluster>();
  cluster_->start();
  PgSession(cluster_->address()).run(create_table_sql());
}

void TestPgService::foreignNotificationsAreSeenAtOnce() {
  Stage stage(database(), {}, 2);
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  while (stage.get("/metrics").body.find("metadata_listener_connected 1\n") == std::string::npos) {
  }
  const std::string chunk = encode_chunks({&stage.agents[0].id, 1})->front();
  PgSession(cluster_->address())
      .run(
          "UPDATE workspace_agent_metadata SET value = 'told', collected_at = now() WHERE key = 'mem'; SELECT "
          "pg_notify('" +
          stage.options.config->channel + "', '" + chunk + "')");
  const auto written = std::chrono::steady_clock::now();
  QVERIFY(watching.sees("\"value\":\"told\""));
  QVERIFY(std::chrono::steady_clock::now() - written < kSlack);
}

void TestPgService::malformedNotificationsAreCounted() {
  Stage stage(database(), {}, 1);
  const auto shows = [&](const std::string& line) {
    for (const auto end = std::chrono::steady_clock::now() + Client::kPatience; std::chrono::steady_clock::now() < end;)
      if (stage.get("/metrics").body.find(line) != std::string::npos) return true;
    return false;
  };
  QVERIFY(shows("metadata_listener_connected 1\n") && shows("metadata_malformed_notifications_total 0\n"));
  PgSession(cluster_->address()).run("SELECT pg_notify('" + stage.options.config->channel + "', 'no ids')");
  QVERIFY(shows("metadata_malformed_notifications_total 1\n"));
}

void TestPgService::changesWithoutANotificationAreSeenInTheEnd() {
  Stage stage(
      database(), [](service::ServiceOptions& options) { options.full_read = 500ms; }, 2);
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  PgSession session(cluster_->address());
  session.run("UPDATE workspace_agent_metadata SET value = 'from elsewhere', collected_at = now() WHERE key = 'mem'");
  QVERIFY(watching.sees("\"value\":\"from elsewhere\""));
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
  PgSession session(cluster_->address());
  Stage stage(database(), {}, 0);
  stage.agents = register_fleet(session, kAgents);
  stage.service->refresh_tokens();
  for (const auto end = std::chrono::steady_clock::now() + 20s; stage.post(stage.agents.back(), "{}").status != 204;)
    QVERIFY(std::chrono::steady_clock::now() < end);
  std::vector<std::unique_ptr<Watching>> watching;
  for (const Stage::Agent& agent : stage.agents) watching.push_back(std::make_unique<Watching>(stage, agent));
  const auto began = std::chrono::steady_clock::now();
  int round = 0;
  for (; round == 0 || std::chrono::steady_clock::now() - began < soak(); ++round) {
    Reporting reporting(stage);
    reporting.wait_for_rounds(5);
    cluster_->stop();
    reporting.wait_for_rounds(5);  // accepted while the database is away
    cluster_->start();
    reporting.wait_for_rounds(5);
    reporting.stop();
    const std::string last = "the last of round " + std::to_string(round);
    for (const Stage::Agent& agent : stage.agents) QCOMPARE(stage.post(agent, report(last)).status, 204);
    while (stage.counters().held() > 0) std::this_thread::sleep_for(1ms);
    const auto written = std::chrono::steady_clock::now();
    for (const auto& one : watching) QVERIFY(one->sees("\"value\":\"" + last + "\""));
    QVERIFY(std::chrono::steady_clock::now() - written < kHeartbeat + kSlack);
    for (const Stage::Agent& agent : stage.agents) QCOMPARE(stage.stored(agent)[0].value, last);
  }
  qInfo("%d restarts under %zu watchers and %zu agents", round, watching.size(), stage.agents.size());
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
  const auto written = std::chrono::steady_clock::now();
  QVERIFY(watching.sees("\"value\":\"meanwhile\""));
  QVERIFY(std::chrono::steady_clock::now() - written < kHeartbeat - 500ms);  // once it listens again
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
  session.run("UPDATE workspace_agents SET deleted = false");
  QCOMPARE(status, 401);
}

void TestPgService::watchersBehindAPoolerAreReadForAtEveryHeartbeat() {
  PgPooler pooler(cluster_->folder());
  pooler.start();
  Stage stage(database_at(pooler.address()), {}, 2);
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  QCOMPARE(stage.post(stage.agents[0], report("through the pooler")).status, 204);
  QVERIFY(watching.sees("\"value\":\"through the pooler\""));
  // A replica writes and notifies; none of that arrives here.
  PgSession session(cluster_->address());
  for (int round = 0; round < 2; ++round) {
    const std::string value = "replica " + std::to_string(round);
    session.run("UPDATE workspace_agent_metadata SET value = '" + value + "', collected_at = now() WHERE key = 'mem'");
    const auto written = std::chrono::steady_clock::now();
    QVERIFY(watching.sees("\"value\":\"" + value + "\""));
    QVERIFY(std::chrono::steady_clock::now() - written < kHeartbeat + kSlack);
    const std::string metrics = stage.get("/metrics").body;
    QVERIFY2(metrics.find("metadata_listener_connected 0\n") != std::string::npos, metrics.c_str());
    QVERIFY(metrics.find("metadata_listener_reconnects_total 0\n") != std::string::npos);
  }
}

// Our own notifications say nothing new; those of another session do.
void TestPgService::aRepeatIsWrittenAgainAfterAnotherWriter() {
  Stage stage(
      database(), [](service::ServiceOptions& options) { edit(options.config, suppress); }, 2);
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  while (stage.get("/metrics").body.find("metadata_listener_connected 1\n") == std::string::npos) {
  }
  QCOMPARE(stage.post(stage.agents[0], report("ours")).status, 204);
  QVERIFY(watching.sees("\"value\":\"ours\""));
  QCOMPARE(stage.post(stage.agents[0], report("ours")).status, 204);
  while (stage.get("/metrics").body.find("metadata_unchanged_total 1\n") == std::string::npos) {
  }
  const std::string chunk = encode_chunks({&stage.agents[0].id, 1})->front();
  PgSession(cluster_->address())
      .run(
          "UPDATE workspace_agent_metadata SET value = 'theirs', collected_at = now() WHERE key = 'cpu'; SELECT "
          "pg_notify('" +
          stage.options.config->channel + "', '" + chunk + "')");
  QVERIFY(watching.sees("\"value\":\"theirs\""));
  QCOMPARE(stage.post(stage.agents[0], report("ours")).status, 204);
  QVERIFY(watching.sees("\"value\":\"ours\""));
  QCOMPARE(stage.counters().unchanged, 1U);
}

void TestPgService::suppressionIsRefusedWhereOthersCannotBeToldApart() {
  Stage stage(database(), {}, 1);
  PgPooler pooler(cluster_->folder());
  pooler.start();
  service::ServiceOptions options = stage.options;
  edit(options.config, suppress);
  options.database = database_at(pooler.address());
  const auto behind_pooler = service::Service::start(options, stage.log);
  const std::string* const wrong = std::get_if<std::string>(&behind_pooler);
  QVERIFY(wrong != nullptr && wrong->find("a pooler is between") != std::string::npos);
  Config config = stage.options.config;
  suppress(config);
  QCOMPARE(stage.service->change({config, 300s, {}, {}}), std::string());
  QCOMPARE(stage.service->snapshot().config.suppress_unchanged, Duration(60s));
}

void TestPgService::aStartWithoutADatabaseRefusesNobodyForGood() {
  Stage stage(database(), {}, 2);
  stage.service->stop();
  cluster_->stop();
  auto started = service::Service::start(stage.options, stage.log);
  stage.service = std::get<0>(std::move(started));
  QCOMPARE(stage.get("/healthz").status, 200);
  QCOMPARE(stage.get("/readyz").status, 503);
  const Answered refused = stage.post(stage.agents[0], report("too soon"));
  QCOMPARE(refused.status, 503);  // after a 401 an agent would stop
  QCOMPARE(refused.body,
           std::string(
               "{\"message\":\"The token could not be checked.\",\"detail\":\"The database cannot be read now.\"}\n"));
  QCOMPARE(stage.get(stage.agents[0].path("watch-metadata"), stage.agents[0].token_text()).status, 503);
  Watching watching(stage, stage.agents[0]);  // a browser stops for good after any refusal
  QVERIFY(watching.sees("event: error\ndata: {\"message\":\"Internal error fetching metadata.\""));
  cluster_->start();
  QVERIFY(watching.sees("event: data\ndata: [{\"result\""));
  while (stage.get("/readyz").status != 200) std::this_thread::sleep_for(1ms);
  QCOMPARE(stage.post(stage.agents[0], report("in time")).status, 204);
  QVERIFY(watching.sees("\"value\":\"in time\""));
}

void TestPgService::stuckListenerShowsInTheMetrics() {
  PgSession stuck(cluster_->address());
  stuck.run("LISTEN anything");
  stuck.run("BEGIN");
  stuck.run("SELECT 1");
  PgSession(cluster_->address())
      .run("SELECT pg_notify('anything', n || repeat('x', 7000)) FROM generate_series(1, 1000) AS n");
  const Stage stage(database(), {}, 1);
  const auto gauge = [&stage](const std::string& name) {
    const std::string page = stage.get("/metrics").body;
    const std::size_t at = page.find("\ncoderd_agentapi_metadata_notify_" + name + " ");
    return at == std::string::npos ? -1 : std::atof(page.c_str() + page.find(' ', at + 1));
  };
  // Checked right after the tokens were read for the first time.
  for (const auto end = std::chrono::steady_clock::now() + 20s; gauge("queue_usage") <= 0;)
    QVERIFY(std::chrono::steady_clock::now() < end);
  QVERIFY(gauge("queue_usage") < 0.1);
  QVERIFY(gauge("oldest_transaction_seconds") > 0);
}

/// Both have one clock here; what is wrong by a unit or a sign of microseconds would be far off.
void TestPgService::theClockOfTheServerIsCompared() {
  const Stage stage(database(), {}, 1);
  const auto ahead = [&stage] {
    const std::string page = stage.get("/metrics").body, name = "\ncoderd_agentapi_metadata_clock_ahead_seconds ";
    const std::size_t at = page.find(name);
    return at == std::string::npos ? 1e9 : std::atof(page.c_str() + at + name.size());
  };
  for (const auto end = std::chrono::steady_clock::now() + 20s;
       ahead() == 0;)  // measured after the first reading of tokens
    QVERIFY(std::chrono::steady_clock::now() < end);
  QVERIFY2(std::abs(ahead()) < 60, std::to_string(ahead()).c_str());
}

QTEST_GUILESS_MAIN(TestPgService)
#include "tst_pg_service.moc"
