// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "service/http/connection.hpp"

namespace metabatch::service {

/// Begins to serve a connection, in TLS where `tls` is given. It keeps itself alive until it ends.
///
/// @shape peer: address:port of the other end, or `unix`; slot: released when it ends
void start_http_connection(Worker& worker, Shared& shared, PlainSocket socket, std::string peer,
                           std::shared_ptr<asio::ssl::context> tls, std::shared_ptr<void> slot);

}  // namespace metabatch::service
