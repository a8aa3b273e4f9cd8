// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_connection.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QVariant>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <utility>

#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

// A transaction of 100,000 rows changes about 20 MB of pages. Where they do not fit into the cache,
// they are written twice.
constexpr const char* kPageCache = "PRAGMA cache_size=-32768";  // KiB, used as needed
// An I/O error in a mapped file is a signal that ends the process, with all that it holds.
constexpr const char* kNoMapping = "PRAGMA mmap_size=0";
constexpr int kLongestWaitMs = 20;  // between two attempts to lock: short enough to be interrupted soon

std::string next_connection_name() {
  static std::atomic<std::uint64_t> last{0};
  return "metabatch-sqlite-" + std::to_string(++last);
}

FailureClass class_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT: return FailureClass::timeout;
    case SQLITE_FULL:
    case SQLITE_IOERR: return FailureClass::disk;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return FailureClass::permission;
    case SQLITE_CANTOPEN: return FailureClass::connection;
    default: return FailureClass::other;
  }
}

const char* remedy_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return "another program holds a lock on it";
    case SQLITE_INTERRUPT: return "the write was cancelled";
    case SQLITE_FULL: return "the disk or the quota is full; free some space";
    case SQLITE_IOERR: return "the disk reports an error; the system log has more";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "file and folder must be writable for this user; change their permissions or choose another file";
    case SQLITE_CANTOPEN: return "the folder must exist and file and folder must be accessible for this user";
    case SQLITE_CORRUPT: return "the file is damaged; restore it, or move it away and register the agents again";
    case SQLITE_NOTADB: return "this is not a SQLite database; move it away or choose another file";
    case SQLITE_ERROR:
      return "the table is missing or is not one that metabatch made; restore it or choose another file";
    default: return "";
  }
}

}  // namespace

int SqliteStatement::prepare(sqlite3* handle, const char* text) {
  finalize();
  return sqlite3_prepare_v3(handle, text, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

void SqliteStatement::finalize() { sqlite3_finalize(std::exchange(statement_, nullptr)); }

void SqliteStatement::bind(int parameter, std::string_view text) {
  const char* const data = text.data() != nullptr ? text.data() : "";  // a null pointer would bind NULL
  sqlite3_bind_text(statement_, parameter, data, static_cast<int>(text.size()), SQLITE_STATIC);
}

void SqliteStatement::bind(int parameter, std::int64_t number) { sqlite3_bind_int64(statement_, parameter, number); }

int SqliteStatement::run() {
  const int stepped = sqlite3_step(statement_);
  const int code = sqlite3_reset(statement_);
  return stepped == SQLITE_ROW || stepped == SQLITE_DONE ? stepped : code;
}

SqliteConnection::SqliteConnection(std::string file, Duration busy_timeout)
    : file_(std::move(file)), busy_timeout_(busy_timeout), connection_name_(next_connection_name()) {}

std::optional<DatabaseFailure> SqliteConnection::open() {
  close();
  const bool is_first = !file_identity_;
  if (is_first) {
    if (auto failed = create_file()) return failed;
  } else if (identity_of(file_) != file_identity_) {
    return DatabaseFailure{
        FailureClass::permission, "",
        file_ +
            ": this is no longer the file that was opened: it was deleted, moved or replaced; put it "
            "back, or start metabatch again to use what is there now"};
  }
  if (auto failed = open_driver()) return failed;
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_handler(handle_, &SqliteConnection::wait_for_lock, this);
  for (const char* text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", kPageCache, kNoMapping,
                           statements::sqlite_create_table}) {
    if (text == statements::sqlite_create_table && !is_first) continue;
    if (auto failed = execute(text)) {
      close();
      return failed;
    }
  }
  file_identity_ = identity_of(file_);
  return std::nullopt;
}

QString SqliteConnection::uri_of(const std::string& file, std::string_view parameters) {
  const QByteArray path = QByteArray::fromStdString(file).toPercentEncoding("/");
  const QByteArray authority = file.starts_with('/') ? "//" : "";
  return QString::fromLatin1("file:" + authority + path + "?") +
         QString::fromLatin1(parameters.data(), qsizetype(parameters.size()));
}

// SQLite would create the file readable by everybody. The -wal gets the mode of the file.
std::optional<DatabaseFailure> SqliteConnection::create_file() const {
  const int fd = ::open(file_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) ::close(fd);
  return std::nullopt;  // opening it reports the reason
}

std::optional<DatabaseFailure> SqliteConnection::open_driver() {
  const QString name = QString::fromStdString(connection_name_);
  QString driver_says;
  int code = SQLITE_CANTOPEN;
  {
    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    const bool is_file = !file_.empty() && !file_.starts_with(':') && !file_.starts_with("file:");
    if (is_file) database.setConnectOptions(QStringLiteral("QSQLITE_OPEN_URI"));
    database.setDatabaseName(is_file ? uri_of(file_, "mode=rw")  // never creates a file: create_file() did so once
                                     : QString::fromStdString(file_));
    if (database.isValid() && database.open()) {
      const QVariant handle = database.driver()->handle();
      if (handle.isValid() && qstrcmp(handle.typeName(), "sqlite3*") == 0) {
        const std::lock_guard lock(handle_mutex_);
        handle_ = *static_cast<sqlite3* const*>(handle.data());
      }
    }
    driver_says = database.lastError().text();
    if (const int native = database.lastError().nativeErrorCode().toInt()) code = native;
  }
  if (handle_ != nullptr) return std::nullopt;
  QSqlDatabase::removeDatabase(name);
  return DatabaseFailure{class_of(code), "",
                         "cannot open " + file_ + ": " + driver_says.toStdString() + "; " + remedy_of(code)};
}

void SqliteConnection::close() {
  {
    const std::lock_guard lock(handle_mutex_);
    if (std::exchange(handle_, nullptr) == nullptr) return;
  }
  // SQLite keeps the -wal of a file that was replaced. Whoever opens the new file would apply it,
  // so it is renamed.
  const std::string wal = file_ + "-wal";
  const auto now = identity_of(file_);
  const bool is_beside_another =
      now && file_identity_ && now != file_identity_ && wal_identity_ && identity_of(wal) == wal_identity_;
  QSqlDatabase::removeDatabase(QString::fromStdString(connection_name_));
  wal_identity_.reset();
  if (!is_beside_another) return;
  (void)std::rename(wal.c_str(), (wal + ".of-replaced-file").c_str());
  (void)std::remove((file_ + "-shm").c_str());
}

std::optional<DatabaseFailure> SqliteConnection::execute(const char* text) {
  waited_ms_ = 0;
  const int code = sqlite3_exec(handle_, text, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return std::nullopt;
  return failure(code);
}

DatabaseFailure SqliteConnection::failure(int code) const {
  const char* const reason = sqlite3_errmsg(handle_);
  std::string message = file_ + ": " + reason;
  if (const std::string_view remedy = remedy_of(code); !remedy.empty()) message.append("; ").append(remedy);
  return {class_of(code), "", std::move(message)};
}

void SqliteConnection::interrupt() noexcept {
  interrupted_ = true;
  const std::lock_guard lock(handle_mutex_);
  if (handle_ != nullptr) sqlite3_interrupt(handle_);
}

// SQLite's own waiting cannot be interrupted. This one can, and it counts.
int SqliteConnection::wait_for_lock(void* self, int attempts) {
  auto& connection = *static_cast<SqliteConnection*>(self);
  if (attempts == 0) {
    connection.waited_ms_ = 0;
    ++connection.waits_;
  }
  const auto limit_ms = std::chrono::duration_cast<std::chrono::milliseconds>(connection.busy_timeout_).count();
  if (connection.interrupted_ || connection.waited_ms_ >= limit_ms) return 0;
  const int pause_ms = std::min(attempts + 1, kLongestWaitMs);
  std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms));
  connection.waited_ms_ += pause_ms;
  return 1;
}

std::optional<SqliteConnection::Identity> SqliteConnection::identity_of(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return Identity{found.st_dev, found.st_ino};
}

bool SqliteConnection::is_replaced() const {
  return identity_of(file_) != file_identity_ || (wal_identity_ && identity_of(file_ + "-wal") != wal_identity_);
}

void SqliteConnection::remember_wal() { wal_identity_ = identity_of(file_ + "-wal"); }

}  // namespace metabatch::sql
