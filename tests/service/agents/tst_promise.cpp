// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <set>

#include "service/agents/missing_rows.hpp"
#include "service/agents/token_refresher.hpp"
#include "service/stage.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace std::chrono_literals;

/// What the status of a report promises.
class TestPromise : public QObject {
  Q_OBJECT
 private slots:
  void aDroppedReportIsNotAnsweredAsTaken();
  void keysWithoutARowAreCountedAtOnce();
  void missingRowsAreForgotten();
  void aFlushThatMatchedNothingTeachesNothing();
  void lookupsGoOutTogether();
  void unavailableIsNotUnknown();
};

namespace {

std::string list(std::string_view items) { return "{\"metadata\":[" + std::string(items) + "]}"; }

unsigned retry_after(const Answered& answered) {
  const std::size_t at = answered.head.find("\r\nRetry-After: ");
  return at == std::string::npos ? 0 : static_cast<unsigned>(std::atoi(answered.head.c_str() + at + 15));
}

/// A service whose buffer two keys fill until its interval ends.
void make_small(service::ServiceOptions& options) {
  edit(options.config, [](Config& config) {
    config.interval = 5min;
    config.batch_size = 2;
    config.queue_capacity = 2;
  });
}

/// A database of agents in memory, which can be unavailable.
class Credentials final : public sql::AgentCredentials {
 public:
  explicit Credentials(std::vector<sql::AgentToken> agents) : agents_(std::move(agents)) {}
  sql::DatabaseResult<std::vector<sql::AgentToken>> tokens() override { return std::vector<sql::AgentToken>{}; }
  sql::DatabaseResult<std::vector<sql::AgentToken>> find(std::span<const Uuid> ids) override {
    const std::lock_guard lock(mutex);
    asked.emplace_back(ids.begin(), ids.end());
    if (is_away) {
      sql::DatabaseFailure away;
      away.failure = FailureClass::connection;
      away.message = "away";
      return away;
    }
    std::vector<sql::AgentToken> found;
    for (const sql::AgentToken& one : agents_)
      if (std::find(ids.begin(), ids.end(), one.token) != ids.end()) found.push_back(one);
    return found;
  }
  sql::DatabaseResult<std::vector<sql::UserSession>> sessions(std::span<const std::string>) override {
    return std::vector<sql::UserSession>{};
  }
  sql::DatabaseResult<std::optional<sql::NotificationQueue>> notification_queue() override { return std::nullopt; }
  std::optional<sql::DatabaseFailure> create_table() override { return std::nullopt; }
  std::optional<sql::DatabaseFailure> add(const sql::AgentToken&, std::span<const std::string_view>) override {
    return std::nullopt;
  }
  std::optional<sql::DatabaseFailure> describe(const Uuid&, std::span<const sql::KeyDescription>) override {
    return std::nullopt;
  }
  sql::DatabaseResult<std::vector<sql::AgentSummary>> list() override { return std::vector<sql::AgentSummary>{}; }
  sql::DatabaseResult<bool> remove(const Uuid&) override { return false; }

  std::mutex mutex;
  std::vector<std::vector<Uuid>> asked;
  bool is_away = false;

 private:
  const std::vector<sql::AgentToken> agents_;
};

Uuid id_number(unsigned number) {
  Uuid id;
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

/// Waits until so many lookups have ended.
struct Results {
  service::TokenRefresher::LookupDone one() {
    return [this](service::LookupResult result) {
      const std::lock_guard lock(mutex);
      all.push_back(result);
      changed.notify_all();
    };
  }
  bool are(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 20s, [&] { return all.size() >= count; });
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<service::LookupResult> all;
};

}  // namespace

void TestPromise::aDroppedReportIsNotAnsweredAsTaken() {
  Stage stage([](service::ServiceOptions& options) { make_small(options); });
  const std::string three = list(R"({"key":"a"},{"key":"b"},{"key":"c"})");
  std::set<unsigned> seen;
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    const Answered answered = stage.post(stage.agents[0], three);
    if (answered.status == 204) continue;
    ++refused;
    QCOMPARE(answered.status, 503);
    QVERIFY2(answered.body.starts_with("{\"message\":\"The buffer is full.\""), answered.body.c_str());
    const unsigned seconds = retry_after(answered);
    QVERIFY(seconds >= 1 && seconds <= 600);
    seen.insert(seconds);
  }
  QVERIFY2(refused > 0, "nothing was dropped");
  QVERIFY(stage.counters().dropped() > 0 && stage.counters().balanced());
}

void TestPromise::keysWithoutARowAreCountedAtOnce() {
  Stage stage;
  const std::string body = list(R"({"key":"cpu","value":"1"},{"key":"gone","value":"x"})");
  QCOMPARE(stage.post(stage.agents[0], body).status, 204);
  for (const auto end = std::chrono::steady_clock::now() + 20s; stage.counters().unmatched == 0;)
    QVERIFY(std::chrono::steady_clock::now() < end);
  const std::uint64_t flushed = stage.service->snapshot().metrics.flushes.flushed_entries;
  for (std::uint64_t i = 0; i < 10; ++i) QCOMPARE(stage.post(stage.agents[0], body).status, 204);
  const Counters counters = stage.counters();
  QCOMPARE(counters.offered, std::uint64_t{22});
  QCOMPARE(counters.unmatched, std::uint64_t{11});  // at once, without a flush
  QVERIFY(counters.balanced());
  (void)stage.written(stage.agents[0]);
  QVERIFY(stage.counters().balanced());
  // One key for each flush, not two.
  QVERIFY(stage.service->snapshot().metrics.flushes.flushed_entries - flushed <= 10);
}

void TestPromise::missingRowsAreForgotten() {
  service::MissingRows missing(3s, 10s);
  const Uuid agent = id_number(1);
  const auto t0 = std::chrono::steady_clock::time_point();
  const Update entries[] = {{agent, "there", {}, {}, {}}, {agent, "gone", {}, {}, {}}};
  FlushOutcome outcome;
  outcome.fates = {Fate::written, Fate::unmatched};
  missing.record(entries, outcome, t0);
  QVERIFY(missing.contains(agent, "gone", t0 + 2s) && !missing.contains(agent, "gone", t0 + 3s));
  QVERIFY(!missing.contains(agent, "there", t0) && !missing.contains(id_number(2), "gone", t0));
  missing.forget(agent);
  QVERIFY(!missing.contains(agent, "gone", t0));
  QCOMPARE(missing.size(), std::size_t{0});
  missing.record(entries, outcome, t0);
  missing.record(entries, outcome, t0 + 10s);  // twice as long, counted from then
  QVERIFY(missing.contains(agent, "gone", t0 + 15s) && !missing.contains(agent, "gone", t0 + 16s));
  missing.record(entries, outcome, t0 + 20s);
  QVERIFY(missing.contains(agent, "gone", t0 + 29s) && !missing.contains(agent, "gone", t0 + 30s));
  QCOMPARE(missing.size(), std::size_t{1});
  outcome.fates = {Fate::written, Fate::written};
  missing.record(entries, outcome, t0 + 30s);  // the row is there
  QCOMPARE(missing.size(), std::size_t{0});
  outcome.fates = {Fate::written, Fate::unmatched};
  missing.record(entries, outcome, t0 + 40s);  // and gone again: as at first
  QVERIFY(missing.contains(agent, "gone", t0 + 42s) && !missing.contains(agent, "gone", t0 + 43s));
  missing.clear();
  QVERIFY(!missing.contains(agent, "gone", t0));
}

void TestPromise::aFlushThatMatchedNothingTeachesNothing() {
  service::MissingRows missing;
  const Update entries[] = {{id_number(1), "a", {}, {}, {}}, {id_number(1), "b", {}, {}, {}}};
  FlushOutcome outcome;
  outcome.fates = {Fate::unmatched, Fate::unmatched};
  missing.record(entries, outcome, {});
  QCOMPARE(missing.size(), std::size_t{0});
}

void TestPromise::lookupsGoOutTogether() {
  service::AgentDirectory directory;
  std::vector<sql::AgentToken> agents;
  for (unsigned i = 0; i < 20; ++i) agents.push_back({id_number(i), id_number(1000 + i)});
  Credentials* credentials = nullptr;
  service::RefresherOptions options;
  options.open = [&] {
    auto made = std::make_unique<Credentials>(agents);
    credentials = made.get();
    return made;
  };
  options.on_failure = [](const std::string&) {};
  options.lookup_gap = 300ms;
  service::TokenRefresher refresher(directory, std::move(options));
  refresher.wait_for_first(20s);
  Results results;
  refresher.look_up({.id = id_number(1000), .peer = "1.1.1.1:1"}, results.one());
  QVERIFY(results.are(1));
  for (unsigned i = 1; i < 20; ++i)
    refresher.look_up({.id = id_number(1000 + i), .peer = "1.1.1." + std::to_string(i) + ":9"}, results.one());
  refresher.look_up({.id = id_number(5000), .peer = "2.2.2.2:1"}, results.one());
  QVERIFY(results.are(21));
  {
    const std::lock_guard lock(credentials->mutex);
    QCOMPARE(credentials->asked.size(), std::size_t{2});
    QCOMPARE(credentials->asked[1].size(), std::size_t{20});
  }
  for (unsigned i = 0; i < 20; ++i) QCOMPARE(directory.agent_of(id_number(1000 + i)).value(), id_number(i));
  // A negative answer is remembered for a while.
  refresher.look_up({.id = id_number(5000), .peer = "2.2.2.2:1"}, results.one());
  QVERIFY(results.are(22));
  QCOMPARE(refresher.lookups(), std::uint64_t{2});
  // One peer cannot fill the queue: its ninth lookup is refused, without an answer about the token.
  for (unsigned i = 0; i < 9; ++i) refresher.look_up({.id = id_number(6000 + i), .peer = "3.3.3.3:1"}, results.one());
  QVERIFY(results.are(31));
  QCOMPARE(std::count(results.all.begin(), results.all.end(), service::LookupResult::unavailable), std::ptrdiff_t{1});
}

void TestPromise::unavailableIsNotUnknown() {
  service::AgentDirectory directory;
  service::RefresherOptions options;
  options.open = [&] {
    auto made = std::make_unique<Credentials>(std::vector<sql::AgentToken>{});
    made->is_away = true;
    return made;
  };
  options.on_failure = [](const std::string&) {};
  service::TokenRefresher refresher(directory, std::move(options));
  Results results;
  refresher.look_up({.id = id_number(1), .peer = "1.1.1.1:1"}, results.one());
  QVERIFY(results.are(1));
  QVERIFY(results.all[0] == service::LookupResult::unavailable);
}

QTEST_GUILESS_MAIN(TestPromise)
#include "tst_promise.moc"
