// SPDX-License-Identifier: Apache-2.0
#include "service/agents/user_sessions.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "service/agents/agent_directory.hpp"

namespace metabatch::service {
namespace {

constexpr std::size_t kIdCharacters = 10, kSecretCharacters = 22;

bool is_plain(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

std::string_view bytes_of(const std::array<std::uint8_t, 32>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string_view UserSessions::id_of(std::string_view token) {
  if (token.size() != kIdCharacters + 1 + kSecretCharacters || token[kIdCharacters] != '-') return {};
  const std::string_view id = token.substr(0, kIdCharacters), secret = token.substr(kIdCharacters + 1);
  const bool is_token =
      std::all_of(id.begin(), id.end(), is_plain) && std::all_of(secret.begin(), secret.end(), is_plain);
  return is_token ? id : std::string_view();
}

void UserSessions::insert(const sql::UserSession& session, Instant now, bool is_used) {
  if (sessions_.size() >= kMost && !sessions_.contains(session.id)) return;
  sessions_[session.id] = {session.hashed_secret, {session.user, session.sees_all}, now + session.valid_for, is_used};
}

void UserSessions::add(std::span<const sql::UserSession> sessions, Instant now) {
  const std::lock_guard lock(mutex_);
  for (const sql::UserSession& one : sessions) insert(one, now, true);
}

void UserSessions::replace(std::span<const sql::UserSession> sessions, Instant now) {
  const std::lock_guard lock(mutex_);
  sessions_.clear();
  for (const sql::UserSession& one : sessions) insert(one, now, false);
}

bool UserSessions::knows(std::string_view token, Instant now) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id_of(token));
  return found != sessions_.end() && now < found->second.until;
}

std::optional<SessionAccess> UserSessions::access_of(std::string_view token, Instant now) {
  const std::string_view id = id_of(token);
  if (id.empty()) return std::nullopt;
  Sha256 hash;
  hash.update(token.substr(kIdCharacters + 1));
  const auto digest = hash.digest();
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || now >= found->second.until) return std::nullopt;
  if (!are_equal_in_constant_time(bytes_of(digest), bytes_of(found->second.hashed_secret))) return std::nullopt;
  found->second.is_used = true;
  return found->second.access;
}

std::vector<std::string> UserSessions::used() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, session] : sessions_)
    if (session.is_used) ids.push_back(id);
  return ids;
}

}  // namespace metabatch::service
