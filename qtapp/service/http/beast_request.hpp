// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <iterator>
#include <optional>
#include <span>
#include <string>

#include "service/http/http.hpp"

/// Converts Beast's requests and errors to the types of the service.
namespace metabatch::service {

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

template <class View>
std::string_view text_of(const View& view) {
  return {view.data(), view.size()};
}

/// What the server answers without asking the handler. The connection ends with it.
struct RefusedRequest {
  unsigned status;
  std::string_view message;  ///< a literal
  std::string detail{};
};

/// Whether the body may be framed by Transfer-Encoding as this request says. Beast understands
/// `chunked` as the only coding and ignores everything else, and would then read the body as the
/// next request.
///
/// @source RFC 9112 section 6.1
inline bool is_framing_clear(const BeastRequest& message) {
  namespace http = boost::beast::http;
  const auto codings = message.equal_range(http::field::transfer_encoding);
  const auto count = std::distance(codings.first, codings.second);
  if (count == 0) return true;
  return count == 1 && message.version() >= 11 && boost::beast::iequals(codings.first->value(), "chunked");
}

/// Checks that do not depend on what the request asks for. None: the request is passed to the
/// handler.
inline std::optional<RefusedRequest> refusal_of(const BeastRequest& message,
                                                std::span<const std::string> allowed_hosts) {
  namespace http = boost::beast::http;
  constexpr std::string_view kWrongHost = "This service does not answer to that host name.";
  constexpr std::string_view kAllowHost = "Allow the name with --allowed-host if it is meant for this service.";
  if (!is_framing_clear(message))
    return RefusedRequest{400, "Request is not HTTP/1.1.", "The only Transfer-Encoding is chunked, given once."};
  const auto hosts = message.equal_range(http::field::host);
  const auto count = std::distance(hosts.first, hosts.second);
  if (count > 1 || (count == 0 && message.version() >= 11))
    return RefusedRequest{400, "Request needs one Host header."};
  const std::optional<Target> target = parse_target(text_of(message.target()));
  if (!target) return RefusedRequest{400, "Request target must be a path."};
  // In the absolute form the target names the host, and Host is ignored.
  const bool is_named = target->authority || count == 1;
  if (is_named && !is_host_allowed(target->authority.value_or(text_of(message[http::field::host])), allowed_hosts))
    return RefusedRequest{421, kWrongHost, std::string(kAllowHost)};
  const auto encodings = message.equal_range(http::field::content_encoding);
  for (auto one = encodings.first; one != encodings.second; ++one)
    if (!boost::beast::iequals(one->value(), "identity"))
      return RefusedRequest{415, "Content-Encoding is not supported.", "Send the body without compression."};
  return std::nullopt;
}

/// @owns nothing: views into the message
inline HttpRequest request_of(const BeastRequest& message) {
  namespace http = boost::beast::http;
  const std::optional<Target> parsed = parse_target(text_of(message.target()));
  const std::string_view target = parsed ? parsed->path : std::string_view();
  const std::size_t question = std::min(target.find('?'), target.size());
  HttpRequest request{.method = text_of(message.method_string()), .path = target.substr(0, question)};
  request.query = target.substr(std::min(target.size(), question + 1));
  request.session_token = text_of(message["Coder-Session-Token"]);
  request.authorization = text_of(message[http::field::authorization]);
  request.cookies = text_of(message[http::field::cookie]);
  request.accept = text_of(message[http::field::accept]);
  request.origin = text_of(message[http::field::origin]);
  request.host = text_of(message[http::field::host]);
  request.is_upgrade = boost::beast::websocket::is_upgrade(message);
  request.body = message.body();
  return request;
}

/// The answer to a request that could not be read. None: the client has closed the connection, or
/// was too slow.
inline std::optional<RefusedRequest> refusal_of(const boost::system::error_code& failed) {
  namespace http = boost::beast::http;
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
    return RefusedRequest{431, "Request header is too large."};
  if (failed == http::error::body_limit) return RefusedRequest{413, "Request body is too large."};
  const bool is_malformed = failed.category() == http::make_error_code(http::error::bad_method).category() &&
                            failed != http::error::end_of_stream && failed != http::error::partial_message;
  if (!is_malformed) return std::nullopt;
  return RefusedRequest{400, "Request is not HTTP/1.1.", failed.message()};
}

/// Whether a TLS handshake failed because the client spoke HTTP.
inline bool is_plain_http(const boost::system::error_code& failed) {
  return failed.category() == boost::asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(failed.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace metabatch::service
