// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "sql/postgres/connection/pg_connection.hpp"
#include "sql/postgres/store/pg_arrays.hpp"
#include "sql/postgres/store/pg_flush.hpp"

namespace metabatch::sql {

/// Finds out which entries of committed transactions were not written, and why: unmatched (no row)
/// or rows_stale (a newer one). It only reads, with one exception: when the column calls several
/// keys equal, it writes the newest of the entries that match one row.
///
/// When rows came, went or changed between the UPDATE and this check, single entries may get the
/// wrong fate; their sum is exact.
class PgRemainder {
 public:
  explicit PgRemainder(PgConnection& connection) : connection_(connection) {}

  /// What was found in addition to the fates.
  struct Found {
    std::size_t ahead = 0;    ///< rows that refused an entry and are dated over a minute ahead of the server's clock
    std::size_t behind = 0;   ///< rows that refused an entry and are not dated ahead
    WallTime newest{};        ///< the latest stamp of those rows
    std::size_t meeting = 0;  ///< entries that match the same row as another entry
  };

  /// @shape positions: of entries in transactions that committed and changed fewer rows than
  ///        they have entries, ascending;
  ///        missing: how many fewer. Their fates are `written` before.
  std::optional<DatabaseFailure> classify(PgFlush& flush, const std::vector<std::size_t>& positions,
                                          std::size_t missing, Found& found);

 private:
  std::optional<DatabaseFailure> write_newest(PgFlush& flush, const std::vector<std::size_t>& positions,
                                              std::size_t& settled, std::size_t missing, Found& found);

  PgConnection& connection_;
  std::vector<Update> entries_;
  PgArrays arrays_;
};

}  // namespace metabatch::sql
