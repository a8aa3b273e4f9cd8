// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// A head without its Date.
inline std::string without_date(std::string head) {
  const std::size_t at = head.find("Date: ");
  if (at != std::string::npos) head.erase(at, head.find("\r\n", at) + 2 - at);
  return head;
}

/// A request as a well-behaved client sends it.
inline std::string request(std::string_view method, std::string_view target, std::string_view token = {},
                           std::string_view body = {}, std::string_view more_headers = {}) {
  std::string text(method);
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  if (!token.empty()) text.append("Coder-Session-Token: ").append(token).append("\r\n");
  text.append(more_headers);
  if (!body.empty() || method == "POST")
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append("\r\n").append(body);
}
