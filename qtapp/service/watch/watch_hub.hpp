// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "engine/notifier.hpp"
#include "metabatch/watchers.hpp"
#include "service/handler.hpp"
#include "sql/agent_rows.hpp"

namespace metabatch::service {

struct HubOptions {
  /// Called once, on the hub's thread.
  std::function<std::unique_ptr<sql::AgentRows>()> open;
  /// Notifications of changes, from before the first watcher. Shared with the listener that feeds
  /// it, and with whoever knows that one was lost: a resync makes everything be read.
  std::shared_ptr<engine::NotificationRing> ring;
  /// Whether notifications arrive now. When not, everything is read at every heartbeat.
  std::function<bool()> is_listening;
  /// Rows could not be read, for this reason; any number of times.
  std::function<void(const std::string&)> on_failure;
  /// A payload held bytes that are no ids.
  std::function<void(const ChunkTally&)> on_malformed = [](const ChunkTally&) {};
  Duration tick = std::chrono::milliseconds(250);
  Duration least_gap = std::chrono::seconds(1);   ///< between two arrays to one watcher
  Duration heartbeat = std::chrono::seconds(5);   ///< an array even when nothing changed: ages grow
  Duration full_read = std::chrono::seconds(30);  ///< everything is read even without a notification
};

/// Feeds all watchers with one ring of notifications and one bulk reading a tick, however many
/// watchers there are. The array of an agent is made once for all its watchers. A watcher is
/// subscribed before the first reading, so that no change is lost between the two.
///
/// One thread reads; no other thread ever waits for the database. While the database cannot be
/// read, watchers receive one error frame and the known rows, and catch up afterwards.
class WatchHub {
 public:
  explicit WatchHub(HubOptions options);
  ~WatchHub() { stop(); }
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // Any thread; short locks.
  Handler::WatchId add(const Uuid& agent, std::shared_ptr<Watcher> watcher);
  void remove(Handler::WatchId watch);
  /// Answers `done` on the hub's thread, once in any case.
  void read(ReadRequest request, std::function<void(HttpResponse)> done);
  void stop();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  struct Subscription {
    Handler::WatchId watch;
    std::shared_ptr<Watcher> watcher;
    std::optional<Instant> sent = {};
    bool is_behind = false;
    bool is_failure_sent = false;
  };
  struct Watched {
    std::vector<Subscription> subscriptions;
    std::vector<sql::MetadataRow> rows;
    bool is_read = false;
    bool is_dirty = true;
  };
  struct PendingRead {
    ReadRequest request;
    std::function<void(HttpResponse)> done;
  };
  struct Inbox {
    std::vector<std::pair<Uuid, Subscription>> added;
    std::vector<Handler::WatchId> removed;
    std::vector<PendingRead> pending;
  };
  using Agent = std::map<Uuid, Watched>::value_type;

  // the hub's thread
  void run();
  std::optional<Inbox> wait(Instant tick);
  std::vector<Agent*> take_in(Inbox& inbox);
  void leave(Handler::WatchId watch);
  void drain_notifications();
  void mark_named(std::string_view payload);
  void mark_all();
  void serve(std::span<Agent* const> agents, std::vector<PendingRead> pending);
  bool fetch(std::span<Agent* const> agents, std::span<const PendingRead> pending);
  void send(Agent& agent, Instant now, bool is_failing);
  void answer(const PendingRead& pending, bool is_read) const;
  [[nodiscard]] bool is_due(const Subscription& subscription, Instant now) const;

  const HubOptions options_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Inbox inbox_;                      // mutex_
  Handler::WatchId last_watch_ = 0;  // mutex_
  bool is_stopping_ = false;         // mutex_

  std::unique_ptr<sql::AgentRows> reader_;
  std::map<Uuid, Watched> watched_;
  std::map<Handler::WatchId, Uuid> agent_of_;
  WatchTable table_;
  std::map<Uuid, std::vector<sql::MetadataRow>> read_rows_;
  Instant next_full_read_{};
  std::optional<Instant> failing_until_;
  std::thread thread_;
};

}  // namespace metabatch::service
