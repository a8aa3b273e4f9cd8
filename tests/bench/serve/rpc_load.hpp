// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "bench/serve/serve_load.hpp"

namespace metabatch::bench {

/// Agents that call by RPC: a WebSocket each, one call at a time, a yamux stream a call. The end of
/// a stream goes with the next call.
class RpcSenders {
 public:
  using Wall = std::chrono::steady_clock;

  /// Opens the connections; connection i is of agent i modulo kAgents.
  RpcSenders(std::uint16_t port, std::size_t connections);
  ~RpcSenders();
  RpcSenders(const RpcSenders&) = delete;
  RpcSenders& operator=(const RpcSenders&) = delete;

  /// Calls BatchUpdateMetadata with kKeys items, or another RPC with an empty message. rate 0: as
  /// fast as possible. Of the result only `rate` and `due` are set.
  Load run(std::string_view rpc, double rate, std::chrono::seconds duration);
  /// One call on each connection.
  void call_each(std::string_view rpc);

 private:
  struct Connection {
    int socket = -1;
    std::uint32_t stream = 1;  ///< of the next call
    std::string input;         ///< payloads of messages: yamux frames
    std::string rest;          ///< of a message that is not whole
    Wall::time_point due{};
    bool is_calling = false;
  };
  void send(std::size_t number, Wall::time_point due);
  bool look(std::chrono::nanoseconds limit);
  void take(std::size_t number);
  void read_frames(std::size_t number);
  void answered(std::size_t number);

  int poll_;
  std::vector<Connection> connections_;
  std::string call_;  ///< the bytes of a call on its stream
  std::deque<std::size_t> idle_;
  std::vector<double> due_;  ///< ms
};

/// The bytes of a call of BatchUpdateMetadata with kKeys items, as dRPC frames.
std::string report_call();

}  // namespace metabatch::bench
