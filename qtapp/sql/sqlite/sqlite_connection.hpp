// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "metabatch/time.hpp"
#include "sql/database_failure.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace metabatch::sql {

/// A statement, prepared on a connection that must outlive it.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement() { finalize(); }

  [[nodiscard]] int prepare(sqlite3* handle, const char* text);  ///< an SQLite result code
  void finalize();
  /// The text must stay valid until the statement has run.
  void bind(int parameter, std::string_view text);
  void bind(int parameter, std::int64_t number);
  /// Runs the statement to its first row or its end, and makes it ready for the next run.
  ///
  /// @return SQLITE_ROW, SQLITE_DONE or the error
  int run();

 private:
  sqlite3_stmt* statement_ = nullptr;
};

/// One connection to one file. QSqlDatabase (driver QSQLITE) opens and owns it; this class works
/// through the driver's handle (docs/adr/0002-sqlite-through-the-handle.md). Belongs to the thread
/// that opens it; only interrupt() may be called on another. Needs a QCoreApplication.
class SqliteConnection {
 public:
  SqliteConnection(std::string file, Duration busy_timeout);
  ~SqliteConnection() { close(); }
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Opens the file, sets WAL, synchronous=NORMAL and the waiting for locks. The first time, it
  /// creates the file (mode 0600) and the table if they are missing. Later it opens only the file
  /// that was opened the first time, and creates nothing: a deleted or replaced file is a failure,
  /// and stays one. An open connection is closed first.
  [[nodiscard]] std::optional<DatabaseFailure> open();
  void close();
  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  /// The file, or its -wal, was moved, deleted or replaced since it was opened. Nobody could read
  /// what is written now, and a file beside the -wal of another file would be damaged.
  [[nodiscard]] bool is_replaced() const;
  /// Call it after a commit. From then on is_replaced() also watches the -wal.
  void remember_wal();
  [[nodiscard]] sqlite3* handle() const { return handle_; }

  [[nodiscard]] std::optional<DatabaseFailure> execute(const char* text);
  /// The failure of the last call on this connection, which returned `code`, with a sentence that
  /// names the file and a remedy.
  ///
  /// @shape busy, locked, interrupted -> timeout; full, I/O -> disk; read-only, no permission ->
  ///        permission;
  ///        not found -> connection; damaged, not a database, a foreign table and all others -> other
  [[nodiscard]] DatabaseFailure failure(int code) const;

  /// Ends a running statement and a wait for a lock. Any thread; a short lock.
  void interrupt() noexcept;
  /// Forgets an earlier interrupt(), because the owner begins a new operation.
  void arm() noexcept { interrupted_ = false; }
  [[nodiscard]] bool is_interrupted() const noexcept { return interrupted_; }
  /// The number of waits for a lock since the last call.
  std::uint64_t take_waits() { return waits_.exchange(0); }
  /// The same, without forgetting them. Any thread.
  [[nodiscard]] std::uint64_t waits() const { return waits_; }

  /// The URI of a file, for SQLITE_OPEN_URI. A path is bytes, and Qt passes text as UTF-8, which
  /// would be another name.
  ///
  /// @source https://www.sqlite.org/uri.html
  static QString uri_of(const std::string& file, std::string_view parameters);

 private:
  static int wait_for_lock(void* self, int attempts);
  /// The file that a path names.
  struct Identity {
    std::uint64_t device = 0, inode = 0;
    bool operator==(const Identity&) const = default;
  };
  static std::optional<Identity> identity_of(const std::string& path);
  [[nodiscard]] std::optional<DatabaseFailure> open_driver();
  [[nodiscard]] std::optional<DatabaseFailure> create_file() const;

  const std::string file_;
  const Duration busy_timeout_;
  std::string connection_name_;
  std::mutex handle_mutex_;  // guards close against interrupt
  sqlite3* handle_ = nullptr;
  std::atomic<bool> interrupted_ = false;
  std::int64_t waited_ms_ = 0;
  std::atomic<std::uint64_t> waits_ = 0;
  std::optional<Identity> file_identity_;  // since the first open()
  std::optional<Identity> wal_identity_;   // of this connection
};

}  // namespace metabatch::sql
