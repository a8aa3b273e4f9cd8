// SPDX-License-Identifier: Apache-2.0
// Behind PgBouncer in transaction mode, where two statements of one client can run in two server
// sessions.
#include <QTest>
#include <chrono>
#include <memory>

#include "support/pg/pg_pooler.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/pg/stream.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

class TestPgPooler : public QObject, protected PgScene {
  Q_OBJECT

  std::unique_ptr<PgPooler> pooler_;

  [[nodiscard]] std::string pooled_address() const { return pooler_->address(); }
  void start_pooler(const std::string& more = "") { pooler_->start(more); }
  void stop_pooler() { pooler_->stop(); }

 private slots:
  void initTestCase() {
    start();
    pooler_ = std::make_unique<PgPooler>(cluster_->folder());
    start_pooler();
  }
  void cleanupTestCase() {
    pooler_.reset();
    end();
  }
  void init() { make_table(600, 3); }

  void poolerIsFoundAndTheMainJobIsDone() {
    PgStore store(options_at(pooled_address()));
    Entries entries;
    for (std::uint64_t agent = 1; agent <= 600; ++agent) entries.add(agent_number(agent), "k0", "v");
    entries.add(agent_number(1), "none", "x");
    const std::vector<Update> sorted = entries.sorted();
    const FlushOutcome outcome = store.flush(sorted, entries.chunks());
    QCOMPARE(outcome.message, std::string());
    QVERIFY(store.is_pooled());
    QCOMPARE(counts(outcome, 601), (std::map<Fate, std::size_t>{{Fate::written, 600}, {Fate::unmatched, 1}}));
    for (const Update& one : sorted) model_.offer(one);
    QCOMPARE(model_.difference(*session_), std::string());
    QCOMPARE(named(session_->notifications()), agents_of(sorted));
  }

  void directConnectionIsNotTakenForAPooler() {
    PgStore store(options_at(cluster_->address()));
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    store.flush(entries.sorted(), {});
    QVERIFY(!store.is_pooled());
  }

  void refusedValueCostsOnlyItself() {
    PgStore store(options_at(pooled_address()));
    Entries entries;
    for (std::uint64_t agent = 1; agent <= 500; ++agent)
      entries.add(agent_number(agent), "k1", agent == 77 ? std::string(1, '\0') : "v");
    const std::vector<Update> sorted = entries.sorted();
    QCOMPARE(counts(store.flush(sorted, entries.chunks()), 500),
             (std::map<Fate, std::size_t>{{Fate::written, 499}, {Fate::quarantined, 1}}));
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'v'"), std::string("499"));
    QCOMPARE(named(session_->notifications()).size(), std::size_t{499});
  }

  // A setting for one flush must not stay in a server session that others use next.
  void noSettingIsLeftBehind() {
    PgStore store(options_at(pooled_address()));
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    for (int i = 0; i < 5; ++i) store.flush(entries.sorted(), {});
    PgSession other(pooled_address());
    for (int i = 0; i < 5; ++i) {
      QCOMPARE(other.value("SHOW enable_seqscan"), std::string("on"));
      QCOMPARE(other.value("SHOW plan_cache_mode"), std::string("auto"));
      QCOMPARE(other.value("SELECT count(*) FROM pg_prepared_statements"), std::string("0"));
    }
  }

  void listenerBehindThePoolerGetsAReason() {
    PgListenerOptions options;
    options.address = std::get<PgAddress>(PgAddress::parse(pooled_address()));
    options.probe_limit = 500ms;
    const std::string why = reason_of_loss(options);
    QVERIFY2(why.find("pooler in transaction mode") != std::string::npos, why.c_str());
  }

  void poolWithoutAFreeConnectionCostsNoMoreThanTheLimit() {
    std::vector<std::unique_ptr<PgSession>> others;
    for (int i = 0; i < 3; ++i) others.push_back(std::make_unique<PgSession>(pooled_address()));
    for (const auto& other : others) other->run("BEGIN; SELECT 1");
    PgOptions quick = options_at(pooled_address());
    quick.flush_limit = 1s;
    Stream stream(quick, model_);
    stream.report(600, 3, "v");
    QVERIFY(stream.saw(
        [](const engine::FlushRecord& flush) { return flush.failure == FailureClass::connection && flush.took < 3s; }));
    for (const auto& other : others) other->run("ROLLBACK");
    QVERIFY(stream.drained());
    QCOMPARE(model_.difference(*session_), std::string());
    QVERIFY(stream.is_balanced());
  }

  void poolerThatTurnsUsAwayIsTriedAgain_data() {
    QTest::addColumn<QString>("setting");
    QTest::addColumn<int>("others");
    QTest::addColumn<QString>("why");
    QTest::newRow("no more clients") << "max_client_conn = 2\n" << 2 << "max_client_conn";
    QTest::newRow("waited too long for a server") << "query_wait_timeout = 1\n" << 3 << "query_wait_timeout";
  }
  void poolerThatTurnsUsAwayIsTriedAgain() {
    QFETCH(QString, setting);
    QFETCH(int, others);
    QFETCH(QString, why);
    stop_pooler();
    start_pooler(setting.toStdString());
    std::vector<std::unique_ptr<PgSession>> held;
    for (int i = 0; i < others; ++i) {
      held.push_back(std::make_unique<PgSession>(pooled_address()));
      held.back()->run("BEGIN; SELECT 1");
    }
    Stream stream(options_at(pooled_address()), model_);
    stream.report(600, 3, "v");
    const bool is_told = stream.saw([&](const engine::FlushRecord& flush) {
      return flush.failure == FailureClass::connection && QString::fromStdString(flush.message).contains(why);
    });
    held.clear();
    const bool is_drained = stream.drained();
    stop_pooler();
    start_pooler();
    QVERIFY(is_told);
    QVERIFY(is_drained);
    QCOMPARE(model_.difference(*session_), std::string());
    QVERIFY(stream.is_balanced());
  }

  void poolerThatEndsAndComesBackLosesNothing() {
    Stream stream(options_at(pooled_address()), model_);
    stream.report(600, 3, "first");
    QVERIFY(stream.drained());
    stop_pooler();
    stream.report(600, 3, "second");
    QVERIFY(stream.failed_as(FailureClass::connection));
    start_pooler();
    QVERIFY(stream.drained());
    QCOMPARE(model_.difference(*session_), std::string());
    QVERIFY(stream.is_balanced());
  }
};

QTEST_GUILESS_MAIN(TestPgPooler)
#include "tst_pg_pooler.moc"
