// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/flags/arguments.hpp"
#include "cli/flags/pubsub_flags.hpp"
#include "service/service.hpp"

namespace metabatch::cli {

/// The given flags of `metabatch serve`.
struct ServeFlags {
  DatabaseFlag database;
  SettingsFlags settings;
  PubsubFlags pubsub;
  std::size_t writers = 1;
  std::string listen = "127.0.0.1:7280";
  std::size_t threads = 0;
  std::size_t max_connections = service::HttpLimits{}.connections;
  std::size_t max_connections_per_address = service::HttpLimits{}.connections_per_address;
  std::vector<std::string> trusted_proxies;
  std::string socket_mode = "0660";
  std::size_t max_body_bytes = service::HttpLimits{}.body_bytes;
  std::vector<std::string> allowed_hosts;
  std::string tls_certificate, tls_key, tls_ciphers, tls_client_ca;
  std::string tls_min_version = "1.2";
  std::string watch_token_file, metrics_token_file;
  bool user_sessions = false;
  bool ui = false;
  std::string metrics_listen;
  std::string relay;
  bool relay_metadata = false;
  std::size_t max_streams_per_agent = 20;
  std::string drain_grace = "2s";
  std::string spool;
  std::string token_refresh = "5m";
  std::string metric_prefix{kDefaultMetricPrefix};
  std::string log_format = "logfmt";
  std::uint64_t access_log = 0;
  std::string config_file;
  bool print_config = false;

  void add_to(CLI::App& app);
  /// Resets all members to the defaults in place, because the parser keeps their addresses.
  void reset();

  // Both throw UsageError that names the flag.
  [[nodiscard]] service::ServiceOptions options() const;
  [[nodiscard]] Duration refresh() const;
  /// All effective settings as a config file, without secrets.
  [[nodiscard]] std::string config_text() const;
  /// The settings that were changed but need a restart: "listen, access-log", or "".
  [[nodiscard]] std::string changed_beyond_reload(const ServeFlags& as_run) const;

 private:
  void add_listeners(CLI::App& app);
  void add_tls(CLI::App& app);
  void add_limits(CLI::App& app);
};

}  // namespace metabatch::cli
