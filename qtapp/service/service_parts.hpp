// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/clock.hpp"
#include "service/agents/token_refresher.hpp"
#include "service/file_lock.hpp"
#include "service/flush_events.hpp"
#include "service/health_monitor.hpp"
#include "service/http/access_log.hpp"
#include "service/service.hpp"
#include "service/service_api.hpp"
#include "service/watch/change_listener.hpp"
#include "sql/sqlite/sqlite_claim.hpp"

namespace metabatch::service {

inline double wall_seconds() {
  return std::chrono::duration<double>(engine::system_clock().wall_now().time_since_epoch()).count();
}

inline constexpr std::size_t kNotificationRing = 4096;  // chunks: a few hundred flushes of a large fleet

/// The parts of a service. Members are destroyed from the last to the first: the servers before the
/// handler, and that before what it uses.
struct Service::Impl {
  Impl(const ServiceOptions& an_options, Log& a_log)
      : options(an_options),
        log(a_log),
        flush_log(a_log),
        open_watches(an_options.streams_per_agent),
        open_rpcs(an_options.streams_per_agent) {}
  ~Impl() {
    if (publisher) publisher->ignore_others();  // its events use members that are destroyed first
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::string lock_file();
  std::string start_lanes();
  [[nodiscard]] bool must_know_own_sessions() const;
  void hear_others();
  [[nodiscard]] std::string check_suppression(const Config& config) const;
  void stop_suppressing();
  std::string reconfigure(const Config& wanted);
  void compare_with_rows();
  void start_reading();
  void start_refresher();
  std::string start_servers();
  void wait_for_grace();
  [[nodiscard]] ApiOptions api_options(std::size_t threads);
  [[nodiscard]] engine::Snapshot snapshot() const;
  [[nodiscard]] Readiness readiness() const;
  [[nodiscard]] health::Sample health_sample() const;
  [[nodiscard]] MetricsPage metrics(std::string_view accept) const;
  void on_flush(const engine::FlushRecord& flush);
  void on_drop(const ReportDrop& drop);
  void on_queue(const sql::NotificationQueue& queue);
  void on_malformed(const ChunkTally& tally);
  std::unique_ptr<pubsub::NatsPublisher> make_publisher(const std::string& channel);
  void write_clients(PrometheusText& more) const;
  void write_watching(PrometheusText& more) const;
  void write_rpc(PrometheusText& more) const;
  void write_clocks(PrometheusText& more, const engine::Snapshot& now) const;
  void write_nats(PrometheusText& more) const;
  void write_state(PrometheusText& more) const;

  const ServiceOptions options;
  Log& log;
  FlushEvents flush_log;
  std::unique_ptr<FileLock> file_lock;           // of a SQLite file
  std::unique_ptr<sql::SqliteClaim> file_claim;  // of a SQLite file
  engine::Notifier notifier;
  const std::shared_ptr<sql::PgSessions> sessions = std::make_shared<sql::PgSessions>();
  const std::shared_ptr<engine::NotificationRing> ring = std::make_shared<engine::NotificationRing>(kNotificationRing);
  std::unique_ptr<pubsub::NatsPublisher> publisher;  // or none: only the database notifies
  MissingRows missing_rows;
  std::vector<std::unique_ptr<engine::Store>> stores;
  std::vector<std::unique_ptr<engine::Store>> checking_stores;  // each before one of `stores`
  std::unique_ptr<engine::Lanes> lanes;
  std::unique_ptr<ReportIntake> intake;
  AgentDirectory directory;
  FileTokens watch_tokens;
  FileTokens metrics_tokens;
  UserSessions user_sessions;
  OpenStreams open_watches;
  OpenStreams open_rpcs;
  RpcMetrics rpc_metrics;
  RequestMetrics request_metrics;
  std::unique_ptr<ChangeListener> change_listener;
  std::unique_ptr<WatchHub> hub;
  std::unique_ptr<ServiceApi> api;
  std::unique_ptr<AccessLog> access;  // or none
  std::unique_ptr<OperatorApi> operator_api;
  std::unique_ptr<TokenRefresher> refresher;
  std::unique_ptr<HealthMonitor> health_monitor;
  std::unique_ptr<Server> server;
  std::unique_ptr<Server> metrics_server;  // or none
  std::atomic<bool> is_serving = false;    // `server` may be read by other threads
  std::atomic<bool> is_draining = false;
  bool is_stopped = false;
  std::mutex hurry_mutex;
  std::condition_variable hurried;
  bool is_hurried = false;  // hurry_mutex
  const double started_at = wall_seconds();
  std::atomic<double> last_flush = 0;            // seconds since 1970
  std::atomic<double> last_reload = started_at;  // the same
  std::atomic<bool> is_reload_well = true;
  std::atomic<double> queue_usage = 0;         // 0 to 1
  std::atomic<double> oldest_transaction = 0;  // seconds
  std::atomic<double> clock_ahead = 0;         // seconds; negative: behind the database's
  std::atomic<std::uint64_t> malformed = 0;    // notifications
};

}  // namespace metabatch::service
