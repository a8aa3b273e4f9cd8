// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "metabatch/uuid.hpp"
#include "sql/database_failure.hpp"
#include "sql/postgres/connection/pg_address.hpp"

namespace metabatch::sql {

/// Deletes every row of these agents, in one transaction. Blocks.
///
/// @return how many were deleted, or why none was
DatabaseResult<std::size_t> remove_rows(const PgAddress& address, std::span<const Uuid> agents);
DatabaseResult<std::size_t> remove_rows(const std::string& sqlite_file, std::span<const Uuid> agents);

}  // namespace metabatch::sql
