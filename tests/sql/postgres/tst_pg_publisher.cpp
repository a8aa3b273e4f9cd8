// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>

#include "sql/postgres/pg_publisher.hpp"
#include "support/pg/fault_proxy.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;
using Chunks = std::vector<std::string>;

class TestPgPublisher : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;

  static PgPublisherOptions options(const std::string& address) {
    PgPublisherOptions options;
    options.address = options_at(address).address;
    options.channel = "Odd.\"channel\"";
    return options;
  }

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
    session_->run("LISTEN \"Odd.\"\"channel\"\"\"");
  }
  void cleanupTestCase() {
    session_.reset();
    cluster_.reset();
  }

  void everybodyHearsAllChunksInOrder() {
    PgPublisher publisher(options(cluster_->address()));
    const Chunks chunks = {"one", std::string(7986, 'A'), "three"};
    for (int i = 0; i < 2; ++i) {
      const PublishOutcome outcome = publisher.publish(chunks);
      QVERIFY(!outcome.failure);
      QCOMPARE(outcome.published, std::size_t{3});
      QCOMPARE(outcome.publish_errors, std::size_t{0});
      QCOMPARE(session_->notifications(), chunks);
    }
    QCOMPARE(publisher.publish({}).published, std::size_t{0});
  }

  // The last chunk is refused: those before it are not notified either.
  void nobodyHearsAnyOfWhatIsRefused() {
    PgPublisher publisher(options(cluster_->address()));
    const PublishOutcome refused = publisher.publish(Chunks{"one", "two", std::string(8000, 'A')});
    QCOMPARE(refused.publish_errors, std::size_t{3});
    QCOMPARE(refused.published, std::size_t{0});
    QCOMPARE(refused.failure->sqlstate, std::string("22023"));
    QVERIFY(session_->notifications().empty());
    QCOMPARE(publisher.publish(Chunks{"next"}).published, std::size_t{1});
    QCOMPARE(session_->notifications(), Chunks{"next"});
  }

  // PostgreSQL 15's queue holds 8 GB. So a function in place of the built-in one raises the error
  // of a full queue.
  void fullQueueIsCountedAsPublishErrors() {
    session_->run(
        "ALTER FUNCTION pg_catalog.pg_notify(text, text) RENAME TO really_notify; "
        "CREATE FUNCTION pg_catalog.pg_notify(text, text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN "
        "IF $2 = 'last' THEN RAISE EXCEPTION 'too many notifications in the NOTIFY queue' USING ERRCODE = '54000'; END "
        "IF; "
        "PERFORM pg_catalog.really_notify($1, $2); END $$");
    PgPublisher publisher(options(cluster_->address()));
    const PublishOutcome full = publisher.publish(Chunks{"first", "last"});
    const bool is_nobody_told = session_->notifications().empty();
    const PublishOutcome next = publisher.publish(Chunks{"first"});
    session_->run(
        "DROP FUNCTION pg_catalog.pg_notify(text, text); "
        "ALTER FUNCTION pg_catalog.really_notify(text, text) RENAME TO pg_notify");
    QCOMPARE(full.publish_errors, std::size_t{2});
    QCOMPARE(full.failure->sqlstate, std::string("54000"));
    QVERIFY(is_nobody_told);
    QCOMPARE(next.published, std::size_t{1});
    QCOMPARE(session_->notifications(), Chunks{"first"});
  }

  void silentServerCostsNoMoreThanTheLimit() {
    FaultProxy proxy(cluster_->folder());
    PgPublisherOptions quick = options(proxy.address());
    quick.limit = 500ms;
    PgPublisher publisher(quick);
    QCOMPARE(publisher.publish(Chunks{"before"}).published, std::size_t{1});
    proxy.set(FaultProxy::Fault::swallow);
    const auto began = std::chrono::steady_clock::now();
    const PublishOutcome silent = publisher.publish(Chunks{"lost", "too"});
    QVERIFY(std::chrono::steady_clock::now() - began < 5s);
    QCOMPARE(silent.failure->failure, FailureClass::connection);
    QCOMPARE(silent.publish_errors, std::size_t{2});
    proxy.set(FaultProxy::Fault::none);
    QCOMPARE(publisher.publish(Chunks{"after"}).published, std::size_t{1});
    QCOMPARE(session_->notifications().back(), std::string("after"));
  }
};

QTEST_GUILESS_MAIN(TestPgPublisher)
#include "tst_pg_publisher.moc"
