// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <optional>

#include "metabatch/time.hpp"
#include "service/server.hpp"

namespace metabatch::service {

/// A context for accepted connections; null when no certificate is configured.
///
/// Key exchange is ephemeral (ECDHE) only, so that a stolen key does not reveal recorded
/// connections.
///
/// @errors throws boost::system::system_error
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const TlsOptions& options);

/// When the certificate of the context expires.
std::optional<WallTime> certificate_expiry(boost::asio::ssl::context& context);

}  // namespace metabatch::service
