// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "service/agents/agent_directory.hpp"
#include "service/agents/user_sessions.hpp"
#include "service/handler.hpp"

namespace metabatch::service {

struct RefresherOptions {
  std::function<std::unique_ptr<sql::AgentCredentials>()> open;  ///< called once, on the thread
  Duration every = std::chrono::minutes(5);
  UserSessions* user_sessions = nullptr;  ///< or null: sessions of people are not read
  std::function<void(const std::string&)> on_failure;
  /// The directory has changed. Called on the thread.
  std::function<void()> on_refresh = [] {};
  /// This agent was looked up and found.
  std::function<void(const Uuid&)> on_found = [](const Uuid&) {};
  /// How full the notification queue is, every queue_sample_every. SQLite has none.
  std::function<void(const sql::NotificationQueue&)> on_queue = {};
  Duration queue_sample_every = std::chrono::seconds(10);
  Duration lookup_gap = std::chrono::milliseconds(100);  ///< between two lookups
  Duration unknown_for = std::chrono::seconds(2);        ///< how long a negative answer is remembered
};

/// Keeps a directory of agents and tokens up to date, on a thread and a connection of its own.
///
/// It reads everything at the start and then every `every`; of sessions those that are in use. An
/// id that is not in the directory, or a session that is not known, is looked up. Waiting lookups
/// are sent together in one statement: at most one statement each `lookup_gap`, with 500 ids, 8 of
/// one peer. So a newly registered agent is let in soon, and guessed tokens never cause a full
/// reading. While the database cannot be read, the directory stays unchanged. The notification
/// queue is sampled on the same connection.
class TokenRefresher {
 public:
  using LookupDone = std::function<void(LookupResult)>;

  TokenRefresher(AgentDirectory& directory, RefresherOptions options);
  ~TokenRefresher();
  TokenRefresher(const TokenRefresher&) = delete;
  TokenRefresher& operator=(const TokenRefresher&) = delete;

  /// Asks the database for an id that is not in the directory. `done` is called once: on this
  /// thread when there is nothing to wait for, else on the refresher's. Any thread; never waits.
  void look_up(const LookupRequest& request, LookupDone done);
  /// Reads everything now.
  void refresh();
  void set_every(Duration every);
  /// Waits at most `limit` until the first reading has succeeded or failed.
  void wait_for_first(Duration limit);
  /// Ends the thread and answers waiting lookups as unavailable. Idempotent.
  void stop();
  /// Lookups that were sent to the database, for metrics.
  [[nodiscard]] std::uint64_t lookups() const { return lookups_; }

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Pending {
    LookupRequest request;
    LookupDone done;
  };
  void run();
  /// @return whether the directory agrees with the database
  bool read(sql::AgentCredentials& agents);
  void look_up_all(sql::AgentCredentials& agents, const std::vector<Pending>& pending);
  void sample_queue(sql::AgentCredentials& agents) const;
  void wait_for_work(std::unique_lock<std::mutex>& lock, Instant next_read, Instant next_sample);
  std::vector<Pending> take_lookups();  // mutex_ is held
  bool read_sessions(sql::AgentCredentials& agents);
  /// Looks up the sessions of these requests, and erases from `unknown` what was found.
  bool look_up_sessions(sql::AgentCredentials& agents, const std::vector<Pending>& pending,
                        std::set<std::string>& unknown);
  void remember_missing(const std::vector<Pending>& pending, const std::set<Uuid>& ids,
                        const std::set<std::string>& sessions);
  bool is_known_unknown(const std::string& key, Instant now);             // mutex_ is held
  void remember_unknown(const std::set<std::string>& keys, Instant now);  // mutex_ is held

  AgentDirectory& directory_;
  const RefresherOptions options_;
  std::mutex mutex_;
  std::condition_variable called_;
  Duration every_;                                              // mutex_
  std::vector<Pending> pending_;                                // mutex_
  std::map<std::string, std::size_t, std::less<>> pending_of_;  // mutex_: lookups of each peer's address
  std::map<std::string, Instant> unknown_;                      // mutex_: until when
  Instant next_lookup_{};                                       // mutex_
  bool is_urgent_ = false;                                      // mutex_
  bool is_stopping_ = false;                                    // mutex_
  bool has_tried_ = false;                                      // mutex_
  std::atomic<std::uint64_t> lookups_ = 0;
  std::thread thread_;
};

}  // namespace metabatch::service
