// SPDX-License-Identifier: Apache-2.0
#include "service/agents/agent_directory.hpp"

#include <algorithm>
#include <random>
#include <set>

#include "base/sha256.hpp"

namespace metabatch::service {
namespace {

std::array<char, 16> random_salt() {
  std::random_device device;
  std::array<char, 16> salt{};
  for (char& byte : salt) byte = static_cast<char>(device());
  return salt;
}

std::string_view bytes_of(const Uuid& id) { return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}; }

}  // namespace

bool are_equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  return difference == 0;
}

AgentDirectory::AgentDirectory() : salt_(random_salt()), table_(std::make_shared<const Table>()) {}

AgentDirectory::Digest AgentDirectory::digest_of(const Uuid& token) const {
  Sha256 hash;
  hash.update({salt_.data(), salt_.size()});
  hash.update(bytes_of(token));
  return hash.digest();
}

void AgentDirectory::replace(std::span<const sql::AgentToken> agents) {
  auto table = std::make_shared<Table>();
  table->by_digest.reserve(agents.size());
  table->agents.reserve(agents.size());
  append(*table, agents);
  table_ = std::move(table);
  is_loaded_ = true;
}

void AgentDirectory::add(std::span<const sql::AgentToken> agents) {
  if (agents.empty()) return;
  auto table = std::make_shared<Table>(*table_.load());
  // A token that was changed must no longer lead to its agent.
  std::set<Uuid> changed;
  for (const sql::AgentToken& one : agents) changed.insert(one.agent);
  std::erase_if(table->by_digest, [&](const Entry& entry) { return changed.contains(entry.agent); });
  std::erase_if(table->agents, [&](const Known& known) { return changed.contains(known.agent); });
  append(*table, agents);
  table_ = std::move(table);
}

void AgentDirectory::append(Table& table, std::span<const sql::AgentToken> agents) const {
  for (const sql::AgentToken& one : agents) {
    table.by_digest.push_back({digest_of(one.token), one.agent});
    table.agents.push_back({one.agent, one.owner});
  }
  std::sort(table.by_digest.begin(), table.by_digest.end(),
            [](const Entry& a, const Entry& b) { return a.digest < b.digest; });
  std::sort(table.agents.begin(), table.agents.end(), [](const Known& a, const Known& b) { return a.agent < b.agent; });
}

std::optional<Uuid> AgentDirectory::agent_of(const Uuid& token) const {
  const auto table = table_.load();
  const Digest digest = digest_of(token);
  const auto found = std::lower_bound(table->by_digest.begin(), table->by_digest.end(), digest,
                                      [](const Entry& entry, const Digest& wanted) { return entry.digest < wanted; });
  if (found == table->by_digest.end() || found->digest != digest) return std::nullopt;
  return found->agent;
}

const AgentDirectory::Known* AgentDirectory::Table::find(const Uuid& agent) const {
  const auto found = std::lower_bound(agents.begin(), agents.end(), agent,
                                      [](const Known& known, const Uuid& wanted) { return known.agent < wanted; });
  return found != agents.end() && found->agent == agent ? &*found : nullptr;
}

bool AgentDirectory::knows(const Uuid& agent) const { return table_.load()->find(agent) != nullptr; }

bool AgentDirectory::is_owned_by(const Uuid& agent, const Uuid& user) const {
  const auto table = table_.load();
  const Known* const known = table->find(agent);
  return known != nullptr && known->owner && *known->owner == user;
}

std::vector<Uuid> AgentDirectory::agents(const std::optional<Uuid>& user) const {
  const auto table = table_.load();
  std::vector<Uuid> found;
  for (const Known& known : table->agents)
    if (!user || (known.owner && *known.owner == *user)) found.push_back(known.agent);
  return found;
}

std::size_t AgentDirectory::size() const { return table_.load()->by_digest.size(); }

}  // namespace metabatch::service
