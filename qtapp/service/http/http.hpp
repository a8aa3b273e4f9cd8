// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Requests and responses as plain values: what answers them knows nothing of sockets.
namespace metabatch::service {

/// One request as it was received.
///
/// @owns nothing: views hold while it is being answered
struct HttpRequest {
  std::string_view method;
  std::string_view peer = {};   ///< address:port of the other end of the connection; of a proxy where there is one
  std::string_view path = {};   ///< of the target, still percent-encoded, without the query
  std::string_view query = {};  ///< behind the `?`
  std::string_view session_token = {};  ///< header Coder-Session-Token
  std::string_view cookies = {};        ///< header Cookie
  std::string_view accept = {};
  std::string_view origin = {};  ///< sent by browsers with a WebSocket
  std::string_view host = {};
  bool is_upgrade = false;  ///< asks for a WebSocket
  std::string_view body = {};
};

inline constexpr std::string_view kJsonType = "application/json; charset=utf-8";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";

struct HttpResponse {
  unsigned status = 200;
  std::string body = {};
  std::string_view content_type = kJsonType;  ///< a literal
  std::string_view allow = {};                ///< a literal; of 405
};

/// One thing that was wrong with a field of a request.
struct FieldError {
  std::string field;
  std::string detail;
};

/// `{"message":"...","detail":"...","validations":[{"field":"...","detail":"..."}]}` and a line end; detail and
/// validations are left out where there are none.
HttpResponse error_response(unsigned status, std::string_view message, std::string_view detail = {},
                            std::span<const FieldError> validations = {});

/// Status line and headers, for all that has a known length. A response without a body (204) has no Content-Type.
std::string head_of(const HttpResponse& response, bool is_kept_alive);

/// Without %XX; nothing: a `%` that is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text);
/// The decoded value of `name` in `a=1&b=2`; nothing: not there, or not decodable.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
/// The value of a cookie in a Cookie header, or "".
std::string_view cookie_value(std::string_view cookies, std::string_view name);

/// Whether a request with this Host may be answered: an IP literal, `localhost`, or one of the names, with any port. A page on
/// another name that resolves to us (DNS rebinding) is not.
bool is_host_allowed(std::string_view host, std::span<const std::string> names);

}  // namespace metabatch::service
