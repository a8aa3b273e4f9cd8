// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_failure.hpp"

struct pg_conn;
struct pg_result;
struct pg_cancel;

namespace metabatch::sql {

/// A statement of resources/sql/pg. `name`: prepared under it on a direct connection; nullptr: never prepared.
struct PgStatement {
  const char* name;
  const char* text;
};

/// One parameter, sent as it is. The bytes must stay until run() is back.
struct PgParameter {
  std::string_view bytes;
  bool is_binary = false;  ///< else text, ended by a zero byte
};

struct PgStep {
  const PgStatement* statement;
  std::span<const PgParameter> parameters = {};
};

struct FreePgResult {
  void operator()(pg_result* result) const;
};
using PgResult = std::unique_ptr<pg_result, FreePgResult>;

/// What came of some steps.
struct PgAnswer {
  std::optional<DatabaseFailure> failure;
  std::size_t failed_step = 0;     ///< of a failure: its step; the number of steps: the commit, or the connection
  std::vector<PgResult> results;   ///< one a step; without a failure each is a success
  bool is_commit_unknown = false;  ///< the connection was lost before the answer: committed or not, nobody knows
  [[nodiscard]] std::uint64_t changed(std::size_t step) const;  ///< rows that the step changed
};

struct PgTimeouts {
  Duration connect = std::chrono::seconds(5);    ///< for each host, where the address does not say it
  Duration statement = std::chrono::seconds(8);  ///< on the server
  Duration lock = std::chrono::seconds(5);       ///< on the server
  Duration cancel = std::chrono::seconds(1);     ///< how long a cancelled statement may take to say so
};

/// One connection to one server, opened by QSqlDatabase (driver QPSQL), which owns it, and spoken to through the
/// driver's handle: libpq without blocking, so that a server that says nothing costs no more than a deadline. Belongs to one
/// thread; only cancel() may come from another. Needs a QCoreApplication.
///
/// A pooler between (PgBouncer, any mode) is found when opening: then statements go unnamed and settings
/// travel in each transaction; else statements are prepared once and settings hold for the session.
class PgConnection {
 public:
  PgConnection(PgAddress address, PgTimeouts timeouts, const std::string& application = "metabatch");
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// Begins something new that has to be over in `limit`, connecting and retries included; forgets a cancel() that
  /// came before.
  void arm(Duration limit);
  /// Connects where it is not connected. Within the limit, however dead the server is.
  [[nodiscard]] std::optional<DatabaseFailure> open();
  void close();
  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  [[nodiscard]] bool is_pooled() const { return is_pooled_; }
  /// The server's clock now, reckoned from when it was last asked (on connecting, or by ask_for_time()).
  [[nodiscard]] WallTime server_now() const;
  [[nodiscard]] std::optional<DatabaseFailure> ask_for_time();
  [[nodiscard]] pg_conn* handle() const { return handle_; }
  [[nodiscard]] const PgAddress& address() const { return address_; }

  /// Runs the steps in one pipeline with one Sync: one round trip and, unless a step says otherwise, one transaction.
  /// Opens the connection when it is not. After a failure of class connection, and when the limit passed, it is closed.
  PgAnswer run(std::span<const PgStep> steps);

  /// Waits for something to read until `deadline`; takes in what came.
  ///
  /// @return false: cancelled, too late, or the connection is lost (then it is closed)
  bool wait_for_input(std::chrono::steady_clock::time_point deadline);

  /// Ends what runs: asks the server to cancel, and drops the connection when it does not answer. Any thread; a short lock.
  void cancel() noexcept;
  [[nodiscard]] bool is_cancelled() const noexcept { return is_cancelled_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Command {  // as sent: a step is a Parse, where it is not prepared yet, and a query
    std::size_t step;
    const char* prepares;
  };
  enum class Event { input, output, cancelled, late, broken };

  [[nodiscard]] std::optional<DatabaseFailure> connect();
  [[nodiscard]] std::optional<DatabaseFailure> set_up();
  void take_time(const pg_result* session);
  [[nodiscard]] PgAnswer try_run(std::span<const PgStep> steps);
  bool send(const PgStep& step, std::vector<Command>& commands, std::size_t number);
  void receive(const std::vector<Command>& commands, std::span<const PgStep> steps, PgAnswer& answer);
  [[nodiscard]] std::optional<DatabaseFailure> flush_out();
  [[nodiscard]] std::optional<DatabaseFailure> until_readable();
  Event wait(bool for_output);
  [[nodiscard]] DatabaseFailure failure_of(const pg_result* result) const;
  [[nodiscard]] DatabaseFailure lost() const;
  [[nodiscard]] DatabaseFailure too_late();
  void ask_to_cancel() noexcept;

  const PgAddress address_;
  const PgTimeouts timeouts_;
  std::string name_;  // of the QSqlDatabase
  pg_conn* handle_ = nullptr;
  bool is_pooled_ = false;
  std::chrono::steady_clock::time_point asked_{};  // when the server said that it was server_time_
  WallTime server_time_{};
  std::set<std::string_view> prepared_;
  Deadline deadline_{};
  std::atomic<bool> is_cancelled_ = false;
  bool is_cancel_seen_ = false;
  int wake_ = -1;  // eventfd: cancel() wakes poll()
  std::mutex cancel_mutex_;
  std::shared_ptr<pg_cancel> cancel_;  // cancel_mutex_
};

}  // namespace metabatch::sql
