// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/notifier.hpp"
#include "engine/store.hpp"
#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/pg_sessions.hpp"
#include "sql/postgres/store/pg_alarms.hpp"
#include "sql/postgres/store/pg_bisection.hpp"
#include "sql/postgres/store/pg_flush.hpp"
#include "sql/postgres/store/pg_locked_rows.hpp"
#include "sql/postgres/store/pg_remainder.hpp"
#include "sql/postgres/store/pg_transaction.hpp"
#include "sql/postgres/store/pg_warnings.hpp"
#include "sql/refusal.hpp"

namespace metabatch::sql {

struct PgOptions {
  PgAddress address;
  std::string channel = "workspace_agent_metadata_batch";
  std::size_t max_payload_bytes = 8000;  ///< of a chunk that names a part of a batch
  PgTimeouts timeouts;
  /// The limit of one flush in total, retries included. It is shorter than the final flush timeout,
  /// so that a server that does not answer cannot delay the end.
  Duration flush_limit = std::chrono::seconds(12);
  bool register_missing = false;         ///< a flush creates the missing rows, in its transaction
  bool by_agent = true;                  ///< write agent by agent where that is correct and cheaper; false: never
  engine::Notifier* notifier = nullptr;  ///< gets the chunks after the commit; must outlive the store
  Duration between_warnings = std::chrono::minutes(10);  ///< between two warnings of one kind
  /// Warnings that were given. Stores that share it give each warning once for all of them.
  std::shared_ptr<PgWarnings> warnings = std::make_shared<PgWarnings>();
  /// Called on the flusher's thread with one sentence for the operator (PgAlarms).
  std::function<void(const std::string&)> on_alarm;
  OnPgNotice on_notice = {};
  OnRefused on_refused = {};
  std::shared_ptr<PgSessions> sessions = std::make_shared<PgSessions>();  ///< of all stores of this process
};

/// Writes batches to the table of a Coder-style control plane. A flush is one UPDATE of existing
/// rows and its NOTIFYs, in one transaction and one round trip. So nobody is notified before the
/// commit, and no commit lacks its notifications.
///
/// There are two equivalent statements. One finds each row by itself. The other scans each agent's
/// rows once, which costs less when a batch contains most of them. It is used where the key's index
/// is in the order of bytes (collation C, POSIX or C.UTF-8), so that both lock rows in one order,
/// and where the batch fits it (PgAgentArrays). Otherwise, and when it is refused, the first one is
/// used.
///
/// Fates: `written` is exactly what the UPDATE changed. When that is less than the batch,
/// PgRemainder finds out which entries have no row and which a newer one. PgBisection divides a
/// refused batch. PgLockedRows writes a batch without its locked rows. So one row never prevents
/// the others from being written. An outcome may contain fates and a failure; entries that are
/// still `unwritten` then failed.
///
/// Deadlocks and serialization failures are retried at once, a few times. When the notifications
/// cause the failure (the queue is full: 54000), the rows are written without them and the chunks
/// count as publish errors. When the connection is lost before the answer, the flush has failed,
/// whether the server committed or not. Writing it again is harmless, because a row accepts its own
/// stamp again and no older one.
class PgStore final : public engine::Store {
 public:
  explicit PgStore(PgOptions options);

  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override;
  void cancel() noexcept override { connection_.cancel(); }
  void stop() override;

  [[nodiscard]] bool is_pooled() const { return connection_.is_pooled(); }
  [[nodiscard]] bool was_by_agent() const { return transaction_.is_by_agent(); }  ///< the last write of the last flush

 private:
  std::optional<DatabaseFailure> open(PgFlush& flush);
  std::optional<DatabaseFailure> write(PgFlush& flush);
  std::optional<DatabaseFailure> write_whole(PgFlush& flush);
  std::optional<DatabaseFailure> write_without_locked(PgFlush& flush);
  std::optional<DatabaseFailure> take_apart(PgFlush& flush);
  std::optional<DatabaseFailure> probe(PgFlush& flush);
  std::optional<DatabaseFailure> sample_rows(std::span<const Update> entries);
  PgAnswer update(const PgFlush& flush);
  std::optional<DatabaseFailure> on_commit(PgFlush& flush, const PgAnswer& answer);
  bool fall_back_to_rows(PgFlush& flush, const PgAnswer& answer) const;
  bool fall_back_without_chunks(PgFlush& flush, const PgAnswer& answer) const;
  bool may_take_apart(const DatabaseFailure& failure, bool is_repeated);
  void publish(PgFlush& flush, std::span<const std::string> chunks) const;
  std::optional<DatabaseFailure> classify(PgFlush& flush, const std::vector<std::size_t>& places, std::size_t missing);
  FlushOutcome finish(PgFlush& flush, std::optional<DatabaseFailure> failed);

  const PgOptions options_;
  PgConnection connection_;
  PgTransaction transaction_;
  PgRemainder remainder_;
  PgLockedRows locked_;
  PgBisection bisection_;
  PgAlarms alarms_;
  /// What decides between the two statements, as last sampled.
  struct Sample {
    std::size_t entries = 0;           // of the batch then
    std::size_t agents = 0, rows = 0;  // of some of its agents; no rows: not by agent
    std::chrono::steady_clock::time_point taken{};
  };
  std::optional<Sample> sample_;
  bool is_bisecting_ = false;  // the last search was interrupted: continue it
  std::string refused_alike_;  // SQLSTATE that refused every row; "": none
  std::size_t probes_ = 0;
  std::uint64_t connects_ = 0;  // of connection_, when the last flush began
  int pid_ = 0;                 // what sessions knows of this store
};

}  // namespace metabatch::sql
