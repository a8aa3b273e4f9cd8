// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "metabatch/uuid.hpp"

namespace metabatch::sql {

/// One row of a result of the server, read column by column, by number or by name. All columns are
/// in text form.
///
/// @owns nothing: the result must outlive it
class PgRow {
 public:
  explicit PgRow(const pg_result* result, int number = 0) : result_(result), number_(number) {}
  [[nodiscard]] std::string text(int column) const {
    return {PQgetvalue(result_, number_, column), static_cast<std::size_t>(PQgetlength(result_, number_, column))};
  }
  [[nodiscard]] std::int64_t number(int column) const {
    return std::strtoll(PQgetvalue(result_, number_, column), nullptr, 10);
  }
  [[nodiscard]] double real(int column) const { return std::strtod(PQgetvalue(result_, number_, column), nullptr); }
  [[nodiscard]] bool is_true(int column) const { return *PQgetvalue(result_, number_, column) == 't'; }
  [[nodiscard]] Uuid id(int column) const { return parse_uuid(PQgetvalue(result_, number_, column)).value_or({}); }
  [[nodiscard]] bool is_null(int column) const { return PQgetisnull(result_, number_, column) == 1; }
  [[nodiscard]] int column(const char* name) const { return PQfnumber(result_, name); }

 private:
  const pg_result* result_;
  int number_;
};

}  // namespace metabatch::sql
