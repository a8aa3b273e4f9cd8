// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QDir>
#include <atomic>
#include <cerrno>
#include <optional>
#include <thread>

#include "sql/sqlite/sqlite_file.hpp"

using namespace metabatch;
using namespace metabatch::sql;
using namespace std::chrono_literals;

namespace {

/// Root may write everything, so the permissions of a file matter only to other users.
class AsNobody {
 public:
  AsNobody() {
    if (geteuid() == 0) changed_ = seteuid(65534) == 0;
  }
  ~AsNobody() {
    if (changed_ && seteuid(0) != 0) qFatal("cannot become root again");
  }

 private:
  bool changed_ = false;
};

/// While it lives, no SQLite file of this program grows beyond `room`, as on a small disk. It
/// replaces SQLite's system calls where SQLite allows that for tests, so root is not needed.
class SmallDisk {
 public:
  static inline std::atomic<off_t> room = 0;
  static inline std::atomic<int> refused = 0;

  explicit SmallDisk(off_t bytes) {
    room = bytes;
    refused = 0;
    replace("write", reinterpret_cast<sqlite3_syscall_ptr>(write));
    replace("pwrite", reinterpret_cast<sqlite3_syscall_ptr>(pwrite));
    replace("pwrite64", reinterpret_cast<sqlite3_syscall_ptr>(pwrite));
  }
  ~SmallDisk() {
    for (const char* call : {"write", "pwrite", "pwrite64"}) replace(call, nullptr);  // restores the original one
  }

 private:
  static void replace(const char* call, sqlite3_syscall_ptr by) {
    sqlite3_vfs* const files = sqlite3_vfs_find(nullptr);
    if (files->xSetSystemCall(files, call, by) != SQLITE_OK) qFatal("SQLite has no system call %s", call);
  }
  static bool is_refused(int file, off_t end) {
    struct stat seen {};
    if (end <= room || (::fstat(file, &seen) == 0 && end <= seen.st_size)) return false;
    ++refused;
    errno = ENOSPC;
    return true;
  }
  static ssize_t write(int file, const void* bytes, size_t size) {
    return is_refused(file, ::lseek(file, 0, SEEK_CUR) + static_cast<off_t>(size)) ? -1 : ::write(file, bytes, size);
  }
  static ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    return is_refused(file, at + static_cast<off_t>(size)) ? -1 : ::pwrite(file, bytes, size, at);
  }
};

}  // namespace

class TestSqliteFaults : public SqliteSuite {
  Q_OBJECT
 private slots:
  void init() { makeFile(); }
  void cleanup() { removeFile(); }
  void aLockedFileIsATimeoutAndNothingIsLost();
  void aLockThatEndsInTimeIsWaitedFor();
  void aCancelledWaitEndsSoon();
  void aReadOnlyFileIsAPermissionFailure();
  void aMissingFolderNamesTheFile();
  void aFolderThatAppearsHealsTheStore();
  void aFileThatIsNoDatabaseIsRefused();
  void aDamagedFileIsReportedAndARestoredOneIsUsed();
  void aFullDiskLosesNothing();
  void aDeletedFileIsNeverCreatedAnew();
  void aBackupThatTakesThePlaceOfTheFileStaysWhole();
  void aWalThatIsGoneStopsTheWriting();
  void aTableThatIsGoneIsNeverCreatedAnew();
  void aRowThatATriggerRefusesStaysAlone_data();
  void aRowThatATriggerRefusesStaysAlone();
  void aRowRefusedWhileRegisteringStaysAlone();
  void aFileIsMadeForItsOwnerOnly();
  void aForeignTableOfThatNameIsReported();
};

void TestSqliteFaults::aLockedFileIsATimeoutAndNothingIsLost() {
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
  QVERIFY2(done.message.find("another program holds a lock") != std::string::npos, done.message.c_str());
  other.run("ROLLBACK");
  QCOMPARE(store.flush(some, {}).fates, (Fates{Fate::written, Fate::written}));
}

void TestSqliteFaults::aLockThatEndsInTimeIsWaitedFor() {
  registerRows({1}, {"cpu"});
  Other other(path());
  other.run("BEGIN IMMEDIATE");
  SqliteStore store(options(60s));
  FlushOutcome done;
  std::thread flusher([&] {
    const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
    done = store.flush(one, {});
    store.stop();
  });
  const bool has_met_the_lock = QTest::qWaitFor([&] { return store.waits() > 0; }, 30'000);
  other.run("COMMIT");
  flusher.join();
  QVERIFY(has_met_the_lock);
  QCOMPARE(done.fates, Fates{Fate::written});
  QVERIFY(done.retries > 0);
}

void TestSqliteFaults::aCancelledWaitEndsSoon() {
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
  QVERIFY(QTest::qWaitFor([&] { return (store.cancel(), ended.load()); }, 30'000));
  flusher.join();
  QCOMPARE(done.failure, FailureClass::timeout);
}

void TestSqliteFaults::aReadOnlyFileIsAPermissionFailure() {
  registerRows({1}, {"cpu"});
  QFile::setPermissions(path(), QFile::ReadOwner | QFile::ReadGroup | QFile::ReadOther);
  QFile::setPermissions(folder(), QFile::Permissions(0x5555));
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
  QFile::setPermissions(folder(), QFile::Permissions(0x7777));
  QFile::setPermissions(path(), QFile::Permissions(0x6666));
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
}

void TestSqliteFaults::aMissingFolderNamesTheFile() {
  const auto failed = check_sqlite(path("no/such/m.db").toStdString());
  QVERIFY(failed);
  QCOMPARE(failed->failure, FailureClass::connection);
  QVERIFY2(failed->message.find("no/such/m.db") != std::string::npos, failed->message.c_str());
  QVERIFY2(failed->message.find("folder must exist") != std::string::npos, failed->message.c_str());
}

void TestSqliteFaults::aFolderThatAppearsHealsTheStore() {
  SqliteStore store({.file = path("later/m.db").toStdString(), .busy_timeout = 0ms, .register_missing = true});
  store.start();
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).failure, FailureClass::connection);
  QDir(folder()).mkdir("later");
  QCOMPARE(store.flush(one, {}).fates, Fates{Fate::written});
}

void TestSqliteFaults::aFileThatIsNoDatabaseIsRefused() {
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

void TestSqliteFaults::aDamagedFileIsReportedAndARestoredOneIsUsed() {
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

void TestSqliteFaults::aFullDiskLosesNothing() {
  SmallDisk disk(512 * 1024);
  std::vector<std::string> keys;
  for (int i = 100; i < 400; ++i) keys.push_back("k" + std::to_string(i));
  const std::string value(2048, 'v');
  std::vector<Update> many;
  for (const std::string& key : keys) many.push_back({agent(1), key, value, "", at(10)});
  SqliteStore store({.file = path().toStdString(), .busy_timeout = 0ms, .register_missing = true});
  const FlushOutcome done = store.flush(many, {});
  QCOMPARE(done.failure, FailureClass::disk);
  QVERIFY(done.fates.empty());
  QVERIFY2(done.message.find("free some space") != std::string::npos, done.message.c_str());
  const FlushOutcome some = store.flush(std::span(many).first(20), {});
  QCOMPARE(some.failure, FailureClass::none);
  QCOMPARE(some.fates, Fates(20, Fate::written));
  SmallDisk::room = 64 * 1024 * 1024;
  QCOMPARE(store.flush(many, {}).fates, Fates(300, Fate::written));
  QVERIFY(SmallDisk::refused > 0);
}

void TestSqliteFaults::aDeletedFileIsNeverCreatedAnew() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).failure, FailureClass::none);
  QVERIFY(QFile::rename(path(), path() + ".away"));
  for (int round = 0; round < 2; ++round) {
    const FlushOutcome done = store.flush(one, {});
    QCOMPARE(done.failure, FailureClass::permission);
    QVERIFY2(done.message.find("no longer the file that was opened") != std::string::npos, done.message.c_str());
    QVERIFY(done.fates.empty());
    QVERIFY(!QFile::exists(path()));
  }
  QVERIFY(QFile::rename(path() + ".away", path()));
  QCOMPARE(store.flush(one, {}).failure, FailureClass::none);
  store.stop();
  QCOMPARE(Other(path()).values(), QStringList{"01|cpu|a||10"});
}

// The -wal of the old file lies beside the backup: opening the backup now would damage it.
void TestSqliteFaults::aBackupThatTakesThePlaceOfTheFileStaysWhole() {
  registerRows({1, 2, 3}, {"cpu", "mem"});
  QVERIFY(QFile::copy(path(), path("backup.db")));
  const QString backup = path("backup.db");
  {
    SqliteStore store(options());
    std::vector<Update> many;
    for (const std::uint8_t one : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}})
      for (const char* const key : {"cpu", "mem"})
        many.push_back({agent(one), key, std::string_view("value"), "", at(10)});
    QCOMPARE(store.flush(many, {}).failure, FailureClass::none);
    QVERIFY(QFile::exists(path() + "-wal"));
    QCOMPARE(std::rename(backup.toUtf8().constData(), path().toUtf8().constData()), 0);
    for (int round = 0; round < 3; ++round) {
      const FlushOutcome done = store.flush(many, {});
      QCOMPARE(done.failure, FailureClass::permission);
      QVERIFY2(done.message.find("replaced") != std::string::npos, done.message.c_str());
    }
    store.stop();
  }
  QVERIFY(!QFile::exists(path() + "-wal"));
  QCOMPARE(Other(path()).rows("PRAGMA integrity_check"), QStringList{"ok"});
  QCOMPARE(Other(path()).rows("SELECT count(*) FROM workspace_agent_metadata WHERE value = ''"), QStringList{"6"});
}

void TestSqliteFaults::aWalThatIsGoneStopsTheWriting() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).failure, FailureClass::none);
  QVERIFY(QFile::remove(path() + "-wal"));
  const FlushOutcome done = store.flush(one, {});
  QVERIFY2(done.failure != FailureClass::none, "written to a file that nobody can find");
}

void TestSqliteFaults::aTableThatIsGoneIsNeverCreatedAnew() {
  registerRows({1}, {"cpu"});
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(one, {}).failure, FailureClass::none);
  Other(path()).run("ALTER TABLE workspace_agent_metadata RENAME TO away");
  for (int round = 0; round < 3; ++round) {
    const FlushOutcome done = store.flush(one, {});
    QCOMPARE(done.failure, FailureClass::other);
    QVERIFY2(done.message.find("the table is missing") != std::string::npos, done.message.c_str());
  }
  Other(path()).run("ALTER TABLE away RENAME TO workspace_agent_metadata");
  QCOMPARE(store.flush(one, {}).failure, FailureClass::none);
}

void TestSqliteFaults::aRowThatATriggerRefusesStaysAlone_data() {
  QTest::addColumn<QString>("how");
  for (const char* const how : {"ABORT", "FAIL", "ROLLBACK"}) QTest::newRow(how) << how;
}
void TestSqliteFaults::aRowThatATriggerRefusesStaysAlone() {
  QFETCH(QString, how);
  registerRows({1, 2, 3}, {"cpu", "mem"});
  Other(path()).run(
      "CREATE TRIGGER refuse BEFORE UPDATE ON workspace_agent_metadata WHEN NEW.value = 'bad' BEGIN SELECT RAISE(" +
      how + ", 'not this one'); END");
  std::vector<std::pair<std::string, std::string>> refused;
  SqliteOptions some = options();
  some.on_refused = [&](const Update& entry, const Refusal& refusal) {
    refused.emplace_back(std::string(entry.key), refusal.why);
  };
  SqliteStore store(some);
  std::vector<Update> many;
  for (const std::uint8_t one : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}})
    for (const char* const key : {"cpu", "mem"})
      many.push_back({agent(one), key, std::string_view(one != 1 && *key == 'm' ? "bad" : "good"), "", at(10)});
  const FlushOutcome done = store.flush(many, {});
  QCOMPARE(done.failure, FailureClass::none);
  QCOMPARE(done.fates,
           (Fates{Fate::written, Fate::written, Fate::written, Fate::quarantined, Fate::written, Fate::quarantined}));
  QCOMPARE(refused.size(), std::size_t{2});
  QVERIFY2(refused[0].second.find("not this one") != std::string::npos, refused[0].second.c_str());
  QCOMPARE(Other(path()).rows("SELECT count(*) FROM workspace_agent_metadata WHERE value = 'good'"), QStringList{"4"});
}

void TestSqliteFaults::aRowRefusedWhileRegisteringStaysAlone() {
  registerRows({1}, {"cpu"});
  Other(path()).run(
      "CREATE TRIGGER refuse BEFORE INSERT ON workspace_agent_metadata WHEN NEW.key = 'mem' BEGIN SELECT RAISE(ABORT, "
      "'no such key'); END");
  SqliteOptions some = options();
  some.register_missing = true;
  SqliteStore store(some);
  const std::vector<Update> many = {
      {agent(1), "cpu", "a", "", at(10)}, {agent(1), "mem", "a", "", at(10)}, {agent(2), "cpu", "a", "", at(10)}};
  QCOMPARE(store.flush(many, {}).fates, (Fates{Fate::written, Fate::quarantined, Fate::written}));
}

void TestSqliteFaults::aFileIsMadeForItsOwnerOnly() {
  SqliteStore store(options());
  const std::vector<Update> one = {{agent(1), "cpu", "a", "", at(10)}};
  store.flush(one, {});
  for (const char* const end : {"", "-wal", "-shm"}) {
    struct stat found {};
    QCOMPARE(::stat((path() + end).toUtf8().constData(), &found), 0);
    QCOMPARE(found.st_mode & 0777U, 0600U);
  }
}

void TestSqliteFaults::aForeignTableOfThatNameIsReported() {
  Other(path()).run("CREATE TABLE workspace_agent_metadata (name TEXT)");
  const auto failed = check_sqlite(path().toStdString());
  QVERIFY(failed);
  QCOMPARE(failed->failure, FailureClass::other);
  QVERIFY2(failed->message.find("choose another file") != std::string::npos, failed->message.c_str());
}

QTEST_GUILESS_MAIN(TestSqliteFaults)
#include "tst_sqlite_faults.moc"
