// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace metabatch::service {

/// Where the control plane is that RPC connections are relayed to.
struct RelayAddress {
  std::string host;  ///< a name, or an IP literal without brackets
  std::string port;  ///< digits
  bool is_tls = true;
  bool operator==(const RelayAddress&) const = default;

  /// As a Host header has it: without the port where that is the scheme's.
  [[nodiscard]] std::string authority() const;
};

/// Understands `https://HOST`, `https://HOST:PORT` and `http://HOST:PORT`, with or without a slash
/// behind it.
///
/// @return or why the text is not such an address, in words
std::variant<RelayAddress, std::string> parse_relay_address(std::string_view text);

}  // namespace metabatch::service
