// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/flags/arguments.hpp"
#include "service/service.hpp"

namespace metabatch::cli {

/// The flags of `metabatch serve`, as they were given.
struct ServeFlags {
  DatabaseFlag database;
  SettingsFlags settings;
  std::size_t writers = 1;
  std::string listen = "127.0.0.1:7280";
  std::size_t threads = 0;
  std::size_t max_connections = service::HttpLimits{}.connections;
  std::size_t max_body_bytes = service::HttpLimits{}.body_bytes;
  std::vector<std::string> allowed_hosts;
  std::string tls_certificate, tls_key, watch_token_file;
  std::string spool;
  std::string token_refresh = "5m";
  std::string metric_prefix{kDefaultMetricPrefix};
  std::string log_format = "logfmt";
  std::uint64_t access_log = 0;
  std::string config_file;
  bool print_config = false;

  void add_to(CLI::App& app);
  /// As if nothing had been given, to be parsed into anew; the parser keeps the addresses.
  void reset();

  // Each throws UsageError that names the flag.
  [[nodiscard]] service::ServiceOptions options() const;
  [[nodiscard]] Duration refresh() const;
  /// All settings as they would run, as a config file, without secrets.
  [[nodiscard]] std::string config_text() const;
  /// The settings that are not as they run, though a reload cannot change them: "listen, access-log", or "".
  [[nodiscard]] std::string changed_beyond_reload(const ServeFlags& as_run) const;
};

}  // namespace metabatch::cli
