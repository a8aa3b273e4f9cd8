// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sql/postgres/connection/pg_address.hpp"
#include "sql/postgres/connection/pg_failure.hpp"

namespace metabatch::sql {

/// Creates the table if it is missing; alters nothing that exists.
///
/// @return whether it was created, or why it is not there
DatabaseResult<bool> create_table(const PgAddress& address);

/// The same for workspace_agents. This is the part of a control plane's table that says which token
/// may report for which agent.
DatabaseResult<bool> create_agents_table(const PgAddress& address);

/// SQL that grants a writer, a viewer and a registrar exactly what each needs. It is for people to
/// read and run.
std::string_view grants_sql();
/// The grants that they need on workspace_agents in addition.
std::string_view agents_grants_sql();

}  // namespace metabatch::sql
