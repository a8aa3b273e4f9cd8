// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"
#include "sql/database_address.hpp"

namespace metabatch::sql {

/// A row of workspace_agent_metadata as watchers read it.
struct MetadataRow {
  Uuid agent;
  std::string key, display_name, script;
  std::int64_t interval = 0;  ///< seconds
  std::int64_t timeout = 0;   ///< seconds
  std::string value, error;
  WallTime collected_at{};
  bool operator==(const MetadataRow&) const = default;
};

/// Watchers show a value as stale when it is older than its interval and twice its timeout, and
/// than 5 s; with an interval of 0 never.
///
/// @source specification, "The page for watching"; coder/coder, AgentMetadata.tsx
struct StaleRows {
  std::size_t rows = 0;    ///< that would be shown as stale
  std::size_t may_be = 0;  ///< that have an interval
  Duration shortest{};     ///< after which the first of these is stale
};
/// A sentence about rows whose values are left out for so long.
std::string describe(const StaleRows& found, Duration unwritten);

/// Reads the rows of agents. Opens a connection of its own on demand, and opens it again after it
/// was lost. Belongs to one thread.
class AgentRows {
 public:
  static std::unique_ptr<AgentRows> of(const Database& database);
  virtual ~AgentRows() = default;

  /// All rows of these agents in one statement, by agent, then display_order, then key.
  ///
  /// @shape agents: each once
  virtual DatabaseResult<std::vector<MetadataRow>> rows(std::span<const Uuid> agents) = 0;
  /// Counts the rows that would be stale if they were not written for so long. Reads the whole
  /// table.
  virtual DatabaseResult<StaleRows> stale_rows(Duration unwritten) = 0;
};

}  // namespace metabatch::sql
