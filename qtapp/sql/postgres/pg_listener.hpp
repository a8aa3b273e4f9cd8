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
  Duration probe_limit = std::chrono::seconds(5);  ///< a probe that takes longer means that nothing is heard
  Duration first_backoff = std::chrono::milliseconds(100);
  Duration longest_backoff = std::chrono::seconds(5);
};

/// What a listener reports, on the thread of run(). Be quick, or PostgreSQL's queue fills up.
struct PgListenerEvents {
  /// Listening, for the first time or again: what was sent before is gone, so read everything anew.
  std::function<void()> on_resync;
  std::function<void(std::string_view payload, int sender_pid)> on_payload;
  /// A notification to oneself came back after so long.
  std::function<void(Duration)> on_latency;
  /// Not listening any more, or not yet, for this reason; tried again after the time given.
  std::function<void(const DatabaseFailure&, Duration)> on_lost;
};

/// Events that feed a ring: its reader may be slow, the listener never waits for it. Who falls behind reads one "dropped" marker in
/// place of what it lost, and a resync for every time that listening began.
PgListenerEvents feeding(const std::shared_ptr<engine::NotificationRing>& ring);

/// LISTEN on a connection of its own that comes back by itself. Payloads are untrusted: any role may send any.
///
/// A probe, a notification to oneself, goes out when listening begins and then every `probe_every`. One that does not come back
/// (behind a pooler it is sent on a second connection) means that the connection is dead, or that a pooler in transaction mode takes the LISTEN and drops what it brings;
/// then the reason says so.
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
  PgConnection prober_;  // behind a pooler: what we send ourselves comes back within our own transaction, heard or not
  std::optional<std::chrono::steady_clock::time_point> probed_;  // a probe is on its way since
  bool is_heard_ = false;                                        // a probe has come back on this connection
  std::atomic<bool> is_stopping_ = false;
  std::mutex mutex_;
  std::condition_variable stopping_;
};

}  // namespace metabatch::sql
