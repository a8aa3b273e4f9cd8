// SPDX-License-Identifier: Apache-2.0
#include "service/http/http.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/json_writer.hpp"

namespace metabatch::service {
namespace {

constexpr std::string_view kPolicy =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
    "data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
    "'none'\r\n";

namespace http = boost::beast::http;

void append_text(std::string& out, std::string_view text) { append_json_text(out, text, JsonEscapes::html); }

std::string_view reason_of(unsigned status) {
  const auto reason = http::obsolete_reason(http::int_to_status(status));
  return {reason.data(), reason.size()};
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return lower(x) == lower(y);
  });
}

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

HttpResponse error_response(unsigned status, std::string_view message, std::string_view detail,
                            std::span<const FieldError> validations) {
  HttpResponse response;
  response.status = status;
  std::string& body = response.body;
  body = "{\"message\":";
  append_text(body, message);
  if (!detail.empty()) {
    body += ",\"detail\":";
    append_text(body, detail);
  }
  if (!validations.empty()) body += ",\"validations\":[";
  for (std::size_t i = 0; i < validations.size(); ++i) {
    body += i == 0 ? "{\"field\":" : ",{\"field\":";
    append_text(body, validations[i].field);
    body += ",\"detail\":";
    append_text(body, validations[i].detail);
    body += '}';
  }
  if (!validations.empty()) body += ']';
  body += "}\n";
  return response;
}

std::string head_of(const HttpResponse& response, const HeadForm& form) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status)).append("\r\n");
  if (!form.date.empty()) head.append("Date: ").append(form.date).append("\r\n");
  if (response.status != 204) {
    head.append("Content-Type: ").append(response.content_type);
    head.append("\r\nContent-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  if (!response.allow.empty()) head.append("Allow: ").append(response.allow).append("\r\n");
  if (response.retry_after > 0)
    head.append("Retry-After: ").append(std::to_string(response.retry_after)).append("\r\n");
  if (response.status == 401) head.append("WWW-Authenticate: ").append(response.challenge).append("\r\n");
  if (response.status == 415) head.append("Accept-Encoding: identity\r\n");
  if (response.content_type == kHtmlType) head.append(kPolicy).append("Referrer-Policy: no-referrer\r\n");
  head.append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  if (!form.is_kept_alive) head.append("Connection: close\r\n");
  if (form.is_kept_alive && form.is_http10) head.append("Connection: keep-alive\r\n");
  return head.append("\r\n");
}

std::string http_date(WallTime time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];  // not strftime, which writes names in the language of the locale
  const int size =
      std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[parts.tm_wday], parts.tm_mday,
                    kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return {text, static_cast<std::size_t>(size)};
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.starts_with('/')) return Target{std::nullopt, target};
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const std::string_view authority = target.substr(0, target.find_first_of("/?#"));
    target.remove_prefix(authority.size());
    if (target.empty()) target = "/";
    if (!target.starts_with('/')) return std::nullopt;
    return Target{authority, target};
  }
  return std::nullopt;
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    const std::size_t equals = one.find('=');
    if (one.substr(0, equals) != name) continue;
    return percent_decoded(equals == std::string_view::npos ? std::string_view() : one.substr(equals + 1));
  }
  return std::nullopt;
}

std::string query_without(std::string_view query, std::string_view name) {
  std::string rest;
  while (!query.empty()) {
    const std::string_view one = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), one.size() + 1));
    if (one.substr(0, one.find('=')) != name) rest.append(rest.empty() ? "" : "&").append(one);
  }
  return rest;
}

std::string_view cookie_value(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    std::string_view one = cookies.substr(0, cookies.find(';'));
    cookies.remove_prefix(std::min(cookies.size(), one.size() + 1));
    one.remove_prefix(std::min(one.size(), one.find_first_not_of(' ')));
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos && one.substr(0, equals) == name) return one.substr(equals + 1);
  }
  return {};
}

bool is_host_allowed(std::string_view host, std::span<const std::string> names) {
  in6_addr address{};
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view rest = host.substr(end + 1);
    const std::string literal(host.substr(1, end - 1));
    return (rest.empty() || (rest[0] == ':' && is_port(rest.substr(1)))) &&
           ::inet_pton(AF_INET6, literal.c_str(), &address) == 1;
  }
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos) {
    if (!is_port(host.substr(colon + 1))) return false;
    host = host.substr(0, colon);
  }
  if (equals_ignoring_case(host, "localhost")) return true;
  if (::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1) return true;
  return std::any_of(names.begin(), names.end(),
                     [host](const std::string& name) { return equals_ignoring_case(host, name); });
}

}  // namespace metabatch::service
