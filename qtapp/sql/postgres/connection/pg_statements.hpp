// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sql/postgres/connection/pg_pipeline.hpp"
#include "sql/statements.hpp"

/// The statements that more than one source sends. A prepared name belongs to one text.
namespace metabatch::sql {

inline constexpr PgStatement kBegin = {nullptr, "BEGIN"};
inline constexpr PgStatement kCommit = {nullptr, "COMMIT"};
inline constexpr PgStatement kRollback = {nullptr, "ROLLBACK"};
inline constexpr PgStatement kSetLockTimeout = {nullptr, statements::pg_server_set_lock_timeout};
inline constexpr PgStatement kCheckPrivileges = {nullptr, statements::pg_check_privileges};

inline constexpr PgStatement kUpdateEntries = {"metabatch_update", statements::pg_update_entries};
inline constexpr PgStatement kSplitRemainder = {"metabatch_split", statements::pg_split_remainder};
inline constexpr PgStatement kRegisterRows = {"metabatch_register", statements::pg_register_rows};
inline constexpr PgStatement kNotify = {"metabatch_notify", statements::pg_notify};

inline constexpr PgStatement kFindAgents = {nullptr, statements::pg_agents_find};
inline constexpr PgStatement kCreateAgents = {nullptr, statements::pg_agents_create};

}  // namespace metabatch::sql
