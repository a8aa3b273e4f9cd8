// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "sql/database_failure.hpp"
#include "sql/sqlite/sqlite_connection.hpp"

namespace metabatch::sql {

/// A connection to a file for occasional calls; the first call opens it. A file that was replaced
/// since then is a failure. Belongs to one thread.
class SqliteOnDemand {
 public:
  explicit SqliteOnDemand(const std::string& file) : connection_(file, std::chrono::seconds(5)) {}

  /// Opens the file if it is not open. Call it first.
  std::optional<DatabaseFailure> ready();
  std::optional<DatabaseFailure> execute(const char* text) { return connection_.execute(text); }
  /// Runs a statement with texts as parameters and calls `each` for every row.
  std::optional<DatabaseFailure> run(const char* text, std::initializer_list<std::string_view> parameters,
                                     const std::function<void(sqlite3_stmt*)>& each = {});
  [[nodiscard]] sqlite3* handle() const { return connection_.handle(); }

 private:
  SqliteConnection connection_;
};

/// The text of a column of a statement that stands on a row.
std::string sqlite_text(sqlite3_stmt* row, int column);

}  // namespace metabatch::sql
