// SPDX-License-Identifier: Apache-2.0
// Two statements write a flush: row by row and agent by agent. They have the same effect. Where the
// second one would be wrong or slow, the first is used.
#include <QTest>
#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <thread>

#include "base/rng.hpp"
#include "sql/postgres/store/pg_store.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;

namespace {

constexpr std::size_t kAgents = 40;
constexpr std::size_t kKeys = 9;
constexpr const char* kTable =
    "SELECT coalesce(string_agg(md5(w::text), '' ORDER BY workspace_agent_id, key COLLATE \"C\"), '') "
    "FROM workspace_agent_metadata AS w";

/// Keys whose order by bytes differs from the order of a language.
std::string key(std::size_t number) {
  static const std::string keys[] = {"B", "a", "b c", "it's", "\"{},\\", "NULL", "z", "\xC3\xA4", "\xF0\x9F\x98\x80"};
  return keys[number];
}

std::string quoted(std::string text) {
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, 1, '\'');
  return "'" + text + "'";
}

void make_table(PgSession& session, const std::string& alteration = "") {
  session.run("DROP TABLE IF EXISTS workspace_agent_metadata");
  session.run(create_table_sql());
  if (!alteration.empty()) session.run(alteration);
  for (std::size_t k = 0; k < kKeys; ++k)
    session.run("INSERT INTO workspace_agent_metadata SELECT id::uuid, '', " + quoted(key(k)) +
                ", '', '', '', 0, 0 FROM unnest('{" +
                [] {
                  std::string ids;
                  for (std::size_t agent = 1; agent <= kAgents; ++agent)
                    ids += (agent > 1 ? "," : "") + format_uuid(agent_number(agent));
                  return ids;
                }() +
                "}'::text[]) AS id");
}

/// A batch that no real fleet would send.
class Batch {
 public:
  explicit Batch(std::uint64_t seed) : rng_(seed) {}

  Entries make(std::int64_t now) {
    Entries entries;
    const bool is_whole = rng_.below(3) == 0, has_separator = rng_.below(12) == 0, has_two_stamps = rng_.below(12) == 0;
    const std::size_t agents = 1 + rng_.below(kAgents);
    for (std::size_t i = 0; i < agents; ++i) {
      const Uuid agent = agent_number(1 + i * 37 % kAgents + (rng_.below(10) == 0 ? 1000 : 0));
      const std::int64_t time = now - (rng_.below(5) == 0 ? std::int64_t{1} + rng_.below(3) : 0);
      const bool has_errors = rng_.below(4) == 0;
      for (std::size_t k = 0; k < kKeys; ++k) {
        if (!is_whole && rng_.below(8) == 0) continue;
        const bool is_unknown = rng_.below(40) == 0;
        entries.add(agent, key(k) + (is_unknown ? " unknown" : ""), text(has_separator), has_errors ? text(false) : "",
                    at_us(has_two_stamps ? time - rng_.below(2) : time));
      }
    }
    return entries;
  }

 private:
  std::string text(bool has_separator) {
    static const std::string texts[] = {
        "", "v", "it's", "NULL", "\\N \\", "{a,\"b\"}", "\x1e", "%s $1 -- ;", "\xF0\x9F\x98\x80", "  "};
    if (has_separator && rng_.below(20) == 0)
      return "a\x1f"
             "b";
    if (rng_.below(15) == 0) return std::string(2048, static_cast<char>('a' + rng_.below(26)));
    return texts[rng_.below(10)] + (rng_.below(2) == 0 ? std::to_string(rng_.below(100)) : "");
  }
  Rng rng_;
};

}  // namespace

class TestPgByAgent : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;

  [[nodiscard]] std::string address(const std::string& database) const {
    return cluster_->address("postgres", database);
  }
  static Entries whole_agents(std::size_t agents, const std::string& value = "v") {
    Entries entries;
    for (std::size_t i = 0; i < agents * kKeys; ++i) entries.add(agent_number(1 + i / kKeys), key(i % kKeys), value);
    return entries;
  }
  std::string values(const std::string& question) {
    return session_->value("SELECT count(*) FROM workspace_agent_metadata WHERE " + question);
  }

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
    session_ = std::make_unique<PgSession>(cluster_->address());
  }
  void cleanupTestCase() {
    session_.reset();
    cluster_.reset();
  }
  void init() { make_table(*session_); }

  void bothStatementsDoTheSame_data() {
    QTest::addColumn<quint64>("seed");
    for (const quint64 seed : {1, 2, 3}) QTest::addRow("seed %d", static_cast<int>(seed)) << seed;
  }
  void bothStatementsDoTheSame() {
    QFETCH(quint64, seed);
    session_->run("DROP DATABASE IF EXISTS twin");
    session_->run("CREATE DATABASE twin");
    PgSession twin(address("twin"));
    make_table(twin);
    PgOptions row_by_row = options_at(address("twin"));
    row_by_row.by_agent = false;
    PgStore by_agent(options_at(cluster_->address())), by_key(row_by_row);
    Batch batch(seed);
    std::map<std::pair<bool, Fate>, std::size_t> seen;
    (void)by_agent.flush(whole_agents(kAgents).sorted(), {});
    (void)by_key.flush(whole_agents(kAgents).sorted(), {});
    for (int round = 0; round < 120; ++round) {
      const Entries entries = batch.make(1'700'000'000'000'000 + round);
      const std::vector<Update> sorted = entries.sorted();
      if (sorted.empty()) continue;
      const FlushOutcome ours = by_agent.flush(sorted, {}), theirs = by_key.flush(sorted, {});
      QCOMPARE(ours.failure, FailureClass::none);
      QVERIFY(!by_key.was_by_agent());
      QCOMPARE(ours.fates, theirs.fates);
      for (const auto& [fate, count] : counts(ours, sorted.size())) seen[{by_agent.was_by_agent(), fate}] += count;
      if (round % 10 == 9) QCOMPARE(session_->value(kTable), twin.value(kTable));
    }
    QCOMPARE(session_->value(kTable), twin.value(kTable));
    QVERIFY2(cluster_->log().find("ERROR") == std::string::npos, "a statement was refused and the other one used");
    for (const bool agents : {false, true})
      for (const Fate fate : {Fate::written, Fate::rows_stale, Fate::unmatched})
        QVERIFY2((seen[{agents, fate}] > 20), "a branch that was hardly visited proves nothing");
    by_agent.stop();
    by_key.stop();
  }

  void batchesThatDoNotFitAreWrittenRowByRow_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<bool>("by_agent");
    QTest::newRow("whole agents") << "whole" << true;
    QTest::newRow("more than half of their keys") << "five" << true;
    QTest::newRow("fewer") << "four" << false;
    QTest::newRow("separator in a value") << "value" << false;
    QTest::newRow("separator in an error") << "error" << false;
    QTest::newRow("separator in a key") << "key" << false;
    QTest::newRow("two stamps of one agent") << "stamps" << false;
    QTest::newRow("keys in another order") << "keys" << false;
    QTest::newRow("agents in another order") << "agents" << false;
    QTest::newRow("an entry twice") << "twice" << false;
    QTest::newRow("an empty key alone") << "empty" << false;
  }
  void batchesThatDoNotFitAreWrittenRowByRow() {
    QFETCH(QString, what);
    QFETCH(bool, by_agent);
    PgStore store(options_at(cluster_->address()));
    Entries entries = whole_agents(what == "empty" ? 5 : what == "five" || what == "four" ? 0 : 6);
    const std::size_t keys = what == "five" ? 5 : what == "four" ? 4 : 0;
    for (std::size_t i = 0; i < 10 * keys; ++i) entries.add(agent_number(1 + i / keys), key(i % keys), "v");
    if (what == "value") entries.add(agent_number(7), key(0), "v\x1f");
    if (what == "error")
      entries.add(agent_number(7), key(0), "v",
                  "\x1f"
                  "e");
    if (what == "key")
      entries.add(agent_number(7),
                  "a\x1f"
                  "b",
                  "v");
    if (what == "stamps") entries.add(agent_number(6), "zz", "v", "", at_us(1'700'000'000'000'001));
    if (what == "empty") entries.add(agent_number(6), "", "v");
    std::vector<Update> all = entries.sorted();
    if (what == "keys") std::swap(all[1], all[2]);
    if (what == "agents") std::rotate(all.begin(), all.begin() + kKeys, all.end());
    if (what == "twice") all.insert(all.begin() + 4, all[4]);
    const FlushOutcome outcome = store.flush(all, {});
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(store.was_by_agent(), by_agent);
    const std::size_t written = counts(outcome, all.size())[Fate::written];
    QCOMPARE(written, all.size() - (what == "key" || what == "stamps" || what == "empty" || what == "twice" ? 1 : 0));
    QCOMPARE(values("value LIKE 'v%'"), std::to_string(written));
  }

  // A joined empty text does not equal an empty text.
  void emptyTextsOfAgentsWithOneKeyAreWritten() {
    session_->run("DELETE FROM workspace_agent_metadata");
    register_rows(*session_, 30, 1);
    PgStore store(options_at(cluster_->address()));
    for (const char* value : {"v", ""}) {
      Entries entries;
      for (std::uint64_t agent = 1; agent <= 30; ++agent) entries.add(agent_number(agent), "k0", value, value);
      QCOMPARE(counts(store.flush(entries.sorted(), {}), 30), (std::map<Fate, std::size_t>{{Fate::written, 30}}));
      QVERIFY(store.was_by_agent());
      QCOMPARE(values(std::string("value = '") + value + "' AND error = value"), std::string("30"));
    }
  }

  // Both lock rows in one order only when the index has the keys in the order of their bytes.
  void orderOfTheKeysDecides_data() {
    QTest::addColumn<QString>("database");
    QTest::addColumn<QString>("alteration");
    QTest::addColumn<bool>("by_agent");
    const QString collate = "ALTER TABLE workspace_agent_metadata ALTER key TYPE varchar(127) COLLATE \"%1\"",
                  reindex =
                      "ALTER TABLE workspace_agent_metadata DROP CONSTRAINT workspace_agent_metadata_pkey; CREATE "
                      "UNIQUE INDEX ON workspace_agent_metadata ";
    QTest::newRow("C") << "LOCALE 'C'"
                       << "" << true;
    QTest::newRow("POSIX") << "LOCALE 'POSIX'"
                           << "" << true;
    QTest::newRow("C.UTF-8") << "LOCALE 'C.UTF-8'"
                             << "" << true;
    QTest::newRow("a language") << "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
                                << "" << false;
    QTest::newRow("a language, the column C") << "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" << collate.arg("C") << true;
    QTest::newRow("C, the column a language") << "LOCALE 'C'" << collate.arg("en-x-icu") << false;
    QTest::newRow("LATIN1") << "LOCALE 'C' ENCODING 'LATIN1'"
                            << "" << false;
    QTest::newRow("a language, only the index C")
        << "LOCALE_PROVIDER icu ICU_LOCALE 'en-US'" << reindex + "(workspace_agent_id, key COLLATE \"C\")" << false;
    QTest::newRow("the index descends") << "LOCALE 'C'" << reindex + "(workspace_agent_id, key DESC)" << false;
    QTest::newRow("the index the other way round") << "LOCALE 'C'" << reindex + "(key, workspace_agent_id)" << false;
  }
  void orderOfTheKeysDecides() {
    QFETCH(QString, database);
    QFETCH(QString, alteration);
    QFETCH(bool, by_agent);
    session_->run("DROP DATABASE IF EXISTS other");
    session_->run("CREATE DATABASE other TEMPLATE template0 " + database.toStdString());
    PgSession other(address("other"));
    other.run(create_table_sql());
    if (!alteration.isEmpty()) other.run(alteration.toStdString());
    register_rows(other, 30, 12);
    PgStore store(options_at(address("other")));
    Entries entries;
    for (std::size_t i = 0; i < 30 * 12; ++i) entries.add(agent_number(1 + i / 12), key_number(i % 12), "v");
    QCOMPARE(counts(store.flush(entries.sorted(), {}), 360), (std::map<Fate, std::size_t>{{Fate::written, 360}}));
    QCOMPARE(store.was_by_agent(), by_agent);
    store.stop();
  }

  void refusedValueCostsOnlyItself_data() {
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("NUL") << QByteArray("a\0b", 3);
    QTest::newRow("half a code point") << QByteArray("a\xC3");
    QTest::newRow("65536 characters") << QByteArray(65536, 'x');
  }
  void refusedValueCostsOnlyItself() {
    QFETCH(QByteArray, value);
    PgStore store(options_at(cluster_->address()));
    const Entries kept = whole_agents(20);
    std::vector<Update> all = kept.sorted();
    QCOMPARE(counts(store.flush(all, {}), all.size()), (std::map<Fate, std::size_t>{{Fate::written, 180}}));
    QVERIFY(store.was_by_agent());
    const std::string poison = value.toStdString();
    all[100].value = all[20].error = poison;
    const FlushOutcome outcome = store.flush(all, {});
    QCOMPARE(counts(outcome, 180), (std::map<Fate, std::size_t>{{Fate::written, 178}, {Fate::quarantined, 2}}));
    QCOMPARE(outcome.fates[100], Fate::quarantined);
    QCOMPARE(outcome.fates[20], Fate::quarantined);
    QCOMPARE(counts(store.flush(kept.sorted(), {}), 180), (std::map<Fate, std::size_t>{{Fate::written, 180}}));
    QVERIFY(store.was_by_agent());
  }

  // When the server refuses one statement permanently, the batch is still written.
  void refusedStatementGivesWayToTheOther() {
    session_->run(
        "REVOKE EXECUTE ON FUNCTION pg_catalog.width_bucket(anycompatible, anycompatiblearray) FROM PUBLIC; CREATE "
        "ROLE plain "
        "LOGIN; GRANT SELECT, UPDATE (value, error, collected_at) ON workspace_agent_metadata TO plain");
    PgStore store(options_at(cluster_->address("plain")));
    const Entries entries = whole_agents(20);
    const std::vector<Update> all = entries.sorted();
    const FlushOutcome outcome = store.flush(all, {});
    session_->run(
        "GRANT EXECUTE ON FUNCTION pg_catalog.width_bucket(anycompatible, anycompatiblearray) TO PUBLIC; DROP OWNED BY "
        "plain; "
        "DROP ROLE plain");
    QCOMPARE(outcome.message, std::string());
    QCOMPARE(counts(outcome, all.size()), (std::map<Fate, std::size_t>{{Fate::written, 180}}));
    QVERIFY(!store.was_by_agent());
    QVERIFY(cluster_->log().find("permission denied for function width_bucket") != std::string::npos);
  }

  // Four replicas on the same rows, two of each kind.
  void bothStatementsSideBySideNeverDeadlock() {
    std::vector<std::thread> threads;
    std::atomic<std::size_t> flushes = 0, other = 0;
    for (std::size_t replica = 0; replica < 4; ++replica)
      threads.emplace_back([&, replica] {
        PgOptions options = options_at(cluster_->address());
        options.by_agent = replica % 2 == 0;
        PgStore store(options);
        Rng rng(replica);
        for (int round = 0; round < 80; ++round) {
          Entries entries;
          for (std::size_t agent = 1; agent <= kAgents; ++agent)
            for (std::size_t k = rng.below(3); k < kKeys; ++k)
              entries.add(agent_number(agent), key(k), "v", "", at_us(1'700'000'000'000'000 + round));
          const FlushOutcome outcome = store.flush(entries.sorted(), {});
          flushes += outcome.failure == FailureClass::none && outcome.retries == 0 ? 1 : 0;
          other += store.was_by_agent() == options.by_agent ? 0 : 1;
        }
      });
    for (std::thread& thread : threads) thread.join();
    QCOMPARE(flushes.load(), std::size_t{4 * 80});
    QVERIFY2(other < 80, "of 160 flushes of whole agents few go row by row");
    QVERIFY(cluster_->log().find("deadlock detected") == std::string::npos);
  }

  // The rows are the same, and so are the notifications.
  void listenerHearsTheAgentsOnceInTheTransaction() {
    PgSession listener(cluster_->address());
    listener.run("LISTEN workspace_agent_metadata_batch");
    PgStore store(options_at(cluster_->address()));
    const Entries entries = whole_agents(25);
    const FlushOutcome outcome = store.flush(entries.sorted(), entries.chunks());
    QVERIFY(store.was_by_agent());
    QCOMPARE(outcome.chunks_published, std::size_t{1});
    QCOMPARE(named(listener.notifications()), agents_of(entries.sorted()));
  }

  void agentsWithMoreRowsAreNoticed() {
    PgStore store(options_at(cluster_->address()));
    const Entries small = whole_agents(2), large = whole_agents(10);
    (void)store.flush(small.sorted(), {});
    QVERIFY(store.was_by_agent());
    session_->run(
        "INSERT INTO workspace_agent_metadata SELECT workspace_agent_id, '', key || n, '', '', '', 0, 0 "
        "FROM workspace_agent_metadata, generate_series(1, 9) n");
    (void)store.flush(large.sorted(), {});  // much larger than the sampled one
    QVERIFY(!store.was_by_agent());
    QCOMPARE(values("value = 'v'"), std::to_string(10 * kKeys));
  }
};

QTEST_GUILESS_MAIN(TestPgByAgent)
#include "tst_pg_by_agent.moc"
