// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCoreApplication>
#include <QStringList>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "service/watching.hpp"
#include "support/net/network.hpp"
#include "support/pg/pg_cluster.hpp"

inline constexpr const char* kWatchToken = "a-watch-token-of-some-length";

/// Where the parts run: on machines of their own, or all where the test runs.
struct Places {
  explicit Places(metabatch::test::Network* network) {
    const auto next = [network] { return network == nullptr ? metabatch::test::Place() : network->add(); };
    balancer = next();
    for (std::size_t i = 0; i < 3; ++i) replicas.push_back(next());
    for (std::size_t i = 0; i < 2; ++i) databases.push_back(next());
    for (std::size_t i = 0; i < 3; ++i) nats.push_back(next());
  }
  metabatch::test::Place balancer;  // agents and watchers are there too
  std::vector<metabatch::test::Place> replicas, databases, nats;
};

/// The address of two servers, of which one is the primary. A short test does not wait as long for
/// a silent server as the program does by itself.
inline std::string database_of(const metabatch::test::PgCluster& one, const metabatch::test::PgCluster& other) {
  return "host=" + one.place().address() + "," + other.place().address() + " port=" + std::to_string(one.port()) + "," +
         std::to_string(other.port()) + " user=postgres dbname=postgres target_session_attrs=read-write" +
         (soak().count() > 0 ? "" : " tcp_user_timeout=3000 connect_timeout=2");
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
///
/// @shape servers: `ADDRESS:PORT` of each
inline std::string balancing(const std::vector<std::string>& addresses) {
  std::string servers;
  for (const std::string& one : addresses) servers += "server " + one + " max_fails=2 fail_timeout=1s; ";
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
