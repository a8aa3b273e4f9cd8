// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>  // field.hpp of Boost 1.83 does not include it

#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>

namespace metabatch::service {

/// What every WebSocket of the service has in common. The service sends its own pings and closes
/// idle connections itself, so Beast does neither; and the answer names metabatch and not Beast.
///
/// @units `handshake`: how long a client may take for the opening and the closing handshake
template <class Stream>
void set_websocket_options(Stream& stream, std::chrono::milliseconds handshake) {
  using boost::beast::websocket::stream_base;
  stream_base::timeout limit{};
  limit.handshake_timeout = handshake;
  limit.idle_timeout = stream_base::none();
  limit.keep_alive_pings = false;
  stream.set_option(limit);
  stream.auto_fragment(false);
  stream.set_option(stream_base::decorator([](boost::beast::websocket::response_type& response) {
    response.set(boost::beast::http::field::server, "metabatch");
  }));
}

}  // namespace metabatch::service
