// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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

/// A row of `workspace_agents(id, auth_token)`: the token with which a client may report as that
/// agent.
struct AgentToken {
  Uuid agent;
  Uuid token;
  std::optional<Uuid> owner{};  ///< the user whose workspace it is, where a control plane says so
};

/// A session of a person at the control plane. Its token is ID-SECRET.
struct UserSession {
  std::string id;
  std::array<std::uint8_t, 32> hashed_secret{};  ///< SHA-256
  Uuid user;
  Duration valid_for{};   ///< from when it was read
  bool sees_all = false;  ///< the user may see the workspaces of everybody
};

/// What the row of a key says of it. A member without a value, or an empty text, leaves the row as
/// it is.
struct KeyDescription {
  std::string key;
  std::string display_name{}, script{};
  std::optional<std::int64_t> interval{}, timeout{};  ///< seconds
  std::optional<std::int32_t> order{};
};

/// An agent and the keys of its rows.
struct AgentSummary {
  Uuid agent;
  std::vector<std::string> keys;  ///< ascending
};

/// How full PostgreSQL's notification queue is, and the transaction that may keep it from being
/// emptied.
struct NotificationQueue {
  double usage = 0;                 ///< 0 to 1; at 1 every commit that notifies fails
  std::optional<std::int64_t> pid;  ///< the server process with the oldest open transaction that this role may see
  Duration oldest{};                ///< how long that transaction has been open
  Duration clock_ahead{};           ///< this host's clock minus the server's, within half a round trip
};

/// The agents and their tokens. Opens a connection of its own on demand, and opens it again after
/// it was lost. Belongs to one thread. No message contains a token.
class AgentCredentials {
 public:
  static std::unique_ptr<AgentCredentials> of(const Database& database);
  virtual ~AgentCredentials() = default;

  /// All tokens that are good. Where a control plane keeps its builds in the same database: those
  /// of the latest build of each workspace, and of the start before it while a stop is pending or
  /// running; never of a deleted workspace or agent.
  virtual DatabaseResult<std::vector<AgentToken>> tokens() = 0;
  /// The agents whose token or id is one of `ids`, found by one statement. Never reads the whole
  /// table.
  ///
  /// @shape at most a few hundred ids a call
  virtual DatabaseResult<std::vector<AgentToken>> find(std::span<const Uuid> ids) = 0;

  /// The sessions with these ids that the control plane accepts. In SQLite there are none.
  ///
  /// @shape ids: ASCII letters and digits
  virtual DatabaseResult<std::vector<UserSession>> sessions(std::span<const std::string> ids) = 0;

  /// For SQLite: nothing, because a file has no queue.
  virtual DatabaseResult<std::optional<NotificationQueue>> notification_queue() = 0;

  // For a database without a control plane. A control plane registers its agents itself.
  /// Creates workspace_agents where it is missing. Never alters a table that exists.
  virtual std::optional<DatabaseFailure> create_table() = 0;
  /// Registers the agent, or gives a registered one a new token. Creates the missing rows of its
  /// keys.
  virtual std::optional<DatabaseFailure> add(const AgentToken& agent, std::span<const std::string_view> keys) = 0;
  /// Describes rows of the agent that exist.
  virtual std::optional<DatabaseFailure> describe(const Uuid& agent, std::span<const KeyDescription> keys) = 0;
  virtual DatabaseResult<std::vector<AgentSummary>> list() = 0;
  /// Removes the agent and its rows. False: there is no such agent.
  virtual DatabaseResult<bool> remove(const Uuid& agent) = 0;
};

}  // namespace metabatch::sql
