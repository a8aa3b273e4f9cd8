// SPDX-License-Identifier: Apache-2.0
#include <sys/mount.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QTemporaryDir>
#include <QTest>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sql/sqlite_store.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace std::chrono_literals;

namespace {

using Fates = std::vector<Fate>;

Uuid agent(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

WallTime at(std::int64_t microseconds) { return WallTime(std::chrono::microseconds(microseconds)); }

/// A second program at the same file: plain SQL over a connection of its own.
class Other {
 public:
  explicit Other(const QString& file) : database_(QSqlDatabase::addDatabase("QSQLITE", name())) {
    database_.setDatabaseName(file);
    database_.open();
  }
  ~Other() {
    const QString mine = database_.connectionName();
    database_ = {};
    QSqlDatabase::removeDatabase(mine);
  }
  void run(const QString& text) {
    QSqlQuery query(database_);
    if (!query.exec(text)) qFatal("%s: %s", qPrintable(text), qPrintable(query.lastError().text()));
  }
  QStringList rows(const QString& text) {
    QSqlQuery query(database_);
    if (!query.exec(text)) return {query.lastError().text()};
    QStringList found;
    while (query.next()) {
      QStringList columns;
      for (int i = 0; i < query.record().count(); ++i) columns += query.value(i).toString();
      found += columns.join('|');
    }
    return found;
  }
  QStringList values() {
    return rows("SELECT substr(workspace_agent_id, -2), key, value, error, collected_at FROM workspace_agent_metadata "
                "ORDER BY workspace_agent_id, key");
  }

 private:
  static QString name() {
    static int last = 0;
    return QString("other-%1").arg(++last);
  }
  QSqlDatabase database_;
};

/// Root may write everything: the permissions of a file count only for somebody else.
class AsNobody {
 public:
  AsNobody() { if (geteuid() == 0) changed_ = seteuid(65534) == 0; }
  ~AsNobody() { if (changed_ && seteuid(0) != 0) qFatal("cannot become root again"); }
 private:
  bool changed_ = false;
};

}  // namespace

class TestSqliteStore : public QObject {
  Q_OBJECT
 private slots:
  void init();
  void cleanup();
  void aNewFileGetsTheColumnsOfThePostgresTable();
  void everyEntryHasItsExactFate();
  void anEqualStampIsWrittenAgain();
  void textOfAnyContentIsStoredAsItIs_data();
  void textOfAnyContentIsStoredAsItIs();
  void microsecondsAreKept();
  void missingRowsAreCreatedWhenAsked();
  void registeringLeavesExistingRowsAlone();
  void aValueThatTheColumnCannotHoldIsQuarantinedAndTheRestWritten();
  void aRefusedValueCostsOnlyItself();
  void subscribersAreToldAfterTheCommit();
  void nobodyIsToldOfAFailedFlush();
  void aLockedFileIsATimeoutAndNothingIsLost();
  void aLockThatEndsInTimeIsWaitedFor();
  void aCancelledWaitEndsSoon();
  void aReadOnlyFileIsAPermissionFailure();
  void aMissingFolderNamesTheFile();
  void aFolderThatAppearsHealsTheStore();
  void aFileThatIsNoDatabaseIsRefused();
  void aDamagedFileIsReportedAndARestoredOneIsUsed();
  void aFullDiskLosesNothing();
  void aDeletedFileIsNotWrittenToForEver();
  void aForeignTableOfThatNameIsSaid();

 private:
  void registerRows(std::initializer_list<int> agents, std::vector<std::string_view> keys);
  QString path(const QString& name = "m.db") const { return dir_->filePath(name); }
  SqliteOptions options(Duration wait = 0ms) const { return {.file = path().toStdString(), .busy_timeout = wait}; }

  std::unique_ptr<QTemporaryDir> dir_;
};

void TestSqliteStore::init() {
  dir_ = std::make_unique<QTemporaryDir>();
  QFile(dir_->path()).setPermissions(QFile::Permissions(0x7777));
}
void TestSqliteStore::cleanup() { dir_.reset(); }

void TestSqliteStore::registerRows(std::initializer_list<int> agents, std::vector<std::string_view> keys) {
  std::vector<Uuid> ids;
  for (const int one : agents) ids.push_back(agent(static_cast<std::uint8_t>(one)));
  const auto done = register_agents(path().toStdString(), ids, keys);
  QVERIFY(std::holds_alternative<std::size_t>(done));
  QCOMPARE(std::get<std::size_t>(done), ids.size() * keys.size());
}

void TestSqliteStore::aNewFileGetsTheColumnsOfThePostgresTable() {
  QVERIFY(!check_sqlite(path().toStdString()));
  Other other(path());
  QCOMPARE(other.rows("SELECT name FROM pragma_table_info('workspace_agent_metadata')").join(' '),
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

void TestSqliteStore::aValueThatTheColumnCannotHoldIsQuarantinedAndTheRestWritten() {
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
  Other(path()).run("CREATE TRIGGER t BEFORE UPDATE ON workspace_agent_metadata WHEN NEW.value = 'poison' "
                    "BEGIN SELECT RAISE(ABORT, 'not this one'); END");
  SqliteStore store(options());
  const std::vector<Update> some = {
      {agent(1), "a", "1", "", at(1)}, {agent(1), "b", "poison", "", at(1)}, {agent(1), "c", "3", "", at(1)}};
  const FlushOutcome done = store.flush(some, {});
  QCOMPARE(done.fates, (Fates{Fate::written, Fate::quarantined, Fate::written}));
  QVERIFY(done.message.find("not this one") != std::string::npos);
  QCOMPARE(Other(path()).rows("SELECT value FROM workspace_agent_metadata ORDER BY key"), (QStringList{"1", "", "3"}));
}

void TestSqliteStore::subscribersAreToldAfterTheCommit() {
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

void TestSqliteStore::nobodyIsToldOfAFailedFlush() {
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

void TestSqliteStore::aLockedFileIsATimeoutAndNothingIsLost() {
  registerRows({1}, {"cpu", "mem"});
  SqliteStore store(options(5ms));
  Other other(path());
  other.run("BEGIN IMMEDIATE");
  const std::vector<Update> some = {{agent(1), "cpu", "a", "", at(10)}, {agent(1), "mem", "b", "", at(10)}};
  const FlushOutcome done = store.flush(some, {});
  QCOMPARE(done.failure, FailureClass::timeout);
  QVERIFY(done.fates.empty());
  QVERIFY(done.retries > 0);
  QVERIFY2(done.message.find(path().toStdString()) != std::string::npos, done.message.c_str());
  QVERIFY2(done.message.find("lock") != std::string::npos, done.message.c_str());
  other.run("ROLLBACK");
  QCOMPARE(store.flush(some, {}).fates, (Fates{Fate::written, Fate::written}));
}

void TestSqliteStore::aLockThatEndsInTimeIsWaitedFor() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options(60s));
  Other other(path());
  other.run("BEGIN IMMEDIATE");
  FlushOutcome done;
  std::thread flusher([&] {
    const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
    store.start();
    done = store.flush(one, {});
    store.stop();
  });
  other.run("COMMIT");
  flusher.join();
  QCOMPARE(done.fates, Fates{Fate::written});
}

void TestSqliteStore::aCancelledWaitEndsSoon() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options(600s));
  Other other(path());
  other.run("BEGIN IMMEDIATE");
  FlushOutcome done;
  std::atomic<bool> ended = false;
  std::thread flusher([&] {
    const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
    done = store.flush(one, {});
    store.stop();
    ended = true;
  });
  QTRY_VERIFY_WITH_TIMEOUT((store.cancel(), ended.load()), 30'000);
  flusher.join();
  QCOMPARE(done.failure, FailureClass::timeout);
}

void TestSqliteStore::aReadOnlyFileIsAPermissionFailure() {
  registerRows({1}, {"cpu"});
  QFile::setPermissions(path(), QFile::ReadOwner | QFile::ReadGroup | QFile::ReadOther);
  QFile::setPermissions(dir_->path(), QFile::Permissions(0x5555));
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  SqliteStore store(options());
  FlushOutcome done;
  {
    const AsNobody nobody;
    done = store.flush(one, {});
    const auto checked = check_sqlite(path().toStdString());
    QVERIFY(checked);
    QCOMPARE(checked->failure, FailureClass::permission);
  }
  QCOMPARE(done.failure, FailureClass::permission);
  QVERIFY2(done.message.find("writable") != std::string::npos, done.message.c_str());
  QFile::setPermissions(dir_->path(), QFile::Permissions(0x7777));
  QFile::setPermissions(path(), QFile::Permissions(0x6666));
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
}

void TestSqliteStore::aMissingFolderNamesTheFile() {
  const auto failed = check_sqlite(path("no/such/m.db").toStdString());
  QVERIFY(failed);
  QCOMPARE(failed->failure, FailureClass::connection);
  QVERIFY2(failed->message.find("no/such/m.db") != std::string::npos, failed->message.c_str());
  QVERIFY2(failed->message.find("folder must exist") != std::string::npos, failed->message.c_str());
}

void TestSqliteStore::aFolderThatAppearsHealsTheStore() {
  SqliteStore store({.file = path("later/m.db").toStdString(), .busy_timeout = 0ms, .register_missing = true});
  store.start();
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).failure, FailureClass::connection);
  QDir(dir_->path()).mkdir("later");
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
}

void TestSqliteStore::aFileThatIsNoDatabaseIsRefused() {
  QFile file(path());
  QVERIFY(file.open(QFile::WriteOnly));
  file.write(QByteArray(8192, 'x'));
  file.close();
  const auto failed = check_sqlite(path().toStdString());
  QVERIFY(failed);
  QCOMPARE(failed->failure, FailureClass::other);
  QVERIFY2(failed->message.find("not a SQLite database") != std::string::npos, failed->message.c_str());
  QVERIFY(file.open(QFile::ReadOnly));
  QCOMPARE(file.readAll(), QByteArray(8192, 'x'));
}

void TestSqliteStore::aDamagedFileIsReportedAndARestoredOneIsUsed() {
  registerRows({1}, {"cpu", "mem"});
  QFile file(path());
  QVERIFY(file.open(QFile::ReadWrite));
  const QByteArray good = file.readAll();
  file.seek(4096);
  file.write(QByteArray(static_cast<int>(good.size()) - 4096, '\x5a'));
  file.close();
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  const FlushOutcome done = store.flush(one, {});
  QCOMPARE(done.failure, FailureClass::other);
  QVERIFY2(done.message.find("damaged") != std::string::npos, done.message.c_str());
  QVERIFY(file.open(QFile::ReadWrite));
  file.write(good);
  file.close();
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
}

void TestSqliteStore::aFullDiskLosesNothing() {
  if (geteuid() != 0) QSKIP("a small file system of its own needs root");
  QDir(dir_->path()).mkdir("small");
  const std::string small = path("small").toStdString();
  if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=512k") != 0) QSKIP("mounting is not allowed here");
  const auto file = path("small/m.db");
  std::vector<std::string> keys;
  for (int i = 100; i < 400; ++i) keys.push_back("k" + std::to_string(i));
  const std::string value(2048, 'v');
  std::vector<Update> many;
  for (const std::string& key : keys) many.push_back({agent(1), key, value, "", at(10)});
  {
    SqliteStore store({.file = file.toStdString(), .busy_timeout = 0ms, .register_missing = true});
    const FlushOutcome done = store.flush(many, {});
    QCOMPARE(done.failure, FailureClass::disk);
    QVERIFY(done.fates.empty());
    QVERIFY2(done.message.find("full") != std::string::npos, done.message.c_str());
    const FlushOutcome some = store.flush(std::span(many).first(20), {});
    QCOMPARE(some.failure, FailureClass::none);
    QCOMPARE(some.fates, Fates(20, Fate::written));
    ::mount("tmpfs", small.c_str(), "tmpfs", MS_REMOUNT, "size=64m");
    QCOMPARE(store.flush(many, {}).fates, Fates(300, Fate::written));
  }
  ::umount(small.c_str());
}

void TestSqliteStore::aDeletedFileIsNotWrittenToForEver() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
  for (const char* end : {"", "-wal", "-shm"}) QFile::remove(path() + end);
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::unmatched});
  registerRows({1}, {"cpu"});
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
  QCOMPARE(Other(path()).values(), QStringList{"01|cpu|a||10"});
}

void TestSqliteStore::aForeignTableOfThatNameIsSaid() {
  Other(path()).run("CREATE TABLE workspace_agent_metadata (name TEXT)");
  const auto failed = check_sqlite(path().toStdString());
  QVERIFY(failed);
  QCOMPARE(failed->failure, FailureClass::other);
  QVERIFY2(failed->message.find("choose another file") != std::string::npos, failed->message.c_str());
}

QTEST_GUILESS_MAIN(TestSqliteStore)
#include "tst_sqlite_store.moc"
