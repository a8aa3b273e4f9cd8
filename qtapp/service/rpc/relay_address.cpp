// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/relay_address.hpp"

#include <charconv>
#include <cstdint>

namespace metabatch::service {
namespace {

std::string not_an_address(std::string_view text, std::string_view reason) {
  return "'" + std::string(text) + "' is not the address of a control plane: " + std::string(reason) +
         "; examples: https://coder.example.com, https://10.0.0.7:8443, http://localhost:3000";
}

bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && number > 0;
}

}  // namespace

std::string RelayAddress::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (is_tls ? "443" : "80") ? name : name + ":" + port;
}

std::variant<RelayAddress, std::string> parse_relay_address(std::string_view text) {
  RelayAddress found;
  std::string_view rest = text;
  found.is_tls = rest.starts_with("https://");
  if (!found.is_tls && !rest.starts_with("http://"))
    return not_an_address(text, "it begins with neither https:// nor http://");
  rest.remove_prefix(found.is_tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#@ ") != std::string_view::npos)
    return not_an_address(text, "only a host and a port are taken, no path, query or user");
  found.port = found.is_tls ? "443" : "80";
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    found.port = rest.substr(colon + 1);
    if (!is_port(found.port)) return not_an_address(text, "the port is a number from 1 to 65535");
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  if (rest.empty()) return not_an_address(text, "the host is missing");
  found.host = rest;
  return found;
}

}  // namespace metabatch::service
