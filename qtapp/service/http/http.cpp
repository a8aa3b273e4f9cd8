// SPDX-License-Identifier: Apache-2.0
#include "service/http/http.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace metabatch::service {
namespace {

constexpr char kHex[] = "0123456789abcdef";

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 413: return "Content Too Large";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Error";
  }
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
  return std::nullopt;
}

/// What must not stand in a string as it is; empty: it may.
std::string escape_of(unsigned char c) {
  switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (c >= 0x20 && c != '<' && c != '>' && c != '&') return {};
  return std::string("\\u00") + kHex[c >> 4] + kHex[c & 15];
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

void append_json_string(std::string& out, std::string_view text) {
  std::string room;
  if (clean_size(text) < text.size() && text.find('\0') == std::string_view::npos) text = sanitize(text, room).text;
  out += '"';
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c > '>' && c != '\\' && c != 0xE2) continue;  // nearly all
    const bool is_separator = text.substr(i).starts_with("\xE2\x80\xA8") || text.substr(i).starts_with("\xE2\x80\xA9");
    const std::string escape =
        is_separator ? std::string("\\u202") + (text[i + 2] == '\xA8' ? '8' : '9') : escape_of(c);
    if (escape.empty()) continue;
    out.append(text.substr(copied, i - copied)).append(escape);
    if (is_separator) i += 2;
    copied = i + 1;
  }
  out.append(text.substr(copied)) += '"';
}

HttpResponse error_response(unsigned status, std::string_view message, std::string_view detail,
                            std::span<const FieldError> validations) {
  HttpResponse response;
  response.status = status;
  std::string& body = response.body;
  body = "{\"message\":";
  append_json_string(body, message);
  if (!detail.empty()) {
    body += ",\"detail\":";
    append_json_string(body, detail);
  }
  if (!validations.empty()) body += ",\"validations\":[";
  for (std::size_t i = 0; i < validations.size(); ++i) {
    body += i == 0 ? "{\"field\":" : ",{\"field\":";
    append_json_string(body, validations[i].field);
    body += ",\"detail\":";
    append_json_string(body, validations[i].detail);
    body += '}';
  }
  if (!validations.empty()) body += ']';
  body += "}\n";
  return response;
}

std::string head_of(const HttpResponse& response, bool is_kept_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason_of(response.status)).append("\r\n");
  if (response.status != 204) {
    head.append("Content-Type: ").append(response.content_type);
    head.append("\r\nContent-Length: ").append(std::to_string(response.body.size())).append("\r\n");
  }
  if (!response.allow.empty()) head.append("Allow: ").append(response.allow).append("\r\n");
  head.append("X-Content-Type-Options: nosniff\r\n");
  if (!is_kept_alive) head.append("Connection: close\r\n");
  return head.append("\r\n");
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
