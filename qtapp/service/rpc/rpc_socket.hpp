// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service/handler.hpp"
#include "service/http/any_stream.hpp"
#include "service/http/beast_request.hpp"

namespace metabatch::service {

/// Answers the request of an agent for a WebSocket, and moves the bytes of its binary messages through an RpcServer.
///
/// Borders of messages mean nothing. The connection ends in order with GoAway and 1001, after a text message with 1003, after
/// bytes that break the protocol with 1002. An agent that leaves a ping unanswered, or accepts no bytes, is closed by the
/// keep-alive of yamux: while output waits behind output that is being sent, nothing is read.
///
/// @cost about 10 KiB an idle connection; the buffer for reading grows to 64 KiB while large messages come
void begin_rpc_socket(Worker& worker, Shared& shared, AnyStream stream, RpcRequest rpc, BeastRequest request);

}  // namespace metabatch::service
