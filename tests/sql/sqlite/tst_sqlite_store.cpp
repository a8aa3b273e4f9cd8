// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "sql/sqlite/sqlite_file.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace std::chrono_literals;

class TestSqliteStore : public SqliteSuite {
  Q_OBJECT
 private slots:
  void init() { makeFile(); }
  void cleanup() { removeFile(); }
  void aNewFileGetsTheColumnsOfThePostgresTable();
  void everyEntryHasItsExactFate();
  void anEqualStampIsWrittenAgain();
  void textOfAnyContentIsStoredAsItIs_data();
  void textOfAnyContentIsStoredAsItIs();
  void microsecondsAreKept();
  void missingRowsAreCreatedWhenAsked();
  void registeringLeavesExistingRowsAlone();
  void aValueThatTheColumnCannotHoldIsQuarantinedAndTheOthersWritten();
  void aRefusedValueCostsOnlyItself();
  void subscribersAreNotifiedAfterTheCommit();
  void failedFlushesNotifyNobody();
};

void TestSqliteStore::aNewFileGetsTheColumnsOfThePostgresTable() {
  QVERIFY(!check_sqlite(path().toStdString()));
  Other other(path());
  QCOMPARE(
      other.rows("SELECT name FROM pragma_table_info('workspace_agent_metadata')").join(' '),
      QString("workspace_agent_id display_name key script value error timeout interval collected_at display_order"));
  QCOMPARE(other.rows("PRAGMA journal_mode"), QStringList{"wal"});
}

void TestSqliteStore::everyEntryHasItsExactFate() {
  registerRows({1, 2}, {"cpu", "mem"});
  SqliteStore store(options());
  store.start();
  const std::vector<Update> first = {{agent(1), "cpu", "a", "", at(10)}, {agent(2), "mem", "b", "e", at(20)}};
  const FlushOutcome done = store.flush(first, {});
  QCOMPARE(done.failure, FailureClass::none);
  QCOMPARE(done.fates, (Fates{Fate::written, Fate::written}));
  const std::vector<Update> second = {{agent(1), "cpu", "older", "", at(9)},
                                      {agent(1), "disk", "no row", "", at(99)},
                                      {agent(1), "mem", "c", "", at(30)},
                                      {agent(2), "mem", "newer", "", at(21)},
                                      {agent(3), "cpu", "no agent", "", at(99)}};
  QCOMPARE(store.flush(second, {}).fates,
           (Fates{Fate::rows_stale, Fate::unmatched, Fate::written, Fate::written, Fate::unmatched}));
  store.stop();
  QCOMPARE(Other(path()).values(),
           (QStringList{"01|cpu|a||10", "01|mem|c||30", "02|cpu|||-62135596800000000", "02|mem|newer||21"}));
}

void TestSqliteStore::anEqualStampIsWrittenAgain() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
}

void TestSqliteStore::textOfAnyContentIsStoredAsItIs_data() {
  QTest::addColumn<QString>("text");
  QTest::newRow("empty") << "";
  QTest::newRow("quotes") << "it's \"so\" `x`";
  QTest::newRow("array literal") << "a\",\"b{}\\";
  QTest::newRow("NULL") << "NULL";
  QTest::newRow("injection") << "'); DROP TABLE workspace_agent_metadata; --";
  QTest::newRow("parameters") << "?1 :name @x $y %s";
  QTest::newRow("emoji") << QString::fromUtf8("\xF0\x9F\x98\x80 \xE2\x82\xAC");
  QTest::newRow("lines") << "a\r\nb\tc";
  QTest::newRow("2 KB") << QString(2048, 'x');
  QTest::newRow("number") << "007";
}

void TestSqliteStore::textOfAnyContentIsStoredAsItIs() {
  QFETCH(QString, text);
  const std::string bytes = text.toStdString();
  const std::string key = bytes.substr(0, 100);
  registerRows({1}, {key});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), key, bytes, bytes, at(1)}};
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
  Other other(path());
  QCOMPARE(other.rows("SELECT key FROM workspace_agent_metadata"), QStringList{QString::fromStdString(key)});
  QCOMPARE(other.rows("SELECT value FROM workspace_agent_metadata"), QStringList{text});
  QCOMPARE(other.rows("SELECT error FROM workspace_agent_metadata"), QStringList{text});
  QCOMPARE(other.rows("SELECT typeof(key)||typeof(value)||typeof(error) FROM workspace_agent_metadata"),
           QStringList{"texttexttext"});
}

void TestSqliteStore::microsecondsAreKept() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(1'767'323'045'678'901)}};
  store.flush(one, {});
  const std::vector<Update> older = {{agent(1), "cpu", "b", "", at(1'767'323'045'678'900)}};
  QCOMPARE(store.flush(older, {}).fates, Fates{Fate::rows_stale});
  QCOMPARE(Other(path()).values(), QStringList{"01|cpu|a||1767323045678901"});
}

void TestSqliteStore::missingRowsAreCreatedWhenAsked() {
  SqliteOptions registering = options();
  registering.register_missing = true;
  SqliteStore store(registering);
  const std::string long_key(128, 'k');
  std::string wide_key;
  for (int i = 0; i < 127; ++i) wide_key += "\xE2\x82\xAC";
  const std::vector<Update> some = {{agent(1), "", "empty key", "", at(1)},
                                    {agent(1), long_key, "over 127", "", at(1)},
                                    {agent(1), wide_key, "127 wide", "", at(1)},
                                    {agent(2), "old", "before year 1", "", at(-70'000'000'000'000'000)}};
  QCOMPARE(store.flush(some, {}).fates, (Fates{Fate::written, Fate::unmatched, Fate::written, Fate::rows_stale}));
  QCOMPARE(Other(path()).rows("SELECT value FROM workspace_agent_metadata ORDER BY key"),
           (QStringList{"empty key", "", "127 wide"}));
}

void TestSqliteStore::registeringLeavesExistingRowsAlone() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  store.flush(one, {});
  const std::vector<Uuid> ids = {agent(1), agent(2)};
  const std::string long_key(128, 'k');
  const std::vector<std::string_view> keys = {"cpu", "mem", long_key};
  QCOMPARE(std::get<std::size_t>(register_agents(path().toStdString(), ids, keys)), std::size_t{3});
  QCOMPARE(Other(path()).values().first(), QString("01|cpu|a||10"));
}

void TestSqliteStore::aValueThatTheColumnCannotHoldIsQuarantinedAndTheOthersWritten() {
  registerRows({1}, {"a", "b", "c"});
  SqliteStore store(options());
  const std::string over(65'536, 'x');
  std::string wide;
  for (int i = 0; i < 65'535; ++i) wide += "\xC3\xA9";
  const std::vector<Update> some = {
      {agent(1), "a", over, "", at(1)}, {agent(1), "b", wide, "", at(1)}, {agent(1), "c", "", over, at(1)}};
  const FlushOutcome done = store.flush(some, {});
  QCOMPARE(done.failure, FailureClass::none);
  QCOMPARE(done.fates, (Fates{Fate::quarantined, Fate::written, Fate::quarantined}));
}

void TestSqliteStore::aRefusedValueCostsOnlyItself() {
  registerRows({1}, {"a", "b", "c"});
  Other(path()).run(
      "CREATE TRIGGER t BEFORE UPDATE ON workspace_agent_metadata WHEN NEW.value = 'poison' "
      "BEGIN SELECT RAISE(ABORT, 'not this one'); END");
  SqliteStore store(options());
  const std::vector<Update> some = {
      {agent(1), "a", "1", "", at(1)}, {agent(1), "b", "poison", "", at(1)}, {agent(1), "c", "3", "", at(1)}};
  const FlushOutcome done = store.flush(some, {});
  QCOMPARE(done.fates, (Fates{Fate::written, Fate::quarantined, Fate::written}));
  QVERIFY(done.message.find("not this one") != std::string::npos);
  QCOMPARE(Other(path()).rows("SELECT value FROM workspace_agent_metadata ORDER BY key"), (QStringList{"1", "", "3"}));
}

void TestSqliteStore::subscribersAreNotifiedAfterTheCommit() {
  registerRows({1}, {"cpu"});
  engine::Notifier notifier;
  QStringList read;
  const auto subscription = notifier.subscribe([&](std::string_view payload) {
    read += QString::fromStdString(std::string(payload));
    read += Other(path()).values();
  });
  SqliteOptions telling = options();
  telling.notifier = &notifier;
  SqliteStore store(telling);
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  const FlushOutcome done = store.flush(one, std::vector<std::string>{"chunk"});
  QCOMPARE(done.chunks_published, std::size_t{1});
  QCOMPARE(done.notify_bytes, std::size_t{5});
  QCOMPARE(read, (QStringList{"chunk", "01|cpu|a||10"}));
}

void TestSqliteStore::failedFlushesNotifyNobody() {
  registerRows({1}, {"cpu"});
  engine::Notifier notifier;
  int told = 0;
  const auto subscription = notifier.subscribe([&](std::string_view) { ++told; });
  SqliteOptions telling = options();
  telling.notifier = &notifier;
  SqliteStore store(telling);
  Other other(path());
  other.run("BEGIN IMMEDIATE");
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  const FlushOutcome done = store.flush(one, std::vector<std::string>{"chunk"});
  QCOMPARE(done.failure, FailureClass::timeout);
  QCOMPARE(done.chunks_published, std::size_t{0});
  QCOMPARE(told, 0);
}

QTEST_GUILESS_MAIN(TestSqliteStore)
#include "tst_sqlite_store.moc"
