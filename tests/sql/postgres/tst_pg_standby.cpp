// SPDX-License-Identifier: Apache-2.0
// A primary and its standby. The standby accepts neither writes nor LISTEN and reports so; the
// primary is found.
#include <QTest>
#include <memory>

#include "sql/postgres/pg_doctor.hpp"
#include "sql/postgres/pg_schema.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

class TestPgStandby : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> primary_;
  std::unique_ptr<PgCluster> standby_;
  Entries entries_;

  [[nodiscard]] PgAddress standby_address() const { return options_at(standby_->address()).address; }
  [[nodiscard]] std::string both() const {
    return "host=" + standby_->folder() + "," + primary_->folder() + " port=5432,5432 user=postgres dbname=postgres";
  }

 private slots:
  void initTestCase() {
    primary_ = std::make_unique<PgCluster>();
    primary_->start();
    PgSession session(primary_->address());
    session.run(create_table_sql());
    register_rows(session, 1, 1);
    standby_ = PgCluster::standby_of(*primary_);
    standby_->start();
    entries_.add(agent_number(1), "k0", "v");
  }
  void cleanupTestCase() {
    standby_.reset();
    primary_.reset();
  }

  void standbyIsLeftSoThatTheNextConnectMayFindThePrimary() {
    PgStore store(options_at(standby_->address()));
    const FlushOutcome outcome = store.flush(entries_.sorted(), entries_.chunks());
    QCOMPARE(outcome.failure, FailureClass::connection);
    QCOMPARE(outcome.sqlstate, std::string("0A000"));  // not 25006: the table is UNLOGGED
    QVERIFY2(outcome.message.find("target_session_attrs=read-write") != std::string::npos, outcome.message.c_str());
  }

  void primaryIsFoundAmongSeveralHosts() {
    PgStore store(options_at(both() + " target_session_attrs=read-write"));
    QCOMPARE(counts(store.flush(entries_.sorted(), entries_.chunks()), 1),
             (std::map<Fate, std::size_t>{{Fate::written, 1}}));
  }

  void listenerIsRefusedInWords() {
    PgListenerOptions options;
    options.address = standby_address();
    const std::string why = reason_of_loss(options);
    QVERIFY2(why.find("during recovery") != std::string::npos, why.c_str());
  }

  void doctorNamesTheStandby() {
    bool is_named = false;
    for (const PgFinding& one : examine(standby_address()))
      if (one.subject == "standby") is_named = one.verdict == PgFinding::Verdict::loses_data;
    QVERIFY(is_named);
  }
};

QTEST_GUILESS_MAIN(TestPgStandby)
#include "tst_pg_standby.moc"
