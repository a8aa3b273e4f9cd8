// SPDX-License-Identifier: Apache-2.0
#include "service/sockets/listen_address.hpp"

#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>

namespace metabatch::service {
namespace {

bool is_literal(int family, const std::string& text) {
  in6_addr address{};
  return ::inet_pton(family, text.c_str(), &address) == 1;
}

std::string not_an_address(std::string_view text, std::string_view reason) {
  return "'" + std::string(text) + "' is not ADDRESS:PORT: " + std::string(reason) +
         "; examples: 127.0.0.1:7280, [::1]:7280, localhost:7280, :7280 (every address), unix:/run/metabatch/socket";
}

std::variant<ListenAddress, std::string> unix_address(std::string_view text) {
  constexpr std::size_t kMostPath = sizeof sockaddr_un::sun_path - 1;
  ListenAddress found;
  found.unix_path = text.substr(text.find(':') + 1);
  if (found.unix_path.empty()) return not_an_address(text, "the path of the socket is missing");
  if (found.unix_path.size() > kMostPath)
    return not_an_address(text, "the path of a Unix socket has at most " + std::to_string(kMostPath) + " bytes");
  if (found.unix_path.find('\0') != std::string::npos) return not_an_address(text, "the path holds a NUL");
  return found;
}

}  // namespace

std::variant<ListenAddress, std::string> parse_listen_address(std::string_view text) {
  if (text.starts_with("unix:")) return unix_address(text);
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

std::string shown(const ListenAddress& address) {
  if (!address.unix_path.empty()) return "unix:" + address.unix_path;
  const bool is_v6 = address.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.address + "]" : address.address) + ":" + std::to_string(address.port);
}

}  // namespace metabatch::service
