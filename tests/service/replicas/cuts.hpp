// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "service/replicas/topology.hpp"
#include "support/net/network.hpp"

// Cuts as faults make them, and what machines notice of them.

inline bool cut(const metabatch::test::Place& one) { return metabatch::test::Network::cut(one), true; }
inline bool join(const metabatch::test::Place& one) { return metabatch::test::Network::join(one), true; }
inline bool cut(const metabatch::test::Place& one, const std::vector<metabatch::test::Place>& others) {
  for (const auto& other : others) metabatch::test::Network::cut(one, other);
  return true;
}
inline bool join(const metabatch::test::Place& one, const std::vector<metabatch::test::Place>& others) {
  for (const auto& other : others) metabatch::test::Network::join(one, other);
  return true;
}

/// Whether a machine has a connection to another.
[[nodiscard]] inline bool is_peer(const metabatch::test::Place& one, const metabatch::test::Place& other) {
  return metabatch::test::TcpTable(one).peers.find(" " + other.address() + " ") != std::string::npos;
}

/// Waits until a machine has a connection to another, which after a fault may take it some seconds.
[[nodiscard]] inline bool connects(const metabatch::test::Place& one, const metabatch::test::Place& other) {
  return becomes_so([&] { return is_peer(one, other); });
}

/// Waits until the kernel of one of the machines has sent a packet again and again.
///
/// @shape to: when given, it is also enough that the machine has given up its connections to this
[[nodiscard]] inline bool repeats(const std::vector<metabatch::test::Place>& places,
                                  const metabatch::test::Place* to = nullptr) {
  static constexpr unsigned long kTimes = 3;
  static constexpr auto kPause = std::chrono::milliseconds(10);
  return becomes_so([&] {
    std::this_thread::sleep_for(kPause);
    return std::any_of(places.begin(), places.end(), [to](const metabatch::test::Place& one) {
      return metabatch::test::TcpTable(one).repeated >= kTimes || (to != nullptr && !is_peer(one, *to));
    });
  });
}
/// What a balancer gave up is still sent when its cut has ended, at times ahead of its end. A
/// service takes that as new, so nothing is expected of the reports before it is over.
[[nodiscard]] inline bool is_settled(const metabatch::test::Place& balancer) {
  return becomes_so([&] { return metabatch::test::TcpTable(balancer).unfinished == 0; });
}

/// How many servers have a connection from a client.
[[nodiscard]] inline std::ptrdiff_t in_use(const std::vector<metabatch::test::Place>& servers,
                                           const std::vector<metabatch::test::Place>& clients) {
  return std::count_if(servers.begin(), servers.end(), [&](const metabatch::test::Place& server) {
    return std::any_of(clients.begin(), clients.end(), [&](const auto& one) { return is_peer(one, server); });
  });
}
