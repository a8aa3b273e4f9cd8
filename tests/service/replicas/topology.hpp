// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QStringList>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

inline constexpr const char* kWatchToken = "a-watch-token-of-some-length";

/// The address of two servers, of which one is the primary.
inline std::string database_of(const std::string& one, const std::string& other) {
  return "host=" + one + "," + other + " port=5432,5432 user=postgres dbname=postgres target_session_attrs=read-write";
}

inline QStringList serve_flags(const std::string& pubsub, const QString& token_file) {
  return {"--interval",
          "50ms",
          "--schedule",
          "linger",
          "--pubsub",
          QString::fromStdString(pubsub),
          "--watch-token-file",
          token_file,
          "--final-flush-timeout",
          "15s"};
}

/// As docs/scaling.md has it, with limits that suit a machine on which everything runs.
inline std::string balancing(const std::vector<std::uint16_t>& ports) {
  std::string servers;
  for (const std::uint16_t port : ports)
    servers += "server 127.0.0.1:" + std::to_string(port) + " max_fails=2 fail_timeout=1s; ";
  return "  upstream metabatch { " + servers + "keepalive 64; }\n" +
         "  server { listen 127.0.0.1:PORT backlog=4096;\n"
         "    proxy_http_version 1.1; proxy_set_header Host localhost; proxy_set_header Connection '';\n"
         "    proxy_buffering off; proxy_connect_timeout 5s;\n"
         "    proxy_next_upstream error timeout http_503 non_idempotent;\n"
         "    location ~ /watch-metadata { proxy_pass http://metabatch; proxy_read_timeout 12s; }\n"
         "    location /api/ { proxy_pass http://metabatch; proxy_read_timeout 3s; } }\n";
}

/// Waits until `is_so` holds, 60 s at most; each question is a round trip. What the processes have
/// printed is taken, so that none waits for a full pipe.
template <class Question>
bool becomes_so(Question is_so, std::chrono::seconds limit = std::chrono::seconds(60)) {
  for (const auto end = std::chrono::steady_clock::now() + limit; !is_so();) {
    if (std::chrono::steady_clock::now() > end) return false;
    QCoreApplication::processEvents();
  }
  return true;
}
