// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_connection.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QVariant>
#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "sql/statements.hpp"

namespace metabatch::sql {
namespace {

constexpr int kLongestWaitMs = 20;  // between two looks at a lock: short enough to be interrupted soon

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

const char* cure_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return "another program holds a lock on it; it is tried again, or end that program";
    case SQLITE_INTERRUPT: return "the write was cancelled";
    case SQLITE_FULL: return "the disk or the quota is full; free some space";
    case SQLITE_IOERR: return "the disk reports an error; look at the system log";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "file and folder must be writable for this user; change their permissions or choose another file";
    case SQLITE_CANTOPEN: return "the folder must exist and file and folder must be accessible for this user";
    case SQLITE_CORRUPT: return "the file is damaged; restore it, or move it away and register the agents again";
    case SQLITE_NOTADB: return "this is not a SQLite database; move it away or choose another file";
    case SQLITE_ERROR: return "the table is not one that metabatch made; choose another file";
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
  if (auto failed = open_driver()) return failed;
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_handler(handle_, &SqliteConnection::wait_for_lock, this);
  for (const char* text : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", statements::sqlite_create_table})
    if (auto failed = execute(text)) {
      close();
      return failed;
    }
  remember_file();
  return std::nullopt;
}

std::optional<DatabaseFailure> SqliteConnection::open_driver() {
  const QString name = QString::fromStdString(connection_name_);
  QString driver_says;
  int code = SQLITE_CANTOPEN;
  {
    QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    database.setDatabaseName(QString::fromStdString(file_));
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
                       "cannot open " + file_ + ": " + driver_says.toStdString() + "; " + cure_of(code)};
}

void SqliteConnection::close() {
  {
    const std::lock_guard lock(handle_mutex_);
    if (std::exchange(handle_, nullptr) == nullptr) return;
  }
  QSqlDatabase::removeDatabase(QString::fromStdString(connection_name_));
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
  if (const std::string_view cure = cure_of(code); !cure.empty()) message.append("; ").append(cure);
  return {class_of(code), "", std::move(message)};
}

void SqliteConnection::interrupt() noexcept {
  interrupted_ = true;
  const std::lock_guard lock(handle_mutex_);
  if (handle_ != nullptr) sqlite3_interrupt(handle_);
}

// SQLite's own waiting cannot be interrupted; this one can, and counts.
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

bool SqliteConnection::is_stale() const {
  struct stat found {};
  return ::stat(file_.c_str(), &found) != 0 || found.st_dev != device_ || found.st_ino != inode_;
}

void SqliteConnection::remember_file() {
  struct stat found {};
  ::stat(file_.c_str(), &found);
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

}  // namespace metabatch::sql
