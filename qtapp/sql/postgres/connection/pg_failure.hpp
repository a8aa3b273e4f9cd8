// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sql/database_failure.hpp"

struct pg_result;

namespace metabatch::sql {

/// The class of a server error, by its SQLSTATE alone, because messages are in the server's
/// language. The class chooses the backoff, so an error that lasts until somebody acts (privilege,
/// login, missing table or database) is `permission`.
///
/// @shape 08, 57P, 53300, 25006, 0A000 -> connection (the last two: a standby, 0A000 where the
///        table is UNLOGGED; the next
///        connect may find the primary);
///        40P01 -> deadlock; other 40 -> serialization; 57014, 55P03 -> timeout; 22, 23, 44 -> data (a value is
///        refused); 28, 3D000, 3F000, 42 -> permission; 53100, 58030 -> disk; all others -> other
/// @source PostgreSQL documentation, appendix A
FailureClass class_of_sqlstate(std::string_view sqlstate);

/// Whether single rows can cause the refusal of a batch, so that dividing the batch helps.
enum class Divisible {
  never,       ///< a state of the server, the connection, the statement or the role
  at_once,     ///< 22, 23 and 44: a value is refused
  repeatedly,  ///< all others (a trigger that raises P0001): after the same batch failed twice
  as_policy,   ///< 42501: only where the role has its privileges, because then a policy refused a row
};
Divisible divisible(std::string_view sqlstate);

/// A remedy for people; "" where there is none.
std::string_view remedy_of_sqlstate(std::string_view sqlstate);

/// The SQLSTATE in libpq's message of a failed connect, which is verbose: `SEVERITY:  SQLSTATE:
/// text`. It is the last one where several hosts were tried, and "" where no server answered.
std::string_view sqlstate_of_connect(std::string_view message);
/// The same message without SQLSTATEs and without the lines that name a place in the server's
/// source.
std::string without_verbosity(std::string_view message);

/// A field of an error or notice, "" where it has none.
std::string field_of(const pg_result* result, int code);

}  // namespace metabatch::sql
