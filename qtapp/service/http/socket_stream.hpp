// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service/handler.hpp"
#include "service/http/any_stream.hpp"
#include "service/http/beast_request.hpp"

namespace metabatch::service {

/// Answers a request for a WebSocket and feeds it. It has a source of its own, because Beast's code
/// takes long to compile.
void begin_socket_stream(Worker& worker, Shared& shared, AnyStream stream, WatchRequest watch, BeastRequest request);

}  // namespace metabatch::service
