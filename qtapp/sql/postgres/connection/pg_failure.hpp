// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sql/database_failure.hpp"

namespace metabatch::sql {

/// The class of an error of the server, the only place where that is decided. It chooses the backoff, so
/// "nothing will change until somebody acts" (privilege, login, missing table or database) is `permission`.
///
/// @shape 08, 57P, 53300, 25006, 0A000 -> connection (the last two: a standby, 0A000 where the table is UNLOGGED; the next
///        connect may find the primary);
///        40P01 -> deadlock; other 40 -> serialization; 57014, 55P03 -> timeout; 22, 23514 -> data (a value is
///        refused); 28, 3D000, 3F000, 42 -> permission; 53100, 58030 -> disk; the rest -> other
/// @source PostgreSQL documentation, appendix A
FailureClass class_of_sqlstate(std::string_view sqlstate);

/// The class of a failed connect, of which libpq says only the text: login refused or no such database ->
/// permission, else connection.
FailureClass class_of_connect_message(std::string_view message);

/// What to do about it, for people; "" where there is nothing to say.
std::string_view cure_of_sqlstate(std::string_view sqlstate);

}  // namespace metabatch::sql
