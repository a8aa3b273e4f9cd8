// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sql/database_address.hpp"
#include "sql/postgres/connection/pg_connection.hpp"

namespace metabatch::sql {

/// A row of the table, for display.
struct TableRow {
  std::string agent;  ///< canonical text
  std::string key;
  std::string value;
  std::string error;
  WallTime collected_at{};
};

enum class RowOrder : std::uint8_t { by_agent, oldest_first, newest_first };

struct RowQuery {
  std::string filter;  ///< only rows that contain this text anywhere, in any case; empty: all
  std::size_t from = 0;
  std::size_t count = 100;
  RowOrder order = RowOrder::by_agent;
};

/// How many rows pass a filter, and of how many agents.
struct RowTotals {
  static constexpr std::size_t kMost = 100'000;  ///< more rows are not counted
  std::size_t rows = 0;
  std::size_t agents = 0;
};

/// Reads pages of the table, on a read-only connection of its own.
/// Belongs to the thread that makes the first call; needs a QCoreApplication.
class RowReader {
 public:
  explicit RowReader(Database database);
  ~RowReader();
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  /// Opens the connection if it is closed. Blocks for a few seconds at most.
  [[nodiscard]] std::variant<std::vector<TableRow>, DatabaseFailure> read(const RowQuery& query);
  /// Counts what read() would read without limits.
  [[nodiscard]] std::variant<RowTotals, DatabaseFailure> count(const std::string& filter);
  /// Cancels the running query soon, and all later ones. Any thread.
  void cancel() noexcept;

 private:
  struct Sqlite;
  Sqlite& sqlite();
  [[nodiscard]] std::variant<std::vector<TableRow>, DatabaseFailure> read_postgres(const RowQuery& query);
  [[nodiscard]] std::variant<RowTotals, DatabaseFailure> count_postgres(const std::string& filter);

  const Database database_;
  std::unique_ptr<Sqlite> sqlite_;
  const std::unique_ptr<PgConnection> postgres_;  // opened by the first call
  std::atomic<bool> is_cancelled_ = false;
};

}  // namespace metabatch::sql
