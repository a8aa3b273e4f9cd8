// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/notifier.hpp"
#include "engine/store.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/store/pg_warnings.hpp"
#include "sql/refusal.hpp"

namespace metabatch::sql {

struct PgOptions {
  PgAddress address;
  std::string channel = "workspace_agent_metadata_batch";
  PgTimeouts timeouts;
  /// How long one flush may take in all, retries included; shorter than the final flush timeout, so that a server that
  /// says nothing cannot hold up the end.
  Duration flush_limit = std::chrono::seconds(12);
  bool register_missing = false;         ///< a flush creates the rows it finds missing and is written again
  bool by_agent = true;                  ///< write agent by agent where that is right and cheaper; false: never
  engine::Notifier* notifier = nullptr;  ///< told the chunks after the commit; must outlive the store
  Duration between_warnings = std::chrono::minutes(10);  ///< of entries dated ahead of the server's clock
  /// What was said; stores that share it say it once for all of them.
  std::shared_ptr<PgWarnings> warnings = std::make_shared<PgWarnings>();
  /// Called on the flusher's thread with one sentence that somebody has to hear. When nothing of a flush found a row where
  /// something did before: PostgreSQL empties an UNLOGGED table when it recovers from a crash; once, until a row is
  /// found again: of an empty table by one of the stores, else by each for its own agents. When entries were written that are dated over a minute ahead of the server's clock, as they are: the
  /// newer stamp wins, so they hold their rows until then; at most every `between_warnings`.
  std::function<void(const std::string&)> on_alarm;
  OnRefused on_refused = {};
};

/// The rows of a Coder-style control plane. A flush is one UPDATE of existing rows and its NOTIFYs, in one
/// transaction and one round trip: nobody is told before the commit, and no commit goes untold.
///
/// Two statements do the same. One finds each row by itself. The other scans each agent's rows once, which costs less where a
/// batch holds most of them; it is used where the key's index is in the order of bytes (collation C, POSIX or C.UTF-8), so that
/// both lock rows in one order, and where the batch fits it (PgAgentArrays); else, and where it is refused, the first.
///
/// Fates: `written` is what the UPDATE changed, exactly. Only when that is less than the batch, a second statement that only
/// reads says which entries have no row (unmatched) and which a newer one (rows_stale); where rows came, went or
/// changed between the two, single entries may be told apart wrongly, their sum is exact all the same. A value that
/// the server refuses is found by bisecting in transactions that are rolled back, set aside as quarantined, and the
/// rest is written as one flush, with the reason in the outcome's message.
///
/// Deadlocks and serialization failures are tried again at once, a few times. When the notifications are what fails
/// (the queue is full: 54000) the rows are written without them and the chunks count as publish errors. When the
/// connection is lost before the answer, the flush has failed, whatever the server made of it: to write it again is harmless,
/// because a row takes its own stamp again and no older one.
class PgStore final : public engine::Store {
 public:
  explicit PgStore(PgOptions options);

  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override;
  void cancel() noexcept override { connection_.cancel(); }
  void stop() override { connection_.close(); }

  [[nodiscard]] bool is_pooled() const { return connection_.is_pooled(); }
  [[nodiscard]] bool was_by_agent() const { return is_by_agent_; }  ///< the last write of the last flush

 private:
  struct Flush;  // one flush on its way
  std::optional<DatabaseFailure> write(Flush& flush);
  std::optional<DatabaseFailure> look_at_rows(std::span<const Update> entries);
  PgAnswer update(const Flush& flush);
  bool give_up_agents(Flush& flush, const PgAnswer& answer);
  bool give_up_chunks(Flush& flush, const PgAnswer& answer);
  std::optional<DatabaseFailure> set_refused_aside(Flush& flush, const DatabaseFailure& refusal);
  std::optional<DatabaseFailure> hunt(Flush& flush, std::size_t from, std::size_t to);
  PgAnswer rehearse(std::span<const Update> entries);
  std::optional<DatabaseFailure> tell_rest(Flush& flush);
  std::optional<DatabaseFailure> register_rest(Flush& flush);
  void look_for_alarm(Flush& flush);
  void look_ahead(std::span<const Update> entries);

  const PgOptions options_;
  PgConnection connection_;
  PgArrays arrays_;
  PgAgentArrays agent_arrays_;
  /// What decides between the two statements, as last looked at.
  struct Rows {
    std::size_t entries = 0;           // of the batch then
    std::size_t agents = 0, rows = 0;  // of some of its agents; no rows: not by agent
    std::chrono::steady_clock::time_point seen{};
  };
  std::optional<Rows> rows_;
  bool is_by_agent_ = false;
  std::vector<PgStep> steps_;
  std::vector<std::array<PgParameter, 2>> notices_;
  bool has_matched_ = false;
  bool is_alarmed_ = false;
};

/// Creates the missing rows of every agent with every key, on a connection of its own. Rows that exist are left
/// alone; keys over 127 characters are passed over.
///
/// @return how many rows were created, or why not all were
DatabaseResult<std::size_t> register_agents(const PgAddress& address, std::span<const Uuid> agents,
                                                     std::span<const std::string_view> keys);

/// What can be said of a server before any work is begun: it can be reached, and the table can be written.
std::optional<DatabaseFailure> check_postgres(const PgAddress& address);

}  // namespace metabatch::sql
