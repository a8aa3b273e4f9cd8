// SPDX-License-Identifier: Apache-2.0
#include "sql/sqlite/sqlite_on_demand.hpp"

#include <sqlite3.h>

#include <memory>

namespace metabatch::sql {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

}  // namespace

std::string sqlite_text(sqlite3_stmt* row, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string()
                         : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

std::optional<DatabaseFailure> SqliteOnDemand::ready() {
  connection_.arm();
  if (connection_.is_open() && !connection_.is_replaced()) return std::nullopt;
  return connection_.open();
}

std::optional<DatabaseFailure> SqliteOnDemand::run(const char* text, std::initializer_list<std::string_view> parameters,
                                                   const std::function<void(sqlite3_stmt*)>& each) {
  sqlite3_stmt* prepared = nullptr;
  if (const int code = sqlite3_prepare_v2(connection_.handle(), text, -1, &prepared, nullptr); code != SQLITE_OK)
    return connection_.failure(code);
  const Statement statement(prepared);
  int number = 0;
  for (const std::string_view parameter : parameters)
    sqlite3_bind_text(prepared, ++number, parameter.data(), static_cast<int>(parameter.size()), SQLITE_STATIC);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(prepared)) == SQLITE_ROW)
    if (each) each(prepared);
  if (code != SQLITE_DONE) return connection_.failure(code);
  return std::nullopt;
}

}  // namespace metabatch::sql
