// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service/handler.hpp"
#include "service/http/any_stream.hpp"
#include "service/http/beast_request.hpp"
#include "service/rpc/rpc_upstream.hpp"

namespace metabatch::service {

/// What an RPC connection begins with.
struct RpcBeginning {
  RpcRequest rpc;
  BeastRequest request;                   ///< not answered yet
  std::shared_ptr<RpcUpstream> upstream;  ///< where calls are relayed to; null: nowhere
};

/// Answers the request of an agent for a WebSocket, and moves the bytes of its binary messages
/// through an RpcServer.
///
/// Borders of messages mean nothing. The connection ends in order with GoAway and 1001, after a
/// text message with 1003, after bytes that break the protocol with 1002. An agent that leaves a
/// ping unanswered, or accepts no bytes, is closed by the keep-alive of yamux: while output waits
/// behind output that is being sent, nothing is read. A relayed connection ends when its other side
/// does, with 1011.
///
/// @cost about 10 KiB an idle connection; the buffer for reading grows to 64 KiB while large
///       messages come
void begin_rpc_socket(Worker& worker, Shared& shared, AnyStream stream, RpcBeginning beginning);

}  // namespace metabatch::service
