// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "engine/lanes.hpp"
#include "metabatch/prometheus.hpp"
#include "service/api.hpp"
#include "service/unwritten_store.hpp"
#include "service/log.hpp"
#include "service/server.hpp"
#include "sql/database_address.hpp"

namespace metabatch::service {

struct ServiceOptions {
  Config config{};
  sql::Database database;
  std::size_t writers = 1;
  ServerOptions server{};
  std::string watch_token_file{};
  Duration token_refresh = std::chrono::minutes(5);  ///< a revoked token is refused after that at the latest
  std::string metric_prefix{kDefaultMetricPrefix};
  std::string version{};
  Duration full_read = std::chrono::seconds(30);  ///< all that is watched is read that often, told or not
  std::uint64_t access_log = 0;                   ///< lines a second at most; 0: none
  UnwrittenStore* unwritten_store = nullptr;  ///< none: what cannot be written at the end is lost. Outlives the service
};

/// What can be changed while it runs.
struct ServiceChange {
  Config config;
  Duration token_refresh;
  std::string watch_token_file;
};

/// What a service came to.
struct ServiceEnd {
  engine::Snapshot snapshot;
  std::uint64_t refused_items = 0;
  std::uint64_t sanitized = 0;
};

/// The whole service: lanes on their stores, the agent API, the watch streams, the metrics. Needs a QCoreApplication.
class Service {
 public:
  /// Serves from now on. `log` outlives it.
  ///
  /// @return or why not, in words
  static std::variant<std::unique_ptr<Service>, std::string> start(const ServiceOptions& options, Log& log);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] engine::Snapshot snapshot() const;
  /// All of it or nothing: the certificate and the tokens are read anew too.
  ///
  /// @return why nothing was changed, or ""
  std::string change(const ServiceChange& wanted);
  /// Looks for new and revoked tokens now, not at the next refresh.
  void refresh_tokens();
  [[nodiscard]] MetricsPage metrics(std::string_view accept) const;

  /// Ends streams and connections, then writes what is held, within final_flush_timeout; what could not be written is kept.
  /// Blocks; idempotent.
  ServiceEnd stop();

 private:
  struct Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metabatch::service
