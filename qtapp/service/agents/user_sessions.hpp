// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/agent_credentials.hpp"

namespace metabatch::service {

/// What a session of a person may watch.
struct SessionAccess {
  Uuid user;
  bool sees_all = false;  ///< else only the agents of the user's own workspaces
};

/// The sessions of people at the control plane that were used here. A session is looked up when it
/// is first used, and read again at each refresh while it is in use. Any thread.
///
/// @shape a token is ID-SECRET: 10 and 22 ASCII letters and digits
/// @source coder/coder, coderd/httpmw/apikey.go, SplitAPIToken
class UserSessions {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kMost = 20'000;

  /// The id in a token, or "": it is no token of a session.
  static std::string_view id_of(std::string_view token);

  /// Adds sessions as read at `now`, or replaces them.
  void add(std::span<const sql::UserSession> sessions, Instant now);
  /// Replaces all sessions by these. They count as not used yet.
  void replace(std::span<const sql::UserSession> sessions, Instant now);
  /// Whether the session of the token is here and has not expired. If not, it may be looked up.
  [[nodiscard]] bool knows(std::string_view token, Instant now) const;
  /// What the holder of the token may watch, or nothing. The session counts as used.
  [[nodiscard]] std::optional<SessionAccess> access_of(std::string_view token, Instant now);
  /// The ids of the sessions that were used since the last replace().
  [[nodiscard]] std::vector<std::string> used() const;

 private:
  struct Session {
    std::array<std::uint8_t, 32> hashed_secret;
    SessionAccess access;
    Instant until;
    bool is_used;
  };
  void insert(const sql::UserSession& session, Instant now, bool is_used);  // mutex_ is held

  mutable std::mutex mutex_;
  std::map<std::string, Session, std::less<>> sessions_;  // mutex_
};

}  // namespace metabatch::service
