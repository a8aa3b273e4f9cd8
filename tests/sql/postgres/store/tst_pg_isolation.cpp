// SPDX-License-Identifier: Apache-2.0
// One refused row stays alone. All others are written in the same flush, their agents are notified
// once, and the row is quarantined with the server's words. A refusal of every row quarantines
// nothing.
#include <QTest>
#include <memory>

#include "support/pg/fault_proxy.hpp"
#include "support/pg/pg_scene.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

using Counts = std::map<Fate, std::size_t>;

/// Entries for agents 1..agents with keys k0..k(keys-1); every `each`th is bad.
Entries entries_of(std::size_t agents, std::size_t keys, std::size_t each, const std::string& bad) {
  Entries entries;
  std::size_t number = 0;
  for (std::size_t agent = 1; agent <= agents; ++agent)
    for (std::size_t key = 0; key < keys; ++key)
      entries.add(agent_number(agent), key_number(key), number++ % each == each / 2 ? bad : "good");
  return entries;
}

/// A trigger that raises `sqlstate` for the value 'bad', without words of any language.
std::string refusing_trigger(const std::string& sqlstate, const std::string& kind, const std::string& when) {
  return "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + when +
         " THEN RAISE EXCEPTION 'mauvaise valeur' USING ERRCODE = '" + sqlstate +
         "'; END IF; RETURN NEW; END $$; CREATE " + kind + " workspace_agent_metadata " +
         (kind.find("CONSTRAINT") == 0 ? "DEFERRABLE INITIALLY DEFERRED " : "") +
         "FOR EACH ROW EXECUTE FUNCTION refuse()";
}

/// How often payloads name agents; each occurrence counts.
std::size_t times_named(const std::vector<std::string>& payloads) {
  std::size_t bytes = 0;
  for (const std::string& payload : payloads) bytes += payload.size();
  return bytes / 22;
}

}  // namespace

class TestPgIsolation : public QObject, protected PgScene {
  Q_OBJECT

  struct Refused {
    std::string key, sqlstate, why;
  };
  std::vector<Refused> refused_;
  PgOptions recording_options(const std::string& address) {
    PgOptions options = options_at(address);
    options.on_refused = [this](const Update& entry, const Refusal& refusal) {
      refused_.push_back({std::string(entry.key), refusal.sqlstate, refusal.why});
    };
    return options;
  }

 private slots:
  void initTestCase() {
    start();
    session_->run("CREATE ROLE writer LOGIN");
  }
  void cleanupTestCase() { end(); }
  void init() {
    refused_.clear();
    make_table(70, 6);
    session_->run("DROP FUNCTION IF EXISTS refuse() CASCADE");
    session_->notifications();
  }

  void oneRefusedRowStaysAlone_data() {
    QTest::addColumn<QString>("cause");
    QTest::addColumn<QString>("sqlstate");
    QTest::addColumn<QString>("words");
    const auto raised = [](const char* sqlstate) {
      QTest::newRow(sqlstate) << QString::fromStdString(
                                     refusing_trigger(sqlstate, "TRIGGER refuse BEFORE UPDATE ON", "NEW.value = 'bad'"))
                              << sqlstate << "mauvaise valeur";
    };
    for (const char* const sqlstate :
         {"P0001", "45000", "23503", "23505", "23502", "23P01", "54000", "XX000", "44000", "21000"})
      raised(sqlstate);
    QTest::newRow("check") << "ALTER TABLE workspace_agent_metadata ADD CHECK (value <> 'bad')"
                           << "23514"
                           << "check constraint";
    QTest::newRow("at commit") << QString::fromStdString(refusing_trigger(
                                      "P0001", "CONSTRAINT TRIGGER refuse AFTER UPDATE ON", "NEW.value = 'bad'"))
                               << "P0001"
                               << "mauvaise valeur";
    QTest::newRow("policy") << "ALTER TABLE workspace_agent_metadata ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON "
                               "workspace_agent_metadata USING (true) WITH CHECK (value <> 'bad')"
                            << "42501"
                            << "row-level security";
  }
  void oneRefusedRowStaysAlone() {
    QFETCH(QString, cause);
    QFETCH(QString, sqlstate);
    QFETCH(QString, words);
    session_->run("GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO writer");
    session_->run(cause.toStdString());
    const Entries entries = entries_of(70, 6, 420, "bad");
    const std::vector<Update> sorted = entries.sorted();
    PgStore store(recording_options(cluster_->address("writer")));
    const FlushOutcome outcome = store.flush(sorted, entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 420), (Counts{{Fate::written, 419}, {Fate::quarantined, 1}}));
    QCOMPARE(outcome.fates[210], Fate::quarantined);
    QCOMPARE(refused_.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(refused_[0].sqlstate), sqlstate);
    QVERIFY2(QString::fromStdString(refused_[0].why).contains(words), refused_[0].why.c_str());
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'good'"), std::string("419"));
    const std::vector<std::string> payloads = session_->notifications();
    QCOMPARE(named(payloads).size(), std::size_t{70});
    QCOMPARE(times_named(payloads), std::size_t{70});
    QCOMPARE(outcome.chunks_published, payloads.size());
    QCOMPARE(outcome.publish_errors, std::size_t{0});
  }

  void refusalOfEveryRowQuarantinesNothing() {
    session_->run(refusing_trigger("P0001", "TRIGGER refuse BEFORE UPDATE ON", "true"));
    const Entries entries = entries_of(70, 6, 1000, "bad");
    const std::vector<Update> sorted = entries.sorted();
    PgStore store(recording_options(cluster_->address()));
    for (int round = 0; round < 3; ++round) {
      const FlushOutcome outcome = store.flush(sorted, entries.chunks());
      QCOMPARE(outcome.failure, FailureClass::permission);
      QCOMPARE(QString::fromStdString(outcome.sqlstate), QString("P0001"));
      QVERIFY2(outcome.message.find("mauvaise valeur") != std::string::npos, outcome.message.c_str());
      QCOMPARE(counts(outcome, 420), (Counts{{Fate::unwritten, 420}}));
    }
    QVERIFY(refused_.empty());
    QVERIFY(session_->notifications().empty());
    session_->run("DROP FUNCTION refuse() CASCADE");
    QCOMPARE(counts(store.flush(sorted, entries.chunks()), 420), (Counts{{Fate::written, 420}}));
  }

  void refusedValuesOfEveryRowAreQuarantined() {
    const Entries entries = entries_of(3, 2, 1, std::string(65536, 'x'));
    PgStore store(recording_options(cluster_->address()));
    QCOMPARE(counts(store.flush(entries.sorted(), entries.chunks()), 6), (Counts{{Fate::quarantined, 6}}));
  }

  void privilegeThatIsMissingIsNoPolicy() {
    session_->run("GRANT SELECT ON workspace_agent_metadata TO writer");
    session_->run("REVOKE UPDATE (value, error, collected_at) ON workspace_agent_metadata FROM writer");
    const Entries entries = entries_of(70, 6, 420, "bad");
    PgStore store(recording_options(cluster_->address("writer")));
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::permission);
    QCOMPARE(counts(outcome, 420), (Counts{{Fate::unwritten, 420}}));
    QVERIFY(refused_.empty());
  }

  // A search that restarts, or goes row by row, does not end within this limit.
  void manyRefusedRowsBehindALateLinkStayAlone() {
    make_table(100, 5);
    const Entries entries = entries_of(100, 5, 4, std::string(1, '\0'));
    FaultProxy proxy(cluster_->folder());
    PgStore store(recording_options(proxy.address()));
    QCOMPARE(
        store.flush(entries.sorted().empty() ? entries.sorted() : std::vector<Update>{entries.sorted()[0]}, {}).failure,
        FailureClass::none);
    proxy.set(FaultProxy::Fault::late);
    const std::vector<Update> sorted = entries.sorted();
    const FlushOutcome outcome = store.flush(sorted, entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 500), (Counts{{Fate::written, 375}, {Fate::quarantined, 125}}));
  }

  void halfOfManyRowsRefusedIsTakenApart() {
    make_table(1000, 10);
    const Entries entries = entries_of(1000, 10, 2, std::string(1, '\0'));
    std::vector<Update> open = entries.sorted();
    PgStore store(recording_options(cluster_->address()));
    std::size_t written = 0, flushes = 0;
    while (!open.empty() && ++flushes < 30) {
      const FlushOutcome outcome = store.flush(open, {});
      Counts fates = counts(outcome, open.size());
      written += fates[Fate::written];
      std::vector<Update> unwritten;
      for (std::size_t i = 0; i < outcome.fates.size(); ++i)
        if (outcome.fates[i] == Fate::unwritten) unwritten.push_back(open[i]);
      QVERIFY2(unwritten.size() < open.size(), outcome.message.c_str());  // whatever ended the search, it made progress
      open = std::move(unwritten);
    }
    QCOMPARE(written, std::size_t{5000});
    QCOMPARE(refused_.size(), std::size_t{5000});
  }

  void whatWasFoundIsKeptWhenTheConnectionEndsTheSearch() {
    session_->run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.value = 'bad' THEN RAISE "
        "EXCEPTION "
        "'no' USING ERRCODE = '22000'; END IF; IF NEW.value = 'end' AND pg_catalog.current_setting('lock_timeout') = "
        "'50ms' "
        "THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$; "
        "CREATE TRIGGER refuse BEFORE UPDATE ON workspace_agent_metadata FOR EACH ROW EXECUTE FUNCTION refuse()");
    Entries entries;
    for (std::size_t agent = 1; agent <= 70; ++agent)
      for (std::size_t key = 0; key < 6; ++key)
        entries.add(agent_number(agent), key_number(key), agent == 2 ? "bad" : agent == 69 ? "end" : "good");
    PgStore store(recording_options(cluster_->address()));
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::connection);
    QCOMPARE(QString::fromStdString(outcome.sqlstate), QString("57P01"));
    Counts fates = counts(outcome, 420);
    QVERIFY(fates[Fate::written] > 0);
    QVERIFY(fates[Fate::unwritten] >= 6);
    QCOMPARE(session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'good'"),
             std::to_string(fates[Fate::written]));
  }

  void queueThatIsFullIsNoRow() {
    session_->run(refusing_trigger("54000", "TRIGGER refuse BEFORE UPDATE ON", "NEW.value = 'bad'"));
    const Entries entries = entries_of(70, 6, 420, "bad");
    PgStore store(recording_options(cluster_->address()));
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.publish_errors, std::size_t{0});
    QCOMPARE(counts(outcome, 420), (Counts{{Fate::written, 419}, {Fate::quarantined, 1}}));
  }

  void refusedWhileRegisteringStaysAlone_data() {
    QTest::addColumn<QString>("cause");
    QTest::addColumn<QString>("sqlstate");
    QTest::newRow("check") << "ALTER TABLE workspace_agent_metadata ADD CHECK (key <> 'k5')"
                           << "23514";
    QTest::newRow("trigger") << QString::fromStdString(
                                    refusing_trigger("P0001", "TRIGGER refuse BEFORE INSERT ON", "NEW.key = 'k5'"))
                             << "P0001";
    QTest::newRow("foreign key")
        << "CREATE TABLE IF NOT EXISTS keys (key varchar(127) PRIMARY KEY); INSERT INTO keys VALUES ('k0'), ('k1'), "
           "('k2'), "
           "('k3'), ('k4') ON CONFLICT DO NOTHING; ALTER TABLE workspace_agent_metadata SET LOGGED; ALTER TABLE "
           "workspace_agent_metadata ADD FOREIGN KEY (key) REFERENCES keys"
        << "23503";
  }
  void refusedWhileRegisteringStaysAlone() {
    QFETCH(QString, cause);
    QFETCH(QString, sqlstate);
    session_->run("DELETE FROM workspace_agent_metadata");
    session_->run(cause.toStdString());
    const Entries entries = entries_of(70, 6, 1000, "bad");
    PgOptions options = recording_options(cluster_->address());
    options.register_missing = true;
    PgStore store(options);
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 420), (Counts{{Fate::written, 350}, {Fate::quarantined, 70}}));
    QCOMPARE(refused_.size(), std::size_t{70});
    QCOMPARE(QString::fromStdString(refused_[0].sqlstate), sqlstate);
    const std::vector<std::string> payloads = session_->notifications();
    QCOMPARE(times_named(payloads), std::size_t{70});
    QCOMPARE(outcome.chunks_published, payloads.size());
    make_table(1, 1);
  }

  void registeringNotifiesEachAgentOnce() {
    make_table(35, 6);
    const Entries entries = entries_of(70, 6, 1000, "bad");
    PgOptions options = recording_options(cluster_->address());
    options.register_missing = true;
    PgStore store(options);
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QCOMPARE(counts(outcome, 420), (Counts{{Fate::written, 420}}));
    const std::vector<std::string> payloads = session_->notifications();
    QCOMPARE(times_named(payloads), std::size_t{70});
    QCOMPARE(outcome.chunks_published, payloads.size());
  }
};

QTEST_GUILESS_MAIN(TestPgIsolation)
#include "tst_pg_isolation.moc"
