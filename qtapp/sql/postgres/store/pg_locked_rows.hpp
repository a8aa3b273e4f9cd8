// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/postgres/store/pg_flush.hpp"
#include "sql/postgres/store/pg_transaction.hpp"

namespace metabatch::sql {

/// Writes the rows that nobody else has locked, in one transaction and without waiting for a row.
/// It locks rows with SKIP LOCKED in key order, then writes those that it locked. A row that exists
/// and could not be locked is locked by another session.
///
/// Remembers which entries were found locked and since when, so that a batch of only such entries
/// is written this way at once.
class PgLockedRows {
 public:
  struct Options {
    std::string channel;
    std::size_t max_payload_bytes = 8000;
    bool register_missing = false;
  };
  PgLockedRows(PgConnection& connection, Options options) : connection_(connection), options_(std::move(options)) {}

  struct Result {
    std::optional<DatabaseFailure> failure;  ///< nothing was committed
    bool may_divide = false;                 ///< the UPDATE was refused, not the lock
    std::vector<std::string> chunks;         ///< sent with the commit
  };
  Result write(PgFlush& flush);

  /// Whether every entry was found locked before and was not written since.
  [[nodiscard]] bool holds_all(std::span<const Update> entries) const;
  /// Records the fates of a flush: which entries are locked now, and which no longer.
  void record(const PgFlush& flush);
  /// `12 entries wait for rows that somebody has locked since 14:03:12`; "" when there are none.
  [[nodiscard]] std::string describe() const;

 private:
  struct Split {
    std::vector<bool> is_locked_by_us, is_missing, is_stale;
  };
  std::optional<DatabaseFailure> lock(std::span<const Update> entries, Split& split);
  PgAnswer commit(const std::vector<Update>& entries, std::span<const std::string> chunks, std::uint64_t& changed);
  void roll_back();

  PgConnection& connection_;
  const Options options_;
  PgArrays arrays_;
  PgTransaction transaction_;
  std::map<std::uint64_t, WallTime> since_;  // by a hash of (agent, key): two entries with one hash count as one
};

}  // namespace metabatch::sql
