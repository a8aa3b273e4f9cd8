// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include "service/http/http.hpp"

/// Beast's requests and failures in our words.
namespace metabatch::service {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

template <class View>
std::string_view text_of(const View& view) {
  return {view.data(), view.size()};
}

/// What the server answers by itself.
struct Refusal {
  unsigned status;
  std::string_view message;  ///< a literal
  std::string detail{};
};

/// Why a request is not answered whatever it asks; nothing: it is.
inline std::optional<Refusal> refusal_of(const BeastRequest& message, std::span<const std::string> allowed_hosts) {
  const auto hosts = message.equal_range(boost::beast::http::field::host);
  const auto count = std::distance(hosts.first, hosts.second);
  if (count > 1 || (count == 0 && message.version() >= 11)) return Refusal{400, "Request needs one Host header."};
  if (count == 1 && !is_host_allowed(text_of(hosts.first->value()), allowed_hosts))
    return Refusal{421, "This service does not answer to that host name.",
                   "Allow the name with --allowed-host if it is meant for this service."};
  if (!message.target().starts_with('/')) return Refusal{400, "Request target must be a path."};
  return std::nullopt;
}

/// @owns nothing: views into the message
inline HttpRequest request_of(const BeastRequest& message) {
  namespace http = boost::beast::http;
  const std::string_view target = text_of(message.target());
  const std::size_t question = std::min(target.find('?'), target.size());
  HttpRequest request{.method = text_of(message.method_string()), .path = target.substr(0, question)};
  request.query = target.substr(std::min(target.size(), question + 1));
  request.session_token = text_of(message["Coder-Session-Token"]);
  request.cookies = text_of(message[http::field::cookie]);
  request.accept = text_of(message[http::field::accept]);
  request.origin = text_of(message[http::field::origin]);
  request.host = text_of(message[http::field::host]);
  request.is_upgrade = boost::beast::websocket::is_upgrade(message);
  request.body = message.body();
  return request;
}

/// What is still said to a client whose request could not be read; nothing: it is gone, or was too slow.
inline std::optional<Refusal> refusal_of(const boost::system::error_code& failed) {
  namespace http = boost::beast::http;
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
    return Refusal{431, "Request header is too large."};
  if (failed == http::error::body_limit) return Refusal{413, "Request body is too large."};
  const bool is_malformed = failed.category() == http::make_error_code(http::error::bad_method).category() &&
                            failed != http::error::end_of_stream && failed != http::error::partial_message;
  if (!is_malformed) return std::nullopt;
  return Refusal{400, "Request is not HTTP/1.1.", failed.message()};
}

/// A TLS handshake that failed because the client spoke HTTP.
inline bool is_plain_http(const boost::system::error_code& failed) {
  return failed.category() == boost::asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(failed.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace metabatch::service
