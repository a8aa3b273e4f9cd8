// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"
#include "sql/database_address.hpp"

namespace metabatch::sql {

/// A row of `workspace_agents(id, auth_token)`: which token lets a client report as which agent.
struct AgentToken {
  Uuid agent;
  Uuid token;
};

/// An agent and the keys of its rows.
struct AgentSummary {
  Uuid agent;
  std::vector<std::string> keys;  ///< ascending
};

/// How full PostgreSQL's notification queue is, and which transaction may keep it from being emptied.
struct NotificationQueue {
  double usage = 0;                 ///< 0 to 1; at 1 every commit that notifies fails
  std::optional<std::int64_t> pid;  ///< the server process with the oldest open transaction, as far as this role may see
  Duration oldest{};                ///< how long that transaction has been open
};

/// The agents and their tokens. Opens a connection of its own when it needs one, and opens it again when it was lost. Belongs
/// to one thread. No message holds a token.
class AgentCredentials {
 public:
  static std::unique_ptr<AgentCredentials> of(const Database& database);
  virtual ~AgentCredentials() = default;

  /// All tokens, without those of agents that a control plane has marked as deleted.
  virtual DatabaseResult<std::vector<AgentToken>> tokens() = 0;
  /// The agents whose token or whose id is one of `ids`, found by one statement; never reads the whole table.
  ///
  /// @shape at most a few hundred ids a call
  virtual DatabaseResult<std::vector<AgentToken>> find(std::span<const Uuid> ids) = 0;

  /// A SQLite file has no queue: nothing.
  virtual DatabaseResult<std::optional<NotificationQueue>> notification_queue() = 0;

  // For a database without a control plane. A control plane registers its agents itself.
  /// Creates workspace_agents where it is missing. Never alters a table that exists.
  virtual std::optional<DatabaseFailure> create_table() = 0;
  /// Registers the agent, or gives a registered one a new token, and creates the rows of its keys that are missing.
  virtual std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) = 0;
  virtual DatabaseResult<std::vector<AgentSummary>> list() = 0;
  /// Removes the agent and its rows. False: no such agent.
  virtual DatabaseResult<bool> remove(const Uuid& agent) = 0;
};

}  // namespace metabatch::sql
