// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "service/agents/agent_directory.hpp"

namespace metabatch::service {

struct RefresherOptions {
  std::function<std::unique_ptr<sql::Agents>()> open;  ///< called once, on the thread
  Duration every = std::chrono::minutes(5);
  Duration least_gap = std::chrono::seconds(2);  ///< between two readings because of an unknown token
  std::function<void(const std::string&)> on_failure;
  /// How full the queue of notifications is, every queue_sample_every, where there is one.
  std::function<void(const sql::NotificationQueue&)> on_queue = {};
  Duration queue_sample_every = std::chrono::seconds(10);
};

/// Keeps a directory up to date, on a thread and a connection of its own: at once, then from time to time, and soon after somebody
/// came with an unknown token (who guesses tokens causes no more than one reading in `least_gap`). When the database cannot be read the
/// directory stays as it is. Looks at the queue of notifications on the same connection.
class TokenRefresher {
 public:
  TokenRefresher(AgentDirectory& directory, RefresherOptions options);
  ~TokenRefresher();
  TokenRefresher(const TokenRefresher&) = delete;
  TokenRefresher& operator=(const TokenRefresher&) = delete;

  /// Soon, for an unknown token. Never waits.
  void request() noexcept;
  /// Now.
  void refresh();
  void set_every(Duration every);
  /// Waits until the agents were read, or could not be, for the first time; `limit` at most.
  void wait_for_first(Duration limit);

 private:
  void run();
  /// @return whether the directory is what the database holds
  bool read(sql::Agents& agents);
  void sample_queue(sql::Agents& agents) const;

  AgentDirectory& directory_;
  const RefresherOptions options_;
  std::mutex mutex_;
  std::condition_variable called_;
  Duration every_;             // mutex_
  bool is_requested_ = false;  // mutex_
  bool is_urgent_ = false;     // mutex_
  bool is_stopping_ = false;   // mutex_
  bool has_tried_ = false;     // mutex_
  std::atomic<bool> is_request_pending_ = false;
  std::thread thread_;
};

}  // namespace metabatch::service
