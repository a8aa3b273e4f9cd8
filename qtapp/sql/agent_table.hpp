// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"
#include "sql/database_address.hpp"

namespace metabatch::sql {

/// Who may report as whom: a row of `workspace_agents(id, auth_token)`.
struct AgentToken {
  Uuid agent;
  Uuid token;
};

/// A row of workspace_agent_metadata as watchers see it.
struct MetadataRow {
  Uuid agent;
  std::string key, display_name, script;
  std::int64_t interval = 0;  ///< seconds
  std::int64_t timeout = 0;   ///< seconds
  std::string value, error;
  WallTime collected_at{};
  bool operator==(const MetadataRow&) const = default;
};

/// What is known of an agent besides its values.
struct AgentSummary {
  Uuid agent;
  std::vector<std::string> keys;  ///< ascending
};

/// What PostgreSQL has notified and not everybody who listens has read.
struct NotificationQueue {
  double usage = 0;                 ///< 0 to 1: at 1 nothing can be notified any more
  std::optional<std::int64_t> pid;  ///< whose open transaction is the oldest, as far as this role may see
  Duration oldest{};                ///< how long that has been open
};

template <class T>
using DatabaseResult = std::variant<T, DatabaseFailure>;

/// Agents, their tokens and their rows, on a connection of its own that is opened when it is needed and opened again
/// when it was lost. Belongs to one thread. A token is in no message.
class Agents {
 public:
  static std::unique_ptr<Agents> of(const Database& database);
  virtual ~Agents() = default;

  /// All of them; those that a control plane has marked as deleted are left out.
  virtual DatabaseResult<std::vector<AgentToken>> tokens() = 0;
  /// All rows of these agents in one reading, by agent, then display_order, then key.
  ///
  /// @shape agents: each once
  virtual DatabaseResult<std::vector<MetadataRow>> rows(std::span<const Uuid> agents) = 0;

  /// A file has none: nothing.
  virtual DatabaseResult<std::optional<NotificationQueue>> notification_queue() = 0;

  // For a database of one's own; a control plane registers its agents itself.
  /// Creates workspace_agents where it is missing; alters nothing that exists.
  virtual std::optional<DatabaseFailure> create_table() = 0;
  /// Registers the agent (again: with a new token) and what is missing of its keys.
  virtual std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) = 0;
  virtual DatabaseResult<std::vector<AgentSummary>> list() = 0;
  /// With its rows. False: it was not there.
  virtual DatabaseResult<bool> remove(const Uuid& agent) = 0;
};

}  // namespace metabatch::sql
