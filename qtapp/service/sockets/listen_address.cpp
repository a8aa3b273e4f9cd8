// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/listen_address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace metabatch::service {
namespace {

bool is_literal(int family, const std::string& text) {
  in6_addr address{};
  return ::inet_pton(family, text.c_str(), &address) == 1;
}

std::string not_an_address(std::string_view text, std::string_view reason) {
  return "'" + std::string(text) + "' is not ADDRESS:PORT: " + std::string(reason) +
         "; examples: 127.0.0.1:7280, [::1]:7280, localhost:7280, :7280 (every address)";
}

}  // namespace

std::variant<ListenAddress, std::string> parse_listen_address(std::string_view text) {
  if (text.starts_with("unix:")) return not_an_address(text, "Unix sockets are not supported");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return not_an_address(text, "the port is missing");
  ListenAddress found;
  const std::string_view port = text.substr(colon + 1);
  const auto read = std::from_chars(port.data(), port.data() + port.size(), found.port);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size())
    return not_an_address(text, "the port is a number from 0 to 65535");
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    found.address = host.substr(1, host.size() - 2);
    if (!is_literal(AF_INET6, found.address)) return not_an_address(text, "no IPv6 address in the brackets");
    return found;
  }
  if (host.empty() || host == "*")
    host = "::";
  else if (host == "localhost")
    host = "127.0.0.1";
  else if (host.find(':') != std::string::npos)
    return not_an_address(text, "an IPv6 address needs brackets");
  else if (!is_literal(AF_INET, host))
    return not_an_address(text, "names are not looked up, give the IP address");
  found.address = host;
  return found;
}

}  // namespace metabatch::service
