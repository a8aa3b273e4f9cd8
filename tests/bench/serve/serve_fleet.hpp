// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "metabatch/uuid.hpp"

/// The agents of the service bench, and how they reach the service.
namespace metabatch::bench {

constexpr std::size_t kAgents = 600;
constexpr std::size_t kKeys = 15;

inline Uuid agent_number(std::size_t number) {
  Uuid id;
  id.bytes = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89};
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

inline Uuid token_number(std::size_t number) {
  Uuid id = agent_number(number);
  id.bytes[0] = 0xAA;
  return id;
}

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

inline int connect_to(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (socket < 0 || ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("connect");
  return socket;
}

inline std::string report_of(std::size_t agent, const std::string& value) {
  std::string items;
  for (std::size_t key = 0; key < kKeys; ++key)
    items += (key == 0 ? "" : ",") + ("{\"key\":\"key_" + std::to_string(key)) +
             "\",\"collected_at\":\"2026-01-01T00:00:00Z\",\"age\":0,\"value\":\"" + value + "\",\"error\":\"\"}";
  const std::string body = "{\"metadata\":[" + items + "]}";
  return "POST /api/v2/workspaceagents/me/metadata HTTP/1.1\r\nHost: localhost\r\nCoder-Session-Token: " +
         format_uuid(token_number(agent)) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Waits until a socket of `poll` can be read, and calls take(its number) for each.
///
/// @return false: none within the limit
template <class Take>
bool for_each_readable(int poll, std::chrono::nanoseconds limit, Take take) {
  const auto rest = std::max(limit, std::chrono::nanoseconds(0));
  const timespec wait{.tv_sec = rest.count() / 1'000'000'000, .tv_nsec = rest.count() % 1'000'000'000};
  epoll_event events[64];
  const int ready = ::epoll_pwait2(poll, events, 64, &wait, nullptr);
  for (int i = 0; i < ready; ++i) take(events[i].data.u64);
  return ready > 0;
}

}  // namespace metabatch::bench
