// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agentrpc/drpc.hpp"

/// Builds frames by hand, for tests of the agents' wire.
namespace wire {

enum : std::uint8_t { kData = 0, kWindow = 1, kPing = 2, kGoAway = 3 };
enum : std::uint16_t { kNone = 0, kSyn = 1, kAck = 2, kFin = 4, kRst = 8 };

inline std::string header(std::uint8_t type, std::uint16_t flags, std::uint32_t stream, std::uint32_t length) {
  std::string out{'\0', static_cast<char>(type), static_cast<char>(flags >> 8), static_cast<char>(flags & 0xff)};
  for (const std::uint32_t number : {stream, length})
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
  return out;
}

inline std::string data(std::uint32_t stream, std::string_view body, std::uint16_t flags = kNone) {
  return header(kData, flags, stream, static_cast<std::uint32_t>(body.size())).append(body);
}

inline std::string opened(std::uint32_t stream) { return header(kWindow, kSyn, stream, 0); }

/// Invoke, message and CloseSend, as a unary call sends them.
inline std::string call(std::string_view rpc, std::string_view message, std::uint64_t number = 1) {
  using namespace metabatch::agentrpc;
  std::string out;
  append_packet(out, DrpcKind::invoke, number, 1, rpc);
  append_packet(out, DrpcKind::message, number, 2, message);
  append_packet(out, DrpcKind::close_send, number, 3, {});
  return out;
}

}  // namespace wire
