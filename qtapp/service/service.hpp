// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "engine/lanes.hpp"
#include "metabatch/prometheus.hpp"
#include "pubsub/pubsub_settings.hpp"
#include "service/api.hpp"
#include "service/log.hpp"
#include "service/server.hpp"
#include "service/unwritten_store.hpp"
#include "sql/database_address.hpp"

namespace metabatch::service {

struct ServiceOptions {
  ValidConfig config{};
  sql::Database database;
  pubsub::PubsubSettings pubsub{};  ///< where changes are published and where watchers' notifications come from
  std::size_t writers = 1;
  ServerOptions server{};
  std::optional<ListenAddress> metrics_listen{};   ///< given: /metrics is served there, and not by `server`
  std::size_t streams_per_agent = 20;              ///< watch streams that one agent may have
  Duration drain_grace = std::chrono::seconds(2);  ///< at the end: not ready, but reports are still accepted
  std::string watch_token_file{};
  std::string metrics_token_file{};  ///< given: /metrics needs one of its tokens
  bool has_watcher = false;          ///< serves the page for browsers at `/`
  bool user_sessions = false;        ///< sessions of people at the control plane may watch; PostgreSQL only
  Duration token_refresh = std::chrono::minutes(5);  ///< a revoked token is refused after this at the latest
  std::string metric_prefix{kDefaultMetricPrefix};
  std::string version{};
  Duration full_read = std::chrono::seconds(30);  ///< all that is watched is read so often, even without a notification
  std::uint64_t access_log = 0;                   ///< lines a second at most; 0: none
  UnwrittenStore* unwritten_store = nullptr;      ///< null: what is unwritten at the end is lost. Outlives the service
};

/// The options that can change while it runs.
struct ServiceChange {
  Config config;  ///< wanted; checked against the settings that run
  Duration token_refresh;
  std::string watch_token_file;
  std::string metrics_token_file;
};

/// The counts of a service that has ended.
struct ServiceEnd {
  engine::Snapshot snapshot;
  std::uint64_t refused_items = 0;
  std::uint64_t sanitized = 0;
};

/// The whole service: lanes on their stores, the agent API, the watch streams and the metrics.
/// Needs a QCoreApplication.
class Service {
 public:
  /// Starts to serve. `log` outlives it.
  ///
  /// @return or why it cannot, in words
  static std::variant<std::unique_ptr<Service>, std::string> start(const ServiceOptions& options, Log& log);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::uint16_t metrics_port() const;
  [[nodiscard]] engine::Snapshot snapshot() const;
  /// Changes everything or nothing. The certificate and the tokens are read again too.
  ///
  /// @return why nothing was changed, or ""
  std::string change(const ServiceChange& wanted);
  /// Reads new and revoked tokens now, not at the next refresh.
  void refresh_tokens();
  [[nodiscard]] MetricsPage metrics(std::string_view accept) const;

  /// After drain_grace ends connections and streams, then writes the buffered entries within
  /// final_flush_timeout. What could not be written goes to the unwritten store. Blocks;
  /// idempotent.
  ServiceEnd stop();
  /// Shortens a running stop(): no grace, and the final flush is cancelled. Call it again until
  /// stop() returns.
  void hurry();

 private:
  struct Impl;
  std::string change_all(const ServiceChange& wanted);
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metabatch::service
