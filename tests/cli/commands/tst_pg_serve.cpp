// SPDX-License-Identifier: Apache-2.0
// Services as processes that are killed. An acknowledged report is in memory until its flush. Only
// such reports may be lost with the process. A value that anybody has seen stays.
#include <QTest>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "cli/serving.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch::test;
using namespace std::chrono_literals;

class TestPgServe : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase();
  void aKilledServiceTakesBackNothingThatWasSeen();
  void theOtherReplicaGoesOn();

 private:
  [[nodiscard]] QString db() const { return QString::fromStdString(cluster_->address()); }
  /// Value and microseconds of the only row of an agent.
  std::pair<long, long long> stored(const AddedAgent& agent) {
    const auto rows = session_->run(
        "SELECT CASE WHEN value = '' THEN '0' ELSE value END, (extract(epoch FROM collected_at) * 1000000)::bigint "
        "FROM "
        "workspace_agent_metadata WHERE workspace_agent_id = '" +
        agent.id + "'");
    return {std::stol(rows[0][0]), std::stoll(rows[0][1])};
  }
  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;
  std::vector<AddedAgent> agents_;
  QTemporaryDir folder_;
  const std::string watch_token_ = "a-watch-token-of-some-length";
};

namespace {

const QStringList kQuick = {"--interval", "50ms", "--schedule", "linger"};

std::chrono::seconds soak() { return std::chrono::seconds(qEnvironmentVariableIntValue("METABATCH_SOAK_SECONDS")); }

/// An agent that reports growing numbers until the service is gone. It sends the next one when the
/// one before is answered.
class Counting {
 public:
  Counting(std::uint16_t port, const AddedAgent& agent, long from)
      : sent_(from), thread_([this, port, &agent] {
          Client client(port);
          for (;;) {
            ++sent_;
            client.send(agent.report(std::to_string(sent_.load())));
            const bool is_taken = answer_from(client).status == 204;
            {
              const std::lock_guard lock(mutex_);
              if (is_taken) acknowledged_ = sent_.load();
              is_ended_ = !is_taken;
            }
            more_.notify_all();
            if (!is_taken) return;
          }
        }) {}
  ~Counting() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] long sent() const { return sent_; }
  [[nodiscard]] long acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }
  /// Waits until as many more reports have been acknowledged.
  void wait_for_more(long reports) {
    std::unique_lock lock(mutex_);
    const long until = acknowledged_ + reports;
    more_.wait_for(lock, 30s, [&] { return acknowledged_ >= until || is_ended_; });
  }

 private:
  std::atomic<long> sent_;
  std::mutex mutex_;
  std::condition_variable more_;
  long acknowledged_ = 0;
  bool is_ended_ = false;
  std::thread thread_;
};

/// A watcher that stores the largest number that it received, until the service is gone.
class Seeing {
 public:
  Seeing(std::uint16_t port, const AddedAgent& agent)
      : thread_([this, port, &agent] {
          Client client(port);
          client.send(request("GET", agent.path("watch-metadata"), agent.token));
          for (std::string frame; !(frame = client.until("\n\n")).empty() && !client.is_closed();)
            if (const std::size_t at = frame.find("\"value\":\""); at != std::string::npos)
              see(std::atol(frame.c_str() + at + 9));
        }) {}
  ~Seeing() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] long seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  [[nodiscard]] bool becomes_more_than(long number) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, 30s, [&] { return seen_ > number; });
  }

 private:
  void see(long number) {
    {
      const std::lock_guard lock(mutex_);
      seen_ = std::max(seen_, number);
    }
    more_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable more_;
  long seen_ = 0;
  std::thread thread_;
};

}  // namespace

void TestPgServe::initTestCase() {
  cluster_ = std::make_unique<PgCluster>();
  cluster_->start();
  session_ = std::make_unique<PgSession>(cluster_->address());
  session_->run(create_table_sql());
  for (int i = 0; i < 2; ++i) agents_.push_back(AddedAgent::to(db()));
  QFile file(folder_.filePath("tokens"));
  QVERIFY(file.open(QIODevice::WriteOnly));
  file.write((watch_token_ + "\n").c_str());
}

void TestPgServe::aKilledServiceTakesBackNothingThatWasSeen() {
  Serving serving(db());
  std::mt19937 random(1);
  std::vector<std::pair<long, long long>> before(agents_.size());
  std::vector<long> from(agents_.size(), 0);
  long lost = 0;
  const auto began = std::chrono::steady_clock::now();
  int round = 0;
  for (; round < 3 || std::chrono::steady_clock::now() - began < soak(); ++round) {
    QVERIFY(serving.start(kQuick));
    std::vector<std::unique_ptr<Counting>> counting;
    for (std::size_t i = 0; i < agents_.size(); ++i)
      counting.push_back(std::make_unique<Counting>(serving.port(), agents_[i], from[i]));
    Seeing seeing(serving.port(), agents_[0]);
    const bool is_seen = seeing.becomes_more_than(from[0]);         // some value of this round was written
    counting[0]->wait_for_more(static_cast<long>(random() % 300));  // killed at any moment
    serving.kill();
    seeing.join();
    QVERIFY2(is_seen, "the watcher saw nothing of this round");
    for (std::size_t i = 0; i < agents_.size(); ++i) {
      counting[i]->join();
      const auto now = stored(agents_[i]);
      QVERIFY(now >= before[i] && now.second >= before[i].second);
      QVERIFY(now.first <= counting[i]->sent());
      if (i == 0) QVERIFY(now.first >= seeing.seen());
      lost = std::max(lost, counting[i]->acknowledged() - now.first);
      before[i] = now;
      from[i] = counting[i]->sent();
    }
  }
  qInfo("%d times killed; at most %ld acknowledged reports of an agent in a row were not written", round, lost);
  QVERIFY(serving.start(kQuick));
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    Client client(serving.port());
    client.send(agents_[i].report(std::to_string(from[i] + 1)));
    QCOMPARE(answer_from(client).status, 204);
  }
  QCOMPARE(serving.stop().status, 0);
  for (std::size_t i = 0; i < agents_.size(); ++i) QCOMPARE(stored(agents_[i]).first, from[i] + 1);
}

void TestPgServe::theOtherReplicaGoesOn() {
  const QStringList flags = kQuick + QStringList{"--watch-token-file", folder_.filePath("tokens")};
  Serving one(db()), two(db());
  QVERIFY(one.start(flags) && two.start(flags));
  Client watcher(two.port(), 0, 60s);
  watcher.send(request("GET", agents_[1].path("watch-metadata"), watch_token_));
  const auto sees = [&](const std::string& value) {
    for (std::string frame; !(frame = watcher.until("\n\n")).empty();)
      if (frame.find("\"value\":\"" + value + "\"") != std::string::npos) return true;
    return false;
  };
  const auto report = [&](const Serving& to, long value) {
    Client client(to.port());
    client.send(agents_[1].report(std::to_string(value)));
    return answer_from(client).status;
  };
  const long first = stored(agents_[1]).first + 1;
  QCOMPARE(report(one, first), 204);
  QVERIFY(sees(std::to_string(first)));  // reported to one, seen at the other
  QCOMPARE(report(one, first + 1), 204);
  one.kill();
  QCOMPARE(report(two, first + 2), 204);
  QVERIFY(sees(std::to_string(first + 2)));
  QCOMPARE(two.stop().status, 0);
  QCOMPARE(stored(agents_[1]).first, first + 2);
}

QTEST_GUILESS_MAIN(TestPgServe)
#include "tst_pg_serve.moc"
