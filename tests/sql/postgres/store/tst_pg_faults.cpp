// SPDX-License-Identifier: Apache-2.0
// The engine on a server with faults. After each fault the table equals the model, nobody was
// notified of an uncommitted write, and every update is accounted for.
#include <signal.h>

#include <QTest>
#include <chrono>
#include <memory>
#include <thread>

#include "support/pg/fault_proxy.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/pg/stream.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kAgents = 100;
constexpr std::size_t kKeys = 3;
constexpr const char* kWriter = "SELECT pid FROM pg_stat_activity WHERE application_name = 'metabatch'";

}  // namespace

class TestPgFaults : public QObject, protected PgScene {
  Q_OBJECT

  /// No limit of time passes before the test has acted.
  [[nodiscard]] PgOptions patient_options() const {
    PgOptions patient = options();
    patient.timeouts.lock = patient.timeouts.statement = patient.flush_limit = 1h;
    return patient;
  }
  /// What one call of report() adds is one flush, of all of it: a part that was written earlier
  /// would notify, and hold no lock.
  static Config one_flush() {
    Config config = Stream::quick();
    config.batch_size = kAgents * kKeys;
    config.interval = 1h;
    return config;
  }

  std::size_t deadlocks_logged() const {
    const std::string log = cluster_->log(), words = "deadlock detected";
    std::size_t times = 0;
    for (std::size_t at = log.find(words); at != std::string::npos; at = log.find(words, at + 1)) ++times;
    return times;
  }

 private slots:
  void initTestCase() { cluster_ = std::make_unique<PgCluster>(); }
  void cleanupTestCase() { end(); }
  void init() {
    cluster_->start();
    listen_in();
    make_table(kAgents, kKeys);
  }

  void stoppedAndStartedServerLosesNothing() {
    Stream stream(options(), model_);
    stream.report(kAgents, kKeys, "before");
    QVERIFY(stream.drained());
    session_.reset();
    cluster_->stop();
    stream.report(kAgents, kKeys, "while away ");
    QVERIFY(stream.failed_as(FailureClass::connection));
    stream.report(kAgents / 2, kKeys, "later ");
    cluster_->start();
    QVERIFY(stream.drained());
    listen_in();
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    QCOMPARE(stream.snapshot().counters.unmatched, std::uint64_t{0});
    QVERIFY(stream.alarms().empty());
  }

  void killedServerEmptiesTheTableWhichIsReportedOnce() {
    Stream stream(options(), model_);
    stream.report(kAgents, kKeys, "before");
    QVERIFY(stream.drained());
    session_.reset();
    cluster_->stop(PgCluster::Stop::kill);
    cluster_->start();
    model_.clear();
    stream.report(kAgents, kKeys, "lost with its rows");
    QVERIFY(stream.drained());
    stream.report(kAgents, kKeys, "lost too");
    QVERIFY(stream.drained());
    QCOMPARE(stream.alarms().size(), std::size_t{1});
    QCOMPARE(stream.snapshot().counters.unmatched, std::uint64_t{2 * kAgents * kKeys});
    listen_in();
    register_rows(*session_, kAgents, kKeys);
    model_.insert_rows(kAgents, kKeys);
    stream.report(kAgents, kKeys, "back");
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void backendTerminatedMidUpdateNotifiesNobodyAndWritesAgain() {
    Stream stream(patient_options(), model_, one_flush());
    PgSession holder(cluster_->address());
    holder.run("BEGIN; SELECT FROM workspace_agent_metadata WHERE workspace_agent_id = '" +
               format_uuid(agent_number(50)) + "' FOR UPDATE");
    stream.report(kAgents, kKeys, "v");
    QVERIFY(becomes(*session_, kWriterWaits, "1"));
    session_->run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'metabatch'");
    QVERIFY(stream.failed_as(FailureClass::connection));
    QVERIFY(session_->notifications().empty());
    holder.run("ROLLBACK");
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    const auto heard = named(session_->notifications());
    QCOMPARE(heard.size(), kAgents);
  }

  void lostAnswerToACommitIsWrittenAgainHarmlessly() {
    FaultProxy proxy(cluster_->folder());
    Stream stream(options_at(proxy.address()), model_);
    stream.report(kAgents, kKeys, "first");
    QVERIFY(stream.drained());
    session_->notifications();
    stream.forget();
    proxy.set(FaultProxy::Fault::cut_answer);
    stream.report(kAgents, kKeys, "second");
    QVERIFY(stream.failed_as(FailureClass::connection));
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
    QCOMPARE(stream.snapshot().counters.written, std::uint64_t{2 * kAgents * kKeys});
    QCOMPARE(stream.snapshot().counters.rows_stale, std::uint64_t{0});
    QCOMPARE(named(session_->notifications()).size(), kAgents);
  }

  void lostRequestIsSentAgain() {
    FaultProxy proxy(cluster_->folder());
    Stream stream(options_at(proxy.address()), model_);
    stream.report(kAgents, kKeys, "first");
    QVERIFY(stream.drained());
    proxy.set(FaultProxy::Fault::cut_request);
    stream.report(kAgents, kKeys, "second");
    QVERIFY(stream.failed_as(FailureClass::connection));
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void silentServerCostsNoMoreThanTheLimit() {
    PgOptions quick = options();
    quick.flush_limit = 1s;
    Stream stream(quick, model_);
    stream.report(kAgents, kKeys, "first");
    QVERIFY(stream.drained());
    const pid_t writer = static_cast<pid_t>(std::stol(session_->value(kWriter)));
    ::kill(writer, SIGSTOP);
    stream.report(kAgents, kKeys, "second");
    QVERIFY(stream.saw(
        [](const engine::FlushRecord& flush) { return flush.failure == FailureClass::connection && flush.took < 3s; }));
    ::kill(writer, SIGCONT);
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void serverThatNeverAnswersAConnectCostsNoMoreThanTheLimit() {
    FaultProxy proxy(cluster_->folder());
    proxy.set(FaultProxy::Fault::swallow);
    PgOptions quick = options_at(proxy.address());
    quick.flush_limit = 1s;
    Stream stream(quick, model_);
    stream.report(kAgents, kKeys, "v");
    QVERIFY(stream.saw(
        [](const engine::FlushRecord& flush) { return flush.failure == FailureClass::connection && flush.took < 3s; }));
    proxy.set(FaultProxy::Fault::none);
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void closeOnASilentServerEndsInTime_data() {
    QTest::addColumn<bool>("connected");
    QTest::newRow("while writing") << true;
    QTest::newRow("while connecting") << false;
  }
  void closeOnASilentServerEndsInTime() {
    QFETCH(bool, connected);
    FaultProxy proxy(cluster_->folder());
    Config config = Stream::quick();
    config.final_flush_timeout = 500ms;
    Model unused;
    Stream stream(options_at(proxy.address()), unused, config);
    if (connected) stream.report(1, 1, "v");
    if (connected) QVERIFY(stream.drained());
    proxy.set(FaultProxy::Fault::swallow);
    stream.report(kAgents, kKeys, "v");
    const auto began = std::chrono::steady_clock::now();
    stream.close();
    QVERIFY(std::chrono::steady_clock::now() - began < 4s);
    QCOMPARE(stream.snapshot().counters.held(), std::uint64_t{kAgents * kKeys});
    QVERIFY(stream.is_balanced());
    proxy.set(FaultProxy::Fault::none);
  }

  void heldTableLockIsATimeoutAndTheRowsAreKept_data() {
    QTest::addColumn<int>("lock_ms");
    QTest::addColumn<int>("statement_ms");
    QTest::newRow("a short limit for locks") << 200 << 8000;
    QTest::newRow("a short limit for statements") << 1000 << 200;  // a lock is never taken for a slow statement
  }
  void heldTableLockIsATimeoutAndTheRowsAreKept() {
    QFETCH(int, lock_ms);
    QFETCH(int, statement_ms);
    PgOptions quick = options();
    quick.timeouts.lock = std::chrono::milliseconds(lock_ms);
    quick.timeouts.statement = std::chrono::milliseconds(statement_ms);
    PgSession holder(cluster_->address());
    holder.run("BEGIN; LOCK TABLE workspace_agent_metadata");
    Stream stream(quick, model_);
    stream.report(kAgents, kKeys, "v");
    QVERIFY(stream.failed_as(FailureClass::timeout));
    QVERIFY(stream.saw([&](const engine::FlushRecord& flush) { return flush.sqlstate == "55P03"; }));
    stream.report(kAgents, kKeys, "newer");
    holder.run("ROLLBACK");
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void readOnlyServerIsLeftAndTriedAgain() {
    session_->run("ALTER DATABASE postgres SET default_transaction_read_only = on");
    Stream stream(options(), model_);
    stream.report(kAgents, kKeys, "v");
    QVERIFY(stream.saw([](const engine::FlushRecord& flush) {
      return flush.sqlstate == "25006" && flush.failure == FailureClass::connection;
    }));
    session_->run(
        "SET default_transaction_read_only = off; ALTER DATABASE postgres RESET default_transaction_read_only");
    QVERIFY(stream.drained());
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  // The writer closes the cycle: it holds agent 10, waits for 50 and then for 90. Whoever closes
  // the cycle detects it.
  void deadlockWithForeignSqlIsTriedAgainAtOnce() {
    const auto touch = [](std::uint64_t agent) {
      return "UPDATE workspace_agent_metadata SET script = 'x' WHERE workspace_agent_id = '" +
             format_uuid(agent_number(agent)) + "'";
    };
    Stream stream(patient_options(), model_, one_flush());
    PgSession holder(cluster_->address()), foreign(cluster_->address());
    holder.run("BEGIN; " + touch(50));
    foreign.run("SET deadlock_timeout = '60s'; BEGIN; " + touch(90));
    stream.report(kAgents, kKeys, "v");
    QVERIFY(becomes(*session_, kWriterWaits, "1"));
    const std::string writer = session_->value(kWriter);
    foreign.send(touch(10) + "; COMMIT");
    QVERIFY(becomes(*session_, "SELECT pg_blocking_pids(" + std::to_string(foreign.pid()) + ")", "{" + writer + "}"));
    holder.run("ROLLBACK");
    QVERIFY(stream.drained());
    std::size_t retries = 0;  // if the other session wakes slowly, this one comes first, and the cycle closes again
    QVERIFY(stream.saw([&](const engine::FlushRecord& flush) {
      retries = flush.retries;
      return flush.failure == FailureClass::none && flush.retries >= 1;
    }));
    QCOMPARE(deadlocks_logged(), retries);
    QCOMPARE(stream.snapshot().metrics.flushes.total_failures(), std::uint64_t{0});
    QCOMPARE(difference(), std::string());
    QVERIFY(stream.is_balanced());
  }

  void threeReplicasOnTheSameRowsNeverDeadlock() {
    const std::size_t before = deadlocks_logged();
    {
      Config config = Stream::quick();
      config.batch_size = 70;  // batches that overlap differently in each
      Model unused[3];
      Stream one(options(), unused[0], config), two(options(), unused[1], config), three(options(), model_, config);
      Stream* const streams[] = {&one, &two, &three};
      std::vector<std::thread> threads;
      for (std::size_t i = 0; i < 3; ++i)
        threads.emplace_back([stream = streams[i], i] {
          for (std::size_t round = 0; round < 40; ++round)
            stream->report(kAgents - i * 7, kKeys, "round " + std::to_string(round) + " ");
        });
      for (std::thread& thread : threads) thread.join();
      for (Stream* stream : streams) {
        QVERIFY(stream->drained());
        QVERIFY(stream->is_balanced());
        QCOMPARE(stream->snapshot().metrics.flushes.total_failures(), std::uint64_t{0});
        QCOMPARE(stream->snapshot().metrics.flushes.retries, std::uint64_t{0});
      }
    }
    QCOMPARE(deadlocks_logged(), before);
    QCOMPARE(
        session_->value("SELECT count(DISTINCT value) FROM workspace_agent_metadata WHERE value NOT LIKE 'round 39 %'"),
        std::string("0"));
  }

  void staleReplicaPutsNoOldValueBack() {
    Stream replica(options(), model_);
    Entries old;
    for (std::uint64_t agent = 1; agent <= kAgents; ++agent)
      old.add(agent_number(agent), "k0", "late", "", at_us(1'600'000'000'000'000));
    replica.report(kAgents, 1, "new");
    QVERIFY(replica.drained());
    Stream late(options(), model_);
    for (const Update& one : old.sorted()) late.add(one);
    QVERIFY(late.drained());
    QCOMPARE(late.snapshot().counters.rows_stale, std::uint64_t{kAgents});
    QCOMPARE(difference(), std::string());
    QVERIFY(late.is_balanced());
  }
};

QTEST_GUILESS_MAIN(TestPgFaults)
#include "tst_pg_faults.moc"
