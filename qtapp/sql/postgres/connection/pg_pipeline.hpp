// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"
#include "sql/database_failure.hpp"
#include "sql/postgres/connection/pg_cancel.hpp"

struct pg_conn;
struct pg_result;

namespace metabatch::sql {

/// A statement of resources/sql/pg. `name`: the statement is prepared under it on a direct
/// connection; nullptr: never prepared.
struct PgStatement {
  const char* name;
  const char* text;
};

/// One parameter, sent unchanged. The bytes must stay valid until the run has ended.
struct PgParameter {
  std::string_view bytes;
  bool is_binary = false;  ///< else text, ended by a zero byte
};

struct PgStep {
  const PgStatement* statement;
  std::span<const PgParameter> parameters = {};
};

/// Steps that end with a Sync: one implicit transaction, unless a step says otherwise.
struct PgGroup {
  std::span<const PgStep> steps;
};

struct FreePgResult {
  void operator()(pg_result* result) const;
};
using PgResult = std::unique_ptr<pg_result, FreePgResult>;

/// The answer to one group of steps.
struct PgAnswer {
  std::optional<DatabaseFailure> failure;
  std::size_t failed_step = 0;     ///< on a failure: its step; the number of steps: the commit, or the connection
  std::vector<PgResult> results;   ///< one for each step; without a failure each one is a success
  bool is_settled = false;         ///< the server answered the Sync: committed without a failure, rolled back with one
  bool is_commit_unknown = false;  ///< the connection was lost before the answer
  bool is_too_much = false;        ///< the time limit passed while data was still being sent or received
  [[nodiscard]] std::uint64_t changed(std::size_t step) const;  ///< rows that the step changed
};

/// Sends groups of steps through one open connection and receives the answers before a deadline,
/// without blocking in libpq. Belongs to one thread.
///
/// After each partial send, libpq moves its whole buffer. So it is given at most about a megabyte
/// at a time: sending takes linear time, and no second copy of a batch is held.
class PgPipeline {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Event { input, output, again, broken, late };
  /// Makes a failure from an error of the server.
  using FailureOf = std::function<DatabaseFailure(const pg_result*)>;
  /// Makes a failure from the state of the connection.
  using Lost = std::function<DatabaseFailure()>;

  PgPipeline(PgCancel& cancel, Duration cancel_limit, FailureOf failure_of, Lost lost)
      : cancel_(cancel), cancel_limit_(cancel_limit), failure_of_(std::move(failure_of)), lost_(std::move(lost)) {}

  /// Uses a new connection, or none.
  void attach(pg_conn* handle);
  void set_deadline(Deadline deadline);
  [[nodiscard]] Deadline deadline() const { return deadline_; }

  /// Runs the groups in one pipeline: one round trip in all.
  ///
  /// @shape first: sent at the head of each group; nullptr: none. is_pooled: nothing is prepared
  std::vector<PgAnswer> run(std::span<const PgGroup> groups, const PgStep* first, bool is_pooled);
  Event wait(bool for_output);
  /// Bytes moved in either direction recently.
  [[nodiscard]] bool was_moving() const;

 private:
  struct Command {  // as sent: a step is a Parse, unless it is prepared already, and a query; a group ends with a Sync
    std::size_t group, step;
    const char* prepares;
    bool is_sync;
  };
  bool send_all(std::span<const PgGroup> groups, const PgStep* first, bool is_pooled,
                std::optional<DatabaseFailure>& failed);
  bool send(const PgStep& step, std::size_t group, std::size_t number, bool is_named);
  void receive(std::vector<PgAnswer>& answers, std::optional<DatabaseFailure>& failed);
  void take_result(const Command& command, PgResult result, PgAnswer& answer);
  [[nodiscard]] std::optional<DatabaseFailure> flush_out();
  [[nodiscard]] std::optional<DatabaseFailure> until_readable();
  [[nodiscard]] std::optional<DatabaseFailure> wait_once(bool for_output);
  [[nodiscard]] DatabaseFailure too_late();
  void note_progress();

  PgCancel& cancel_;
  const Duration cancel_limit_;
  const FailureOf failure_of_;
  const Lost lost_;
  pg_conn* handle_ = nullptr;
  Deadline deadline_{};
  Duration silence_{};  // nothing moved for so long that the peer counts as silent
  std::vector<Command> commands_;
  std::set<std::string_view> prepared_;
  std::size_t unflushed_ = 0;                      // bytes given to libpq since its buffer was last empty
  int queued_ = 0;                                 // bytes in the socket that the peer has not received
  std::chrono::steady_clock::time_point moved_{};  // when bytes last moved
};

}  // namespace metabatch::sql
