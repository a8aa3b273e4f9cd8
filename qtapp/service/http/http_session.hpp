// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "service/http/connection.hpp"

namespace metabatch::service {

/// Begins to serve a connection, in TLS where `tls` is given. The session keeps itself alive until the connection ends.
///
/// @shape peer: address:port of the other end
void start_http_session(Worker& worker, Shared& shared, PlainSocket socket, std::string peer,
                        std::shared_ptr<asio::ssl::context> tls);

}  // namespace metabatch::service
