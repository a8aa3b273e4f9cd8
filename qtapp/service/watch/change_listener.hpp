// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/notifier.hpp"
#include "pubsub/pubsub_settings.hpp"
#include "service/log.hpp"
#include "sql/database_address.hpp"
#include "sql/postgres/pg_sessions.hpp"

namespace metabatch::sql {
class PgListener;
}

namespace metabatch::service {

/// The agents that a notification names. Ids that cannot be read are left out.
std::vector<Uuid> agents_in(std::string_view payload);

/// Where notifications of changes come from. What is referred to outlives the listener.
struct ChangeSources {
  const sql::Database& database;
  const pubsub::PubsubSettings& pubsub;
  std::string channel;
  engine::Notifier& notifier;  ///< of the stores of this process, which is what notifies of changes of a file
  /// The server's processes that write for this process; null: nobody asks what others write.
  std::shared_ptr<const sql::PgSessions> own_sessions{};
};

/// What a listener reports to the writers of this process. Any thread; must be quick.
struct ChangeEvents {
  /// Listening begins or has ended: notifications before or after that are lost.
  std::function<void()> on_gap{};
  /// Another process wrote rows of these agents.
  std::function<void(std::span<const Uuid> agents)> on_written_by_others{};
};

/// Receives the notifications of changes: with LISTEN on a connection of its own for PostgreSQL,
/// from the stores of this process for a file, from NATS, or from NATS beside one of these. It
/// feeds one ring, whose reader may be slow. The reader merges what comes twice.
class ChangeListener {
 public:
  /// @shape log: outlives it
  ChangeListener(const ChangeSources& sources, std::shared_ptr<engine::NotificationRing> ring, Log& log,
                 ChangeEvents events);
  ~ChangeListener();
  ChangeListener(const ChangeListener&) = delete;
  ChangeListener& operator=(const ChangeListener&) = delete;

  /// Notifications of all sources arrive. For PostgreSQL a probe to itself has shown it.
  [[nodiscard]] bool is_connected() const { return database_.is_connected && nats_.is_connected && !is_denied_; }
  [[nodiscard]] std::uint64_t reconnects() const { return database_.reconnects() + nats_.reconnects(); }
  [[nodiscard]] std::uint64_t resyncs() const { return resyncs_; }

 private:
  struct Source {
    std::atomic<bool> is_connected = true;  // also where the source is not used
    std::atomic<std::uint64_t> begun = 0;   // is_connected became true
    /// @return whether it connected again
    bool begin() { return !is_connected.exchange(true) && ++begun > 1; }
    [[nodiscard]] std::uint64_t reconnects() const {  // times listening began, without the first
      const std::uint64_t times = begun;
      return times > 0 ? times - 1 : 0;
    }
  };
  void resync();
  void listen_to_postgres(const ChangeSources& sources, Log& log);
  void subscribe_to_nats(const ChangeSources& sources, Log& log);

  const std::shared_ptr<engine::NotificationRing> ring_;
  const ChangeEvents events_;
  engine::Notifier::Subscription subscription_;
  Source database_, nats_;
  std::atomic<bool> is_denied_ = false;  // the NATS server lets it connect, but not subscribe
  std::atomic<std::uint64_t> resyncs_ = 0;
  std::unique_ptr<sql::PgListener> listener_;
  std::thread thread_;
  std::unique_ptr<pubsub::NatsSubscription> nats_subscription_;  // last: its callbacks use the rest
};

}  // namespace metabatch::service
