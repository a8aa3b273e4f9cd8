// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/notifier.hpp"
#include "sql/postgres/connection/pg_connection.hpp"

namespace metabatch::sql {

struct PgListenerOptions {
  PgAddress address;
  std::string channel = "workspace_agent_metadata_batch";
  Duration probe_every = std::chrono::seconds(10);
  Duration probe_limit = std::chrono::seconds(5);  ///< a slower probe means that nothing is received
  Duration first_backoff = std::chrono::milliseconds(100);
  Duration longest_backoff = std::chrono::seconds(5);
};

/// What a listener reports, on the thread of run(). Callbacks must be quick, or PostgreSQL's queue
/// fills up.
struct PgListenerEvents {
  /// The listener listens, for the first time or again. Earlier notifications are gone, so read
  /// everything anew.
  std::function<void()> on_resync;
  std::function<void(std::string_view payload, int sender_pid)> on_payload;
  /// A notification to oneself came back after this time.
  std::function<void(Duration)> on_latency;
  /// The listener does not listen, or not yet, for this reason; it tries again after the given
  /// time.
  std::function<void(const DatabaseFailure&, Duration)> on_lost;
};

/// Events that feed a ring. The ring's reader may be slow; the listener never waits for it. A
/// reader that falls behind reads one "dropped" marker in place of the lost notifications, and a
/// resync for every time that listening began.
PgListenerEvents feeding(const std::shared_ptr<engine::NotificationRing>& ring);

/// LISTEN on a connection of its own, which reconnects by itself. Payloads are untrusted, because
/// any role may send any payload.
///
/// A probe, which is a notification to oneself, is sent when listening begins and then every
/// `probe_every`. Behind a pooler it is sent on a second connection. A probe that does not come
/// back means one of two things. Either the connection is dead, or a pooler in transaction mode
/// accepted the LISTEN and drops the notifications; then the reason says so.
class PgListener {
 public:
  PgListener(PgListenerOptions options, PgListenerEvents events);

  /// Listens until stop(). Blocks; the connection belongs to the calling thread.
  void run();
  /// Ends run() soon. Any thread, also before run().
  void stop() noexcept;

 private:
  std::optional<DatabaseFailure> begin();
  DatabaseFailure listen();
  std::optional<DatabaseFailure> probe();
  void hand_out();
  void pause(Duration duration);

  const PgListenerOptions options_;
  const PgListenerEvents events_;
  const std::string probe_channel_;
  PgConnection connection_;
  PgConnection prober_;  // behind a pooler: one's own comes back within the transaction, whether heard or not
  std::optional<std::chrono::steady_clock::time_point> probed_;  // when the probe in flight was sent
  bool is_heard_ = false;                                        // a probe has come back on this connection
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::condition_variable stopping_;
};

}  // namespace metabatch::sql
