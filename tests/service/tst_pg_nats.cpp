// SPDX-License-Identifier: Apache-2.0
// Services on one PostgreSQL server that notify each other by NATS. Servers, services and clients
// are real.
#include <QTest>

#include "cli/serving.hpp"
#include "metabatch/chunks.hpp"
#include "pubsub/nats_clients.hpp"
#include "pubsub/nats_server.hpp"
#include "service/fleet.hpp"
#include "service/stage.hpp"
#include "service/watching.hpp"
#include "support/pg/fault_proxy.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_pooler.hpp"
#include "support/pg/pg_session.hpp"

using namespace metabatch;
using namespace metabatch::test;
using namespace std::chrono_literals;

class TestPgNats : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void aWrittenValueReachesTheWatcherOfAnotherReplica();
  void theDatabaseIsLeftAlone();
  void duringAMigrationWatchersOnEitherSideSeeEverything();
  void aRepeatedNotificationSendsNothingTwice();
  void withoutTheServerRowsAreReadAndItsReturnIsNoticed();
  void aLostMessageMakesOwnWatchersReadAgain();
  void aMissingPermissionIsNotTakenForListening();
  void aCrashBetweenCommitAndPublishIsCaughtUp();
  void aRepeatIsWrittenAgainAfterAnotherReplica();
  void whileOthersAreNotHeardEverythingIsWritten();
  void whoMayNotSubscribeSuppressesNothing();
  void suppressionIsTurnedOnAndOffWhileItRuns();

 private:
  [[nodiscard]] Stage::Change uses(const std::string& address, Stage::Change more = {}) const {
    return [address, more](service::ServiceOptions& options) {
      options.pubsub.address = std::get<pubsub::PubsubAddress>(pubsub::parse_pubsub(address));
      options.pubsub.nats = options_for({});
      options.pubsub.nats.connect_limit = 2s;
      if (more) more(options);
    };
  }
  [[nodiscard]] sql::Database database() const {
    return sql::Database(std::get<sql::PgAddress>(sql::PgAddress::parse(cluster_->address())));
  }
  std::unique_ptr<PgCluster> cluster_;
  NatsServer nats_;
};

namespace {

std::string shown(std::string_view value) { return "\"value\":\"" + std::string(value) + "\""; }

/// Waits until the metrics of a service have this line.
bool shows(const Stage& stage, const std::string& line) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (stage.get("/metrics").body.find("metadata_" + line + "\n") == std::string::npos)
    if (std::chrono::steady_clock::now() > end) return false;
  return true;
}

/// Listens, and is connected for publishing.
bool is_connected(const Stage& stage) {
  return shows(stage, "listener_connected 1") && shows(stage, "nats_connected 1");
}

void suppress(service::ServiceOptions& options) {
  edit(options.config, [](Config& config) { config.suppress_unchanged = 10min; });
}

/// Repeats a report until one is left out: what was written is known then.
bool leavesOut(const Stage& stage, const Stage::Agent& agent, std::string_view value) {
  const std::uint64_t before = stage.counters().unchanged;
  for (const auto end = std::chrono::steady_clock::now() + 60s; stage.counters().unchanged == before;)
    if (stage.post(agent, report(value)).status != 204 || std::chrono::steady_clock::now() > end) return false;
  return true;
}

/// Repeats a report until its row has the value.
bool writes(Stage& stage, const Stage::Agent& agent, std::string_view value) {
  for (const auto end = std::chrono::steady_clock::now() + 60s; stage.stored(agent)[0].value != value;)
    if (stage.post(agent, report(value)).status != 204 || std::chrono::steady_clock::now() > end) return false;
  return true;
}

/// Another writer, whom nobody hears.
void write_silently(const std::string& address, const Stage::Agent& agent, const std::string& value) {
  PgSession(address).run("UPDATE workspace_agent_metadata SET collected_at = now(), value = '" + value +
                         "' WHERE key = 'cpu' AND workspace_agent_id = '" + agent.id_text() + "'");
}

}  // namespace

void TestPgNats::initTestCase() {
  cluster_ = std::make_unique<PgCluster>();
  cluster_->start();
  PgSession(cluster_->address()).run(create_table_sql());
}

void TestPgNats::aWrittenValueReachesTheWatcherOfAnotherReplica() {
  // Without a notification it would be read after a minute at the earliest, and the watcher waits
  // for less.
  const auto rarely = [](service::ServiceOptions& options) { options.full_read = 10min; };
  Stage one(database(), uses(nats_.url(), rarely), 2), two(database(), uses(nats_.url(), rarely), 2);
  QVERIFY(is_connected(one) && is_connected(two));
  Watching watching(two, two.agents[0]);
  QVERIFY(watching.sees("event: data"));
  QCOMPARE(one.post(one.agents[0], report("by NATS")).status, 204);
  QVERIFY(watching.sees(shown("by NATS")));
  QVERIFY(shows(one, "nats_unacknowledged_total 0"));
  QVERIFY(one.get("/metrics").body.find("metadata_nats_acknowledgement_seconds_count 0\n") == std::string::npos);
}

void TestPgNats::theDatabaseIsLeftAlone() {
  PgSession listener(cluster_->address());
  listener.run("LISTEN workspace_agent_metadata_batch");
  Stage stage(database(), uses(nats_.url()), 2);
  QVERIFY(is_connected(stage));
  Watcher messages(options_for({nats_.url()}));
  QCOMPARE(messages.inbox.next("resync"), std::string("resync"));
  QCOMPARE(stage.post(stage.agents[1], report("alone")).status, 204);
  QCOMPARE(messages.inbox.next("payload"), "payload " + encode_chunks({&stage.agents[1].id, 1})->front());
  QCOMPARE(stage.stored(stage.agents[1])[0].value, std::string("alone"));  // published after the commit
  QVERIFY(shows(stage, "notify_chunks_total 1"));
  QCOMPARE(listener.notifications(), std::vector<std::string>());
}

void TestPgNats::duringAMigrationWatchersOnEitherSideSeeEverything() {
  const auto rarely = [](service::ServiceOptions& options) { options.full_read = 10min; };
  Stage before(database(), uses("database", rarely), 2), during(database(), uses("database+" + nats_.url(), rarely), 2),
      after(database(), uses(nats_.url(), rarely), 2);
  QVERIFY(shows(before, "listener_connected 1") && is_connected(during) && is_connected(after));
  Watching old_side(before, before.agents[0]), both(during, before.agents[0]), new_side(after, before.agents[0]);
  for (Watching* const one : {&old_side, &both, &new_side}) QVERIFY(one->sees("event: data"));
  QCOMPARE(during.post(before.agents[0], report("from both")).status, 204);
  for (Watching* const one : {&old_side, &both, &new_side}) QVERIFY(one->sees(shown("from both")));
  QCOMPARE(before.post(before.agents[0], report("from the old side")).status, 204);
  for (Watching* const one : {&old_side, &both}) QVERIFY(one->sees(shown("from the old side")));
  QCOMPARE(after.post(before.agents[0], report("from the new side")).status, 204);
  for (Watching* const one : {&both, &new_side}) QVERIFY(one->sees(shown("from the new side")));
}

// The second notification comes by the other way a moment later. Rows that are as they were are not
// sent before the next heartbeat, after 5 s.
void TestPgNats::aRepeatedNotificationSendsNothingTwice() {
  Stage stage(database(), uses("database+" + nats_.url()), 2);
  QVERIFY(is_connected(stage));
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  QCOMPARE(stage.post(stage.agents[0], report("once")).status, 204);
  QVERIFY(watching.sees(shown("once")));
  const auto seen = std::chrono::steady_clock::now();
  QVERIFY(shows(stage, "notify_chunks_total 2"));
  QVERIFY(watching.sees("event: data"));
  QVERIFY(std::chrono::steady_clock::now() - seen > 4s);
}

void TestPgNats::withoutTheServerRowsAreReadAndItsReturnIsNoticed() {
  NatsServer server;
  const auto rarely = [](service::ServiceOptions& options) { options.full_read = 10min; };
  Stage one(database(), uses(server.url(), rarely), 2), two(database(), uses(server.url(), rarely), 2);
  QVERIFY(is_connected(one) && is_connected(two));
  Watching watching(two, two.agents[0]);
  server.kill();
  QVERIFY(shows(two, "listener_connected 0") && shows(one, "nats_connected 0"));
  QCOMPARE(one.post(one.agents[0], report("unheard")).status, 204);
  QVERIFY(watching.sees(shown("unheard")));  // every 5 s everything is read
  QVERIFY(shows(one, "publish_errors_total 1"));
  server.start();
  QVERIFY(is_connected(one) && is_connected(two));
  QVERIFY(shows(two, "listener_reconnects_total 1"));
  QCOMPARE(one.post(one.agents[0], report("heard again")).status, 204);
  QVERIFY(watching.sees(shown("heard again")));
}

void TestPgNats::aLostMessageMakesOwnWatchersReadAgain() {
  NatsServer server("max_payload: 16\n");
  const auto rarely = [](service::ServiceOptions& options) { options.full_read = 10min; };
  Stage stage(database(), uses(server.url(), rarely), 2);
  QVERIFY(is_connected(stage));
  Watching watching(stage, stage.agents[0]);
  QVERIFY(watching.sees("event: data"));
  QCOMPARE(stage.post(stage.agents[0], report("too large to publish")).status, 204);
  QVERIFY(watching.sees(shown("too large to publish")));
  QVERIFY(shows(stage, "publish_errors_total 1"));
}

void TestPgNats::aMissingPermissionIsNotTakenForListening() {
  NatsServer server(
      "authorization { users: [ { user: u, password: geheim, permissions: { subscribe: \"other\" } } ] }\n");
  Stage stage(database(), uses(server.url("u:geheim")), 2);
  QVERIFY(shows(stage, "nats_connected 1"));
  QVERIFY(shows(stage, "resyncs_total 1"));
  QVERIFY(shows(stage, "listener_connected 0"));
}

// The answer of the server is 50 ms late, so the service is killed after the commit and before it
// knows of it. Where it was quicker all the same, it is tried again.
void TestPgNats::aCrashBetweenCommitAndPublishIsCaughtUp() {
  Stage other(database(), uses(nats_.url(), [](service::ServiceOptions& options) { options.full_read = 2s; }), 2);
  QVERIFY(is_connected(other));
  Watching watching(other, other.agents[0]);
  Watcher messages(options_for({nats_.url()}));
  QCOMPARE(messages.inbox.next("resync"), std::string("resync"));
  FaultProxy proxy(cluster_->folder());
  Serving crashing(QString::fromStdString(proxy.address()));
  for (int attempt = 0;; ++attempt) {
    QVERIFY2(attempt < 20, "the service was never killed in between");
    const std::string value = "crash " + std::to_string(attempt);
    QVERIFY(crashing.start({"--pubsub", QString::fromStdString(nats_.url()), "--interval", "50ms"}));
    proxy.set(FaultProxy::Fault::late);
    Client agent(crashing.port());
    agent.send(request("POST", "/api/v2/workspaceagents/me/metadata", other.agents[0].token_text(), report(value)));
    QCOMPARE(answer_from(agent).status, 204);
    while (other.stored(other.agents[0])[0].value != value) {
    }
    crashing.kill();
    proxy.set(FaultProxy::Fault::none);
    QVERIFY(messages.subscription->measure_latency(20s));  // what was published has come
    QVERIFY(watching.sees(shown(value)));
    if (!messages.inbox.next_within("payload", 0ms)) break;
  }
}

// The process ids of the server say nothing behind a pooler; over NATS they are not needed.
void TestPgNats::aRepeatIsWrittenAgainAfterAnotherReplica() {
  PgPooler pooler(cluster_->folder());
  pooler.start();
  const sql::Database pooled(std::get<sql::PgAddress>(sql::PgAddress::parse(pooler.address())));
  Stage one(database(), uses(nats_.url(), suppress), 2), two(pooled, uses(nats_.url(), suppress), 2);
  QVERIFY(is_connected(one) && is_connected(two));
  QVERIFY(leavesOut(one, one.agents[0], "of one"));
  QVERIFY(leavesOut(two, one.agents[1], "of two"));
  QVERIFY(writes(two, one.agents[0], "of two"));  // one writer of the key after the other
  QVERIFY(writes(one, one.agents[0], "of one"));
  QVERIFY(writes(two, one.agents[0], "of two"));
  QVERIFY(leavesOut(two, one.agents[1], "of two"));  // agents that nobody else wrote are still known
}

void TestPgNats::whileOthersAreNotHeardEverythingIsWritten() {
  NatsServer server;
  Stage stage(database(), uses(server.url(), suppress), 2);
  QVERIFY(is_connected(stage));
  QVERIFY(leavesOut(stage, stage.agents[0], "ours"));
  server.kill();
  QVERIFY(shows(stage, "nats_connected 0"));
  const std::uint64_t left_out = stage.counters().unchanged;
  for (int i = 0; i < 3; ++i) {
    write_silently(cluster_->address(), stage.agents[0], "theirs");
    QVERIFY(writes(stage, stage.agents[0], "ours"));
  }
  QCOMPARE(stage.counters().unchanged, left_out);
  write_silently(cluster_->address(), stage.agents[0], "theirs");
  server.start();
  QVERIFY(is_connected(stage));
  QVERIFY(writes(stage, stage.agents[0], "ours"));
  QVERIFY(leavesOut(stage, stage.agents[0], "ours"));
}

void TestPgNats::whoMayNotSubscribeSuppressesNothing() {
  NatsServer server(
      "authorization { users: [ { user: u, password: geheim, permissions: { subscribe: \"other\" } } ] }\n");
  Stage stage(database(), uses(server.url("u:geheim"), suppress), 2);
  QVERIFY(shows(stage, "nats_connected 1"));
  while (!stage.logged().contains("suppress_unchanged has no effect"))
    QCOMPARE(stage.post(stage.agents[0], report("ours")).status, 204);
  const std::uint64_t left_out = stage.counters().unchanged;
  for (int i = 0; i < 3; ++i) {
    write_silently(cluster_->address(), stage.agents[0], "theirs");
    QVERIFY(writes(stage, stage.agents[0], "ours"));
  }
  QCOMPARE(stage.counters().unchanged, left_out);
}

void TestPgNats::suppressionIsTurnedOnAndOffWhileItRuns() {
  Stage one(database(), uses(nats_.url()), 2), two(database(), uses(nats_.url()), 2);
  QVERIFY(is_connected(one) && is_connected(two));
  Config config = one.options.config;
  for (int round = 0; round < 2; ++round) {
    suppress(one.options);
    QCOMPARE(one.service->change({one.options.config, 300s, {}, {}}), std::string());
    QVERIFY(leavesOut(one, one.agents[0], "of one"));
    QVERIFY(writes(two, one.agents[0], "of two"));
    QVERIFY(writes(one, one.agents[0], "of one"));
    QVERIFY(leavesOut(one, one.agents[0], "of one"));
    QCOMPARE(one.service->change({config, 300s, {}, {}}), std::string());
    write_silently(cluster_->address(), one.agents[0], "theirs");
    QVERIFY(writes(one, one.agents[0], "of one"));
  }
}

QTEST_GUILESS_MAIN(TestPgNats)
#include "tst_pg_nats.moc"
