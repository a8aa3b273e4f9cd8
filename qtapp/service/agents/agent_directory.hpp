// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/uuid.hpp"
#include "sql/agent_credentials.hpp"

namespace metabatch::service {

/// The agent of each token, in memory, so that a report reads nothing from the database. Any thread
/// may read, and no reader waits; replace() and add() are called by one thread. Tokens are stored
/// and searched as salted digests, so that the time of a search reveals nothing about a token.
class AgentDirectory {
 public:
  AgentDirectory();
  /// Replaces all agents by these.
  void replace(std::span<const sql::AgentToken> agents);
  /// Adds these agents, or replaces their tokens. Copies the table.
  void add(std::span<const sql::AgentToken> agents);
  [[nodiscard]] std::optional<Uuid> agent_of(const Uuid& token) const;
  [[nodiscard]] bool knows(const Uuid& agent) const;
  /// Whether the agent is one of a workspace of this user.
  [[nodiscard]] bool is_owned_by(const Uuid& agent, const Uuid& user) const;
  /// All agents, or those of one user, ascending.
  [[nodiscard]] std::vector<Uuid> agents(const std::optional<Uuid>& user = {}) const;
  [[nodiscard]] std::size_t size() const;
  /// Whether replace() was called.
  [[nodiscard]] bool is_loaded() const { return is_loaded_; }

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct Entry {
    Digest digest;
    Uuid agent;
  };
  struct Known {
    Uuid agent;
    std::optional<Uuid> owner;
  };
  struct Table {
    std::vector<Entry> by_digest;  // ascending
    std::vector<Known> agents;     // ascending
    [[nodiscard]] const Known* find(const Uuid& agent) const;
  };
  [[nodiscard]] Digest digest_of(const Uuid& token) const;
  void append(Table& table, std::span<const sql::AgentToken> agents) const;

  const std::array<char, 16> salt_;
  std::atomic<std::shared_ptr<const Table>> table_;
  std::atomic<bool> is_loaded_ = false;
};

/// Whether both are the same, in a time that depends on their sizes only.
bool are_equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace metabatch::service
