// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "metabatch/uuid.hpp"
#include "sql/database_failure.hpp"
#include "sql/postgres/connection/pg_address.hpp"

namespace metabatch::sql {

/// Creates the missing rows of every agent with every key, on a connection of its own. Existing
/// rows are left alone; keys over 127 characters are skipped.
///
/// @return how many rows were created, or why not all were
DatabaseResult<std::size_t> register_agents(const PgAddress& address, std::span<const Uuid> agents,
                                            std::span<const std::string_view> keys);

/// Checks before work begins that the server can be reached and the table can be written.
std::optional<DatabaseFailure> check_postgres(const PgAddress& address);

}  // namespace metabatch::sql
