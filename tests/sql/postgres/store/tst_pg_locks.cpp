// SPDX-License-Identifier: Apache-2.0
// Locked rows, slow statements, keys that the column calls equal, and rows dated ahead. Each
// problem of single rows is reported, and the other rows are written.
#include <QTest>
#include <memory>

#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

using Counts = std::map<Fate, std::size_t>;

Entries entries_of(std::size_t agents, std::size_t keys, const std::string& value) {
  Entries entries;
  for (std::size_t agent = 1; agent <= agents; ++agent)
    for (std::size_t key = 0; key < keys; ++key) entries.add(agent_number(agent), key_number(key), value);
  return entries;
}

}  // namespace

class TestPgLocks : public QObject, protected PgScene {
  Q_OBJECT

  std::vector<std::string> alarms_;
  PgOptions recording_options() {
    PgOptions options = options_at(cluster_->address());
    options.timeouts.lock = 300ms;
    options.on_alarm = [this](const std::string& text) { alarms_.push_back(text); };
    return options;
  }

 private slots:
  void initTestCase() { start(); }
  void cleanupTestCase() { end(); }
  void init() {
    alarms_.clear();
    make_table(50, 4);
    session_->run("DROP FUNCTION IF EXISTS during() CASCADE");
    session_->notifications();
  }

  void lockedRowKeepsNobodyWaiting() {
    PgSession other(cluster_->address());
    other.run("BEGIN; UPDATE workspace_agent_metadata SET value = 'mine' WHERE key = 'k1' AND workspace_agent_id = '" +
              format_uuid(agent_number(7)) + "'");
    const Entries entries = entries_of(50, 4, "v");
    const std::vector<Update> sorted = entries.sorted();
    PgStore store(recording_options());
    const FlushOutcome outcome = store.flush(sorted, entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 200), (Counts{{Fate::written, 199}, {Fate::locked, 1}}));
    QCOMPARE(outcome.fates[25], Fate::locked);
    QVERIFY2(outcome.message.starts_with("1 entry waits for a row that somebody has locked since "),
             outcome.message.c_str());
    QCOMPARE(alarms_, std::vector<std::string>{outcome.message});
    QCOMPARE(named(session_->notifications()).size(), std::size_t{50});
    QCOMPARE(outcome.chunks_published, std::size_t{1});

    const std::vector<Update> again = {sorted[25]};
    QCOMPARE(counts(store.flush(again, {}), 1), (Counts{{Fate::locked, 1}}));
    QCOMPARE(counts(store.flush(sorted, entries.chunks()), 200), (Counts{{Fate::written, 199}, {Fate::locked, 1}}));
    other.run("ROLLBACK");
    QCOMPARE(counts(store.flush(again, {}), 1), (Counts{{Fate::written, 1}}));
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'v'"), std::string("200"));
  }

  void setApartRowIsTriedWithoutWaiting() {
    PgSession other(cluster_->address());
    other.run("BEGIN; SELECT FROM workspace_agent_metadata WHERE key = 'k0' FOR UPDATE");
    const Entries entries = entries_of(50, 1, "v");
    const std::vector<Update> sorted = entries.sorted();
    PgOptions options = recording_options();
    PgStore store(options);
    QCOMPARE(counts(store.flush(sorted, {}), 50), (Counts{{Fate::locked, 50}}));
    const std::size_t before = cluster_->log().size();
    QCOMPARE(counts(store.flush(sorted, {}), 50), (Counts{{Fate::locked, 50}}));
    QCOMPARE(cluster_->log().find("canceling statement due to lock timeout", before), std::string::npos);
    other.run("ROLLBACK");
  }

  void lockedTableSetsNothingApart() {
    PgSession other(cluster_->address());
    other.run("BEGIN; LOCK TABLE workspace_agent_metadata IN ACCESS EXCLUSIVE MODE");
    const Entries entries = entries_of(50, 4, "v");
    PgStore store(recording_options());
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::timeout);
    QCOMPARE(QString::fromStdString(outcome.sqlstate), QString("55P03"));
    QCOMPARE(counts(outcome, 200), (Counts{{Fate::unwritten, 200}}));
    other.run("ROLLBACK");
    QCOMPARE(counts(store.flush(entries.sorted(), entries.chunks()), 200), (Counts{{Fate::written, 200}}));
  }

  void lockThatATriggerTakesIsFound() {
    session_->run(
        "CREATE TABLE IF NOT EXISTS others (id int PRIMARY KEY); INSERT INTO others VALUES (1) ON CONFLICT DO NOTHING; "
        "CREATE FUNCTION during() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.key = 'k2' THEN PERFORM FROM "
        "others "
        "WHERE id = 1 FOR UPDATE; END IF; RETURN NEW; END $$; CREATE TRIGGER during BEFORE UPDATE ON "
        "workspace_agent_metadata FOR EACH ROW EXECUTE FUNCTION during()");
    PgSession other(cluster_->address());
    other.run("BEGIN; SELECT FROM others FOR UPDATE");
    make_sure_of_rows(5);
    const Entries entries = entries_of(5, 4, "v");
    PgStore store(recording_options());
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 20), (Counts{{Fate::written, 15}, {Fate::locked, 5}}));
    other.run("ROLLBACK");
  }

  void statementThatTakesTooLongIsTooMuch() {
    session_->run(
        "CREATE FUNCTION during() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END "
        "$$; "
        "CREATE TRIGGER during BEFORE UPDATE ON workspace_agent_metadata FOR EACH ROW EXECUTE FUNCTION during()");
    PgOptions options = recording_options();
    options.timeouts.statement = 1s;
    PgStore store(options);
    const Entries entries = entries_of(50, 4, "v");
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(QString::fromStdString(outcome.sqlstate), QString("57014"));
    QCOMPARE(outcome.failure, FailureClass::timeout);
    QVERIFY(outcome.too_much);
    QCOMPARE(outcome.time_limit, Duration(1s));
    QCOMPARE(counts(outcome, 200), (Counts{{Fate::unwritten, 200}}));
    const Entries few = entries_of(2, 2, "v");
    const FlushOutcome small = store.flush(few.sorted(), few.chunks());
    QVERIFY(!small.too_much);
    QCOMPARE(counts(small, 4), (Counts{{Fate::written, 4}}));
  }

  void newestOfTheKeysThatMeetIsWritten_data() {
    QTest::addColumn<bool>("is_upper_newer");
    QTest::newRow("the first is newer") << true;
    QTest::newRow("the second is newer") << false;
  }
  void newestOfTheKeysThatMeetIsWritten() {
    QFETCH(bool, is_upper_newer);
    session_->run(
        "DROP TABLE workspace_agent_metadata; CREATE COLLATION IF NOT EXISTS blind (provider = icu, locale = "
        "'und-u-ks-level2', deterministic = false)");
    session_->run(create_table_sql());
    session_->run("ALTER TABLE workspace_agent_metadata ALTER key TYPE varchar(127) COLLATE blind");
    register_rows(*session_, 3, 2);
    Entries entries;
    for (std::size_t agent = 1; agent <= 3; ++agent) {
      entries.add(agent_number(agent), "K0", "upper", "", at_us(1'700'000'000'000'000 + (is_upper_newer ? 5 : 0)));
      entries.add(agent_number(agent), "k0", "lower", "", at_us(1'700'000'000'000'000 + (is_upper_newer ? 0 : 5)));
      entries.add(agent_number(agent), "k1", "other");
    }
    PgStore store(recording_options());
    for (int round = 0; round < 2; ++round) {
      const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
      QCOMPARE(counts(outcome, 9), (Counts{{Fate::written, 6}, {Fate::rows_stale, 3}}));
      QCOMPARE(session_->value("SELECT string_agg(DISTINCT value, ' ') FROM workspace_agent_metadata WHERE key = 'k0'"),
               std::string(is_upper_newer ? "upper" : "lower"));
    }
    QCOMPARE(alarms_.size(), std::size_t{is_upper_newer ? 0U : 1U});  // the first entry that matches the row is written
    if (is_upper_newer) return;
    QVERIFY2(alarms_[0].find("different keys equal") != std::string::npos, alarms_[0].c_str());
  }

  void rowDatedAheadIsWarnedOfOnce() {
    session_->run("UPDATE workspace_agent_metadata SET collected_at = now() + interval '1 hour' WHERE key = 'k3'");
    const Entries entries = entries_of(50, 4, "v");
    PgStore store(recording_options());
    for (int round = 0; round < 2; ++round) {
      const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
      QCOMPARE(counts(outcome, 200), (Counts{{Fate::written, 150}, {Fate::rows_stale, 50}}));
      QCOMPARE(outcome.rows_ahead, std::size_t{50});
      QVERIFY(outcome.ahead_by > 59min && outcome.ahead_by <= 60min);
    }
    QCOMPARE(alarms_.size(), std::size_t{1});
    QVERIFY2(alarms_[0].find("50 of 200 entries were refused by rows that are dated ahead") == 0, alarms_[0].c_str());
    QVERIFY2(alarms_[0].find("--fix-future-stamps") != std::string::npos, alarms_[0].c_str());
  }

  void clockThatIsBehindIsWarnedOf() {
    session_->run("UPDATE workspace_agent_metadata SET collected_at = '2023-11-14 22:14:20+00'");  // entries: 22:13:20
    const Entries entries = entries_of(50, 4, "v");
    PgStore store(recording_options());
    QCOMPARE(counts(store.flush(entries.sorted(), {}), 200), (Counts{{Fate::rows_stale, 200}}));
    QCOMPARE(alarms_.size(), std::size_t{1});
    QVERIFY2(alarms_[0].find("is 60 s behind the newest row") != std::string::npos, alarms_[0].c_str());
  }

  void largeBatchIsWrittenByPieces() {
    make_table(50, 20);
    session_->run(
        "CREATE TABLE statements (); CREATE FUNCTION during() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "
        "statements DEFAULT VALUES; RETURN NULL; END $$; CREATE TRIGGER during AFTER UPDATE ON "
        "workspace_agent_metadata FOR EACH STATEMENT EXECUTE FUNCTION during()");
    const Entries entries = entries_of(50, 20, std::string(20'000, 'x'));
    PgStore store(recording_options());
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 1000), (Counts{{Fate::written, 1000}}));
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE length(value) = 20000"),
             std::string("1000"));
    QCOMPARE(named(session_->notifications()).size(), std::size_t{50});
    // A statement has about 1 MiB of texts: more would be copied again for each part that is sent.
    QCOMPARE(session_->value("SELECT count(*) FROM statements"), std::string("20"));
  }

 private:
  void make_sure_of_rows(std::size_t agents) {
    session_->run("DELETE FROM workspace_agent_metadata");
    register_rows(*session_, agents, 4);
  }
};

QTEST_GUILESS_MAIN(TestPgLocks)
#include "tst_pg_locks.moc"
