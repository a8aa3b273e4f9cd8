// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <memory>

#include "sql/postgres/store/pg_registration.hpp"
#include "sql/postgres/store/pg_store.hpp"
#include "support/pg/pg_cluster.hpp"
#include "support/pg/pg_session.hpp"
#include "support/show.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace metabatch::test;
using namespace std::chrono_literals;

namespace {

using Counts = std::map<Fate, std::size_t>;
constexpr const char* kChannel = "workspace_agent_metadata_batch";

}  // namespace

class TestPgStore : public QObject {
  Q_OBJECT

  std::unique_ptr<PgCluster> cluster_;
  std::unique_ptr<PgSession> session_;
  std::unique_ptr<PgStore> store_;
  Model model_;

  FlushOutcome flush(const Entries& entries) {
    const std::vector<Update> sorted = entries.sorted();
    const std::vector<std::string> chunks = entries.chunks();
    return store_->flush(sorted, chunks);
  }
  void offer(const Entries& entries) {
    for (const Update& one : entries.sorted()) model_.offer(one);
  }

 private slots:
  void initTestCase() {
    cluster_ = std::make_unique<PgCluster>();
    cluster_->start();
  }
  void cleanupTestCase() {
    session_.reset();
    store_.reset();
    cluster_.reset();
  }
  void init() {
    session_ = std::make_unique<PgSession>(cluster_->address());
    session_->run("DROP TABLE IF EXISTS workspace_agent_metadata");
    session_->run(create_table_sql());
    session_->run(std::string("LISTEN ") + kChannel);
    register_rows(*session_, 600, 15);
    model_.clear();
    model_.insert_rows(600, 15);
    store_ = std::make_unique<PgStore>(options_at(cluster_->address()));
  }

  void everyByteArrivesAsItIs_data() {
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* name, const char* text) { QTest::newRow(name) << QByteArray(text); };
    row("quotes", "it's \"quoted\" `so`");
    row("braces and commas", "{a,b},{}");
    row("injection", "x','y');DROP TABLE workspace_agent_metadata;--");
    row("backslashes", "\\ \\\\ \\n \\x41 \\0");
    row("the word NULL", "NULL");
    row("empty", "");
    row("blanks", "  \t\r\n ");
    row("control characters", "\x01\x02\x1f\x7f");
    row("emoji", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80 \xF0\x9F\x98\x80");
    row("right to left", "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D");
    QTest::newRow("65535 characters of two bytes") << QByteArray("\xC3\xA9").repeated(65535);
  }
  void everyByteArrivesAsItIs() {
    QFETCH(QByteArray, text);
    const std::string exact = text.toStdString();
    const std::string key = exact.substr(0, exact.size() > 127 ? 0 : exact.size());
    session_->run("INSERT INTO workspace_agent_metadata VALUES ('" + format_uuid(agent_number(9999)) +
                  "', '', convert_from('\\x" + QByteArray::fromStdString(key).toHex().toStdString() +
                  "', 'UTF8'), '', '', '', 0, 0)");
    model_.insert(agent_number(9999), key);
    for (const bool by_agent : {true, false}) {
      PgOptions options = options_at(cluster_->address());
      options.by_agent = by_agent;
      PgStore store(options);
      Entries entries;
      entries.add(agent_number(9999), key, exact, exact, at_us(1'700'000'000'123'457));
      const FlushOutcome outcome = store.flush(entries.sorted(), {});
      QCOMPARE(outcome.message, std::string());
      QCOMPARE(counts(outcome, 1), (Counts{{Fate::written, 1}}));
      QVERIFY(by_agent || !store.was_by_agent());
      offer(entries);
      QCOMPARE(model_.difference(*session_), std::string());
      session_->run(
          "UPDATE workspace_agent_metadata SET value = 'other', error = 'other' WHERE workspace_agent_id = '" +
          format_uuid(agent_number(9999)) + "'");
    }
  }

  void timesAreExactAtBothEndsOfWhatTheServerHolds_data() {
    QTest::addColumn<qint64>("time");
    QTest::addColumn<int>("fate");
    QTest::newRow("first microsecond") << qint64{-210'866'803'200'000'000} << static_cast<int>(Fate::rows_stale);
    QTest::newRow("one before") << qint64{-210'866'803'200'000'001} << static_cast<int>(Fate::quarantined);
    QTest::newRow("least number") << std::numeric_limits<qint64>::min() << static_cast<int>(Fate::quarantined);
    QTest::newRow("as -infinity") << std::numeric_limits<qint64>::min() + 946'684'800'000'000
                                  << static_cast<int>(Fate::quarantined);
    QTest::newRow("year 1, the default") << qint64{-62'135'596'800'000'000} << static_cast<int>(Fate::written);
    QTest::newRow("last that a WallTime holds")
        << std::numeric_limits<qint64>::max() << static_cast<int>(Fate::written);
  }
  void timesAreExactAtBothEndsOfWhatTheServerHolds() {
    QFETCH(qint64, time);
    QFETCH(int, fate);
    Entries entries;
    entries.add(agent_number(1), "k0", "v", "", at_us(time));
    const FlushOutcome outcome = flush(entries);
    QCOMPARE(counts(outcome, 1), (Counts{{static_cast<Fate>(fate), 1}}));
    if (static_cast<Fate>(fate) == Fate::written) offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  void olderStampNeverReplacesANewerOneAndEqualDoes() {
    Entries first, older, same;
    first.add(agent_number(1), "k0", "first", "", at_us(1000)).add(agent_number(1), "k1", "first", "", at_us(1000));
    older.add(agent_number(1), "k0", "older", "", at_us(999)).add(agent_number(1), "k1", "newer", "", at_us(1001));
    same.add(agent_number(1), "k0", "same", "", at_us(1000));
    QCOMPARE(counts(flush(first), 2), (Counts{{Fate::written, 2}}));
    const FlushOutcome outcome = flush(older);
    QCOMPARE(outcome.fates, (std::vector{Fate::rows_stale, Fate::written}));
    QCOMPARE(counts(flush(same), 1), (Counts{{Fate::written, 1}}));
    for (const Entries* entries : {&first, &older, &same}) offer(*entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  // When no entry has an error, no errors are sent.
  void errorIsTakenBackByABatchWithoutOne_data() {
    QTest::addColumn<bool>("by_agent");
    QTest::newRow("row by row") << false;
    QTest::newRow("agent by agent") << true;
  }
  void errorIsTakenBackByABatchWithoutOne() {
    QFETCH(bool, by_agent);
    PgOptions options = options_at(cluster_->address());
    options.by_agent = by_agent;
    PgStore store(options);
    for (const char* error : {"broken", ""}) {
      Entries entries;
      for (std::size_t i = 0; i < 30; ++i)
        entries.add(agent_number(1 + i / 15), key_number(i % 15), error, i % 4 == 0 ? error : "");
      QCOMPARE(counts(store.flush(entries.sorted(), {}), 30), (Counts{{Fate::written, 30}}));
      QCOMPARE(store.was_by_agent(), by_agent);
      offer(entries);
      QCOMPARE(model_.difference(*session_), std::string());
    }
  }

  void restIsSplitExactlyIntoUnmatchedAndStale() {
    Entries newer, mixed;
    for (std::uint64_t agent = 1; agent <= 10; ++agent) newer.add(agent_number(agent), "k3", "new", "", at_us(2000));
    for (std::uint64_t agent = 1; agent <= 20; ++agent)
      mixed.add(agent_number(agent), "k3", "old", "", at_us(1500))
          .add(agent_number(agent), "none", "x", "", at_us(1500));
    flush(newer);
    const FlushOutcome outcome = flush(mixed);
    QCOMPARE(counts(outcome, 40), (Counts{{Fate::written, 10}, {Fate::rows_stale, 10}, {Fate::unmatched, 20}}));
    QCOMPARE(outcome.fates[0], Fate::rows_stale);  // agent 1, k3
    QCOMPARE(outcome.fates[1], Fate::unmatched);   // agent 1, none
    QCOMPARE(outcome.fates[38], Fate::written);
    offer(newer);
    offer(mixed);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  void listenerHearsExactlyTheAgentsOfTheBatch() {
    Entries entries;
    for (std::uint64_t agent = 1; agent <= 600; ++agent) {
      entries.add(agent_number(agent), "k0", "v");
    }
    const FlushOutcome outcome = flush(entries);
    QCOMPARE(outcome.chunks_published, std::size_t{2});
    QCOMPARE(outcome.notify_bytes, std::size_t{600 * 22});
    const std::vector<std::string> heard = session_->notifications();
    QCOMPARE(heard.size(), std::size_t{2});
    QCOMPARE(heard[0].size(), std::size_t{7986});
    QCOMPARE(named(heard), agents_of(entries.sorted()));
  }

  void payloadAtTheLimitArrivesAndOneOverCostsOnlyItself() {
    Entries entries;
    entries.add(agent_number(1), "k0", "v1", "", at_us(1));
    const std::vector<Update> sorted = entries.sorted();
    const std::vector<std::string> fits = {std::string(7999, 'A')}, over = {std::string(8000, 'A')};
    QCOMPARE(store_->flush(sorted, fits).publish_errors, std::size_t{0});
    QCOMPARE(session_->notifications(), fits);
    const FlushOutcome outcome = store_->flush(sorted, over);
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 1), (Counts{{Fate::written, 1}}));
    QCOMPARE(outcome.publish_errors, std::size_t{1});
    QCOMPARE(outcome.chunks_published, std::size_t{0});
    QCOMPARE(outcome.sqlstate, std::string("22023"));
    QVERIFY(session_->notifications().empty());
    offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  void entriesAheadOfTheServersClockAreWrittenUnchangedAndReportedOnce_data() {
    QTest::addColumn<int>("seconds");
    QTest::addColumn<bool>("always");
    QTest::addColumn<int>("warnings");
    QTest::newRow("an hour") << 3600 << false << 1;
    QTest::newRow("an hour, told every time") << 3600 << true << 2;
    QTest::newRow("half a minute") << 30 << false << 0;
    QTest::newRow("an hour ago") << -3600 << true << 0;
  }
  void entriesAheadOfTheServersClockAreWrittenUnchangedAndReportedOnce() {
    QFETCH(int, seconds);
    QFETCH(bool, always);
    QFETCH(int, warnings);
    std::vector<std::string> told;
    PgOptions options = options_at(cluster_->address());
    options.on_alarm = [&](const std::string& text) { told.push_back(text); };
    if (always) options.between_warnings = Duration::zero();
    PgStore store(options);
    const std::int64_t now =
        std::stoll(session_->value("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8"));
    Entries entries;
    entries.add(agent_number(1), "k0", "ahead", "", at_us(now + seconds * std::int64_t{1'000'000}))
        .add(agent_number(2), "k0", "old");
    for (int i = 0; i < 2; ++i) QCOMPARE(counts(store.flush(entries.sorted(), {}), 2), (Counts{{Fate::written, 2}}));
    QCOMPARE(told.size(), static_cast<std::size_t>(warnings));
    for (const std::string& one : told) QVERIFY2(one.starts_with("1 of 2 entries are dated ahead"), one.c_str());
    offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  // PostgreSQL 15's queue holds 8 GB. So a deferred trigger raises at the commit the error of a
  // full queue.
  void fullNotificationQueueHoldsNoRowBack() {
    session_->run(
        "CREATE SEQUENCE once; CREATE FUNCTION full_queue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('once') = 1 THEN RAISE EXCEPTION 'too many notifications in the NOTIFY queue' USING ERRCODE = "
        "'54000'; "
        "END IF; RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER full_queue AFTER UPDATE ON workspace_agent_metadata "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION full_queue()");
    Entries entries;
    for (std::uint64_t agent = 1; agent <= 400; ++agent) entries.add(agent_number(agent), "k0", "v");
    const FlushOutcome outcome = flush(entries);
    session_->run("DROP FUNCTION full_queue CASCADE; DROP SEQUENCE once");
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 400), (Counts{{Fate::written, 400}}));
    QCOMPARE(outcome.publish_errors, std::size_t{2});
    QCOMPARE(outcome.chunks_published, std::size_t{0});
    QCOMPARE(outcome.notify_bytes, std::size_t{0});
    QCOMPARE(outcome.sqlstate, std::string("54000"));
    QVERIFY(session_->notifications().empty());
    offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
    QCOMPARE(counts(flush(entries), 400), (Counts{{Fate::written, 400}}));  // and the next flush notifies again
    QCOMPARE(session_->notifications().size(), std::size_t{2});
  }

  void refusedValueCostsOnlyItself_data() {
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("sqlstate");
    QTest::newRow("NUL") << QByteArray("a\0b", 3) << "22021";
    QTest::newRow("half a code point") << QByteArray("a\xC3") << "22021";
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << "22021";
    QTest::newRow("65536 characters") << QByteArray(65536, 'x') << "22001";
  }
  void refusedValueCostsOnlyItself() {
    QFETCH(QByteArray, value);
    QFETCH(QString, sqlstate);
    Entries entries, good;
    for (std::uint64_t i = 0; i < 500; ++i) {
      const bool is_poison = i == 0 || i == 250 || i == 499;
      entries.add(agent_number(i + 1), "k0", is_poison ? value.toStdString() : "fine", i == 7 ? "e" : "");
      if (!is_poison) good.add(agent_number(i + 1), "k0", "fine", i == 7 ? "e" : "");
    }
    const FlushOutcome outcome = flush(entries);
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 500), (Counts{{Fate::written, 497}, {Fate::quarantined, 3}}));
    for (const std::size_t place : {std::size_t{0}, std::size_t{250}, std::size_t{499}})
      QCOMPARE(outcome.fates[place], Fate::quarantined);
    QCOMPARE(QString::fromStdString(outcome.sqlstate), sqlstate);
    QVERIFY(!outcome.message.empty());
    offer(good);
    QCOMPARE(model_.difference(*session_), std::string());
    const std::vector<std::string> heard = session_->notifications();
    QCOMPARE(heard.size(), outcome.chunks_published);
    QCOMPARE(named(heard), agents_of(good.sorted()));
  }

  void batchOfOnlyPoisonWritesAndNotifiesNothing() {
    Entries entries;
    for (std::uint64_t i = 0; i < 5; ++i) entries.add(agent_number(i + 1), "k0", std::string(1, '\0'));
    const FlushOutcome outcome = flush(entries);
    QCOMPARE(outcome.failure, FailureClass::none);
    QCOMPARE(counts(outcome, 5), (Counts{{Fate::quarantined, 5}}));
    QCOMPARE(outcome.chunks_published, std::size_t{0});
    QVERIFY(session_->notifications().empty());
    QCOMPARE(model_.difference(*session_), std::string());
  }

  void poisonBesideUnmatchedAndStaleIsDistinguished() {
    Entries newer, mixed;
    newer.add(agent_number(2), "k0", "new", "", at_us(10));
    mixed.add(agent_number(1), "k0", std::string(1, '\0'), "", at_us(5))
        .add(agent_number(2), "k0", "old", "", at_us(5));
    mixed.add(agent_number(2), "none", "x", "", at_us(5)).add(agent_number(3), "k0", "v", "", at_us(5));
    flush(newer);
    QCOMPARE(flush(mixed).fates, (std::vector{Fate::quarantined, Fate::rows_stale, Fate::unmatched, Fate::written}));
  }

  void missingRowsAreRegisteredWhereThatIsAsked() {
    PgOptions options = options_at(cluster_->address());
    options.register_missing = true;
    PgStore registering(options);
    Entries entries;
    entries.add(agent_number(1), "k0", "known")
        .add(agent_number(7000), "new", "v")
        .add(agent_number(7000), std::string(128, 'k'), "v");
    const std::vector<Update> sorted = entries.sorted();
    QCOMPARE(registering.flush(sorted, entries.chunks()).fates,
             (std::vector{Fate::written, Fate::unmatched, Fate::written}));
    model_.insert(agent_number(7000), "new");
    offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  void registeringLeavesRowsThatExistAlone() {
    Entries entries;
    entries.add(agent_number(1), "k0", "kept");
    flush(entries);
    const Uuid agents[] = {agent_number(1), agent_number(8000)};
    const std::string long_key(128, 'k');
    const std::string_view keys[] = {"k0", "fresh", long_key};
    const auto created = register_agents(std::get<PgAddress>(PgAddress::parse(cluster_->address())), agents, keys);
    QCOMPARE(std::get<std::size_t>(created), std::size_t{3});
    model_.insert(agent_number(8000), "k0");
    model_.insert(agent_number(8000), "fresh");
    model_.insert(agent_number(1), "fresh");
    offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  // The guard lets a row accept its own stamp again, so a lost answer costs only a second write.
  void sameFlushTwiceIsHarmless() {
    Entries entries;
    for (std::uint64_t i = 1; i <= 100; ++i) entries.add(agent_number(i), "k0", "v");
    QCOMPARE(counts(flush(entries), 100), (Counts{{Fate::written, 100}}));
    QCOMPARE(counts(flush(entries), 100), (Counts{{Fate::written, 100}}));
    offer(entries);
    QCOMPARE(model_.difference(*session_), std::string());
  }

  void statementsAreGoneAndTheNextFlushStillWorks() {
    Entries entries;
    entries.add(agent_number(1), "k0", "v");
    flush(entries);
    QVERIFY(!store_->is_pooled());
    // The effect of a pooler's DISCARD ALL, which another session cannot cause.
    session_->run(
        "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'metabatch_notify') THEN DEALLOCATE "
        "metabatch_notify; END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER forget AFTER UPDATE ON workspace_agent_metadata FOR EACH STATEMENT EXECUTE FUNCTION forget()");
    const FlushOutcome outcome = flush(entries);
    session_->run("DROP FUNCTION forget CASCADE");
    QCOMPARE(outcome.failure, FailureClass::none);
    QVERIFY(store_->is_pooled());
    session_->notifications();
    QCOMPARE(counts(flush(entries), 1), (Counts{{Fate::written, 1}}));
    QCOMPARE(session_->notifications().size(), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(TestPgStore)
#include "tst_pg_store.moc"
