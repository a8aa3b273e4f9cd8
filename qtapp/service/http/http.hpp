// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metabatch/time.hpp"

/// Requests and responses as plain values: the code that answers them knows nothing of sockets.
namespace metabatch::service {

/// One request as it was received.
///
/// @owns nothing: the views are valid while the request is being answered
struct HttpRequest {
  std::string_view method;
  std::string_view peer = {};   ///< address:port of the other end of the connection (of the proxy, if there is one)
  std::string_view path = {};   ///< of the target, still percent-encoded, without the query
  std::string_view query = {};  ///< behind the `?`
  std::string_view session_token = {};  ///< header Coder-Session-Token
  std::string_view authorization = {};
  std::string_view cookies = {};  ///< header Cookie
  std::string_view accept = {};
  std::string_view origin = {};  ///< browsers send it with a WebSocket
  std::string_view host = {};
  bool is_upgrade = false;     ///< asks for a WebSocket
  std::string_view body = {};  ///< empty while only the header has been read
};

inline constexpr std::string_view kJsonType = "application/json; charset=utf-8";
inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
/// What WWW-Authenticate says: which token a client has to send, and how.
inline constexpr std::string_view kSessionChallenge = "Coder-Session-Token realm=\"metabatch\"";
inline constexpr std::string_view kBearerChallenge = "Bearer realm=\"metabatch metrics\"";
inline constexpr std::string_view kHtmlType = "text/html; charset=utf-8";

struct HttpResponse {
  unsigned status = 200;
  std::string body = {};
  std::string_view content_type = kJsonType;       ///< a literal
  std::string_view allow = {};                     ///< a literal; of 405
  std::string_view challenge = kSessionChallenge;  ///< a literal; of 401
  unsigned retry_after = 0;                        ///< seconds; 0: no Retry-After header
};

/// One thing that was wrong with a field of a request.
struct FieldError {
  std::string field;
  std::string detail;
};

/// `{"message":"...","detail":"...","validations":[{"field":"...","detail":"..."}]}` and a line
/// end. `detail` and `validations` are omitted when they are empty.
HttpResponse error_response(unsigned status, std::string_view message, std::string_view detail = {},
                            std::span<const FieldError> validations = {});

/// What a response head needs besides the response.
struct HeadForm {
  bool is_kept_alive = true;
  bool is_http10 = false;      ///< the client speaks HTTP/1.0 and needs a header to keep the connection open
  std::string_view date = {};  ///< value of the Date header; empty: none
};

/// Status line and headers of a response of known length. 204 has neither Content-Type nor
/// Content-Length. A page (kHtmlType) has a policy: it loads and reads from its own origin only,
/// runs no script but files, and is in no frame.
std::string head_of(const HttpResponse& response, const HeadForm& form);

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// @source RFC 9110 section 5.6.7
std::string http_date(WallTime time);

/// The text with %XX decoded. None: a `%` is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text);
/// The token of `Bearer TOKEN`, or "".
///
/// @source RFC 6750 section 2.1; the scheme is of any case (RFC 9110 section 11.1)
std::string_view bearer_token(std::string_view authorization);
/// The decoded value of `name` in `a=1&b=2`. None: it is missing or cannot be decoded.
std::optional<std::string> query_value(std::string_view query, std::string_view name);
/// The query without the parameters of that name.
std::string query_without(std::string_view query, std::string_view name);
/// The value of a cookie in a Cookie header, or "".
std::string_view cookie_value(std::string_view cookies, std::string_view name);

/// Whether a request with this Host may be answered: an IP literal, `localhost`, or one of `names`,
/// with any port. A page on another name that resolves to this host (DNS rebinding) gets no answer.
bool is_host_allowed(std::string_view host, std::span<const std::string> names);

/// A request target taken apart.
struct Target {
  std::optional<std::string_view> authority;  ///< of the absolute form, `http://AUTHORITY/path`
  std::string_view path;                      ///< with the query; starts with `/`
};

/// None: the target is neither a path nor an http or https URL.
///
/// @source RFC 9112 section 3.2
std::optional<Target> parse_target(std::string_view target);

}  // namespace metabatch::service
