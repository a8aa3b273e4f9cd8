// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/notifier.hpp"
#include "engine/store.hpp"
#include "sql/refusal.hpp"
#include "sql/sqlite/sqlite_connection.hpp"

namespace metabatch::sql {

inline constexpr Duration kDefaultBusyTimeout = std::chrono::seconds(5);
inline constexpr std::size_t kMaxValueCharacters = 65535;  // varchar(65535), value and error

struct SqliteOptions {
  std::string file;
  Duration busy_timeout = kDefaultBusyTimeout;  ///< how long a flush waits for a lock that another program holds
  bool register_missing = false;                ///< a flush creates the missing rows, in its transaction
  engine::Notifier* notifier = nullptr;         ///< gets the chunks after the commit; must outlive the store
  OnRefused on_refused = {};
};

/// The embedded store: one file, one transaction a flush. A failed flush is rolled back as a whole,
/// so all its entries are unwritten. The next flush opens the file again where that can help. A
/// deleted or replaced file is never opened again, and a missing table is never created while the
/// store runs.
///
/// A trigger may refuse a row with RAISE(ROLLBACK), which undoes the whole transaction. Then each
/// row is written in a transaction of its own, so that only the refused ones are quarantined.
///
/// Fates are counted row by row: written when the UPDATE changed the row; else rows_stale when the
/// row exists, and unmatched when it does not. Texts that PostgreSQL's columns could not hold are
/// treated alike here, so that both stores give one result: a value or error over 65535 characters
/// is quarantined, and a key over 127 is never registered.
///
/// @cost  a file-system sync only at checkpoints (WAL, synchronous=NORMAL): a power cut may take
///        the last
///        transactions, never the file's integrity
class SqliteStore final : public engine::Store {
 public:
  explicit SqliteStore(SqliteOptions options);

  void start() override;
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override;
  void cancel() noexcept override;
  void stop() override;
  /// How often the flush under way has met a lock of another program. Any thread.
  [[nodiscard]] std::uint64_t waits() const { return connection_.waits(); }

 private:
  struct Written {
    std::vector<Fate> fates;
    std::string quarantine_reason;
    std::vector<std::pair<std::size_t, std::string>> refused;  ///< positions and reasons
  };
  enum class Mode { together, one_by_one };
  void quarantine(std::size_t place, const Update& entry, int code, Written& written) const;
  std::optional<DatabaseFailure> write_all(std::span<const Update> entries, Written& written);
  std::optional<DatabaseFailure> write_rows(std::span<const Update> entries, Mode mode, Written& written,
                                            bool& is_rolled_back);
  std::optional<DatabaseFailure> ready();
  int write_one(const Update& entry, std::string_view agent, Fate& fate);
  void publish(std::span<const std::string> chunks, FlushOutcome& outcome);
  void abandon(const DatabaseFailure& failure);

  const SqliteOptions options_;
  SqliteConnection connection_;
  std::size_t opened_ = 0;  // times
  SqliteStatement update_;
  SqliteStatement find_;
  SqliteStatement register_;
};

/// Checks a file before work begins.
///
/// @return nothing: it can be written (its table was created when it was missing). The timeout
///         class: it is only
///         locked now, and a store would wait and retry.
std::optional<DatabaseFailure> check_sqlite(const std::string& file, Duration busy_timeout = kDefaultBusyTimeout);

/// Creates the missing rows of every agent with every key, in one transaction, on a connection of
/// its own. Existing rows are left alone; keys over 127 characters are skipped.
///
/// @return how many rows were created, or why none was
DatabaseResult<std::size_t> register_agents(const std::string& file, std::span<const Uuid> agents,
                                            std::span<const std::string_view> keys,
                                            Duration busy_timeout = kDefaultBusyTimeout);

}  // namespace metabatch::sql
