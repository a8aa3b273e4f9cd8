// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_cancel.hpp"
#include "sql/postgres/connection/pg_failure.hpp"
#include "sql/postgres/connection/pg_pipeline.hpp"

namespace metabatch::sql {

struct PgTimeouts {
  Duration connect = std::chrono::seconds(5);    ///< for each host, unless the address sets it
  Duration statement = std::chrono::seconds(8);  ///< on the server
  Duration lock = std::chrono::seconds(1);       ///< on the server; below `statement`, so that a lock is 55P03
  Duration cancel = std::chrono::seconds(1);     ///< how long a cancelled statement may take to end
};

/// Receives the notices of the server, and reports of the connection's own actions (`is_debug`).
/// Called on the thread of the connection.
using OnPgNotice = std::function<void(const std::string& text, bool is_debug)>;

/// One connection to one server, through libpq without blocking, so that a silent server costs no
/// more than a deadline. Belongs to one thread; only cancel() may be called on another.
///
/// A pooler in between (PgBouncer, any mode) is detected when the connection opens. Then statements
/// are unnamed and settings travel in each transaction. Without one, statements are prepared once
/// and settings hold for the session.
///
/// A server that lost this client does not hold row locks for long. On a direct TCP connection the
/// server detects the loss itself (set_peer_limits.sql). On any direct connection, this class also
/// ends the server process of its previous connection when that one broke.
class PgConnection {
 public:
  PgConnection(PgAddress address, PgTimeouts timeouts, const std::string& application = "metabatch",
               OnPgNotice on_notice = {});
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// Begins a new operation that has to end within `limit`, connecting and retries included.
  /// Forgets an earlier cancel().
  void arm(Duration limit);
  /// Connects if it is not connected. Returns within the limit even when the server is dead.
  [[nodiscard]] std::optional<DatabaseFailure> open();
  void close();
  [[nodiscard]] bool is_open() const { return handle_ != nullptr; }
  [[nodiscard]] bool is_pooled() const { return is_pooled_; }
  /// How often it has connected.
  [[nodiscard]] std::uint64_t connects() const { return connects_; }
  /// The process id that notifications of this connection bear; 0: it is closed.
  [[nodiscard]] int server_pid() const;
  /// The server's clock now, extrapolated from its last reading (on connecting, or by read_time()).
  [[nodiscard]] WallTime server_now() const;
  [[nodiscard]] std::optional<DatabaseFailure> read_time();
  [[nodiscard]] pg_conn* handle() const { return handle_; }
  [[nodiscard]] const PgAddress& address() const { return address_; }
  /// How long the server waits for a lock; below its limit for a statement.
  [[nodiscard]] Duration lock_limit() const { return timeouts_.lock; }

  /// Runs the steps in one pipeline with one Sync: one round trip and, unless a step says
  /// otherwise, one transaction. Opens the connection if it is closed. Closes it after a failure of
  /// the connection, and when the limit passed.
  PgAnswer run(std::span<const PgStep> steps);
  /// Runs many groups in one pipeline: one round trip in total, with a transaction and an answer
  /// for each group.
  std::vector<PgAnswer> run_groups(std::span<const PgGroup> groups);

  /// Waits for input until `deadline`, and consumes what arrived.
  ///
  /// @return why the connection is lost (then it is closed); none: there is input, or it was
  ///         cancelled, or too late
  std::optional<DatabaseFailure> wait_for_input(PgPipeline::Deadline deadline);

  /// Ends running work: asks the server to cancel, and drops the connection when the server does
  /// not answer. Any thread; a short lock.
  void cancel() noexcept { cancel_.request(); }
  [[nodiscard]] bool is_cancelled() const noexcept { return cancel_.is_requested(); }

 private:
  /// A server process, identified so that no other can be mistaken for it.
  struct Backend {
    std::string pid, started;
  };
  [[nodiscard]] std::optional<DatabaseFailure> connect();
  [[nodiscard]] std::optional<DatabaseFailure> set_up();
  [[nodiscard]] std::optional<DatabaseFailure> set_session();
  [[nodiscard]] bool is_direct_tcp() const;
  void record_session(const pg_result* session);
  [[nodiscard]] std::vector<PgAnswer> run_open(std::span<const PgGroup> groups);
  void on_notice(const pg_result* notice);
  [[nodiscard]] DatabaseFailure failure_of(const pg_result* result) const;
  [[nodiscard]] DatabaseFailure lost();

  const PgAddress address_;
  const PgTimeouts timeouts_;
  const OnPgNotice on_notice_;
  PgCancel cancel_;
  PgPipeline pipeline_;
  pg_conn* handle_ = nullptr;
  bool is_pooled_ = false;
  std::uint64_t connects_ = 0;
  std::chrono::steady_clock::time_point read_at_{};  // when the server's clock showed server_time_
  WallTime server_time_{};
  Backend backend_;
  std::optional<Backend> lost_backend_;        // of a connection that broke: its process may still hold locks
  std::optional<DatabaseFailure> last_words_;  // a FATAL that the server sent while no query was running
};

}  // namespace metabatch::sql
