// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "sql/agent_rows.hpp"

namespace metabatch::service {

/// The array that watchers are sent, on one line:
///
///     [{"result":{"collected_at":"2025-12-22T10:00:00.123456Z","age":3,"value":"12 %","error":""},
///       "description":{"display_name":"CPU","key":"cpu","script":"top -bn1","interval":10,"timeout":1}}]
///
/// @shape rows: of one agent, in their order; none: `[]`. age: whole seconds from collected_at to
///        `now`, at most 9223372036 (what Go's Duration holds), which is also that of a row never
///        collected (0001-01-01T00:00:00Z)
/// @cost  about 0.3 microseconds a row
std::string metadata_json(std::span<const sql::MetadataRow> rows, WallTime now);

}  // namespace metabatch::service
