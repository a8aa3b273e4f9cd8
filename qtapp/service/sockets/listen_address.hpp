// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace metabatch::service {

/// Where a server listens.
struct ListenAddress {
  std::string address = "127.0.0.1";  ///< an IP literal without brackets; `::` includes IPv4
  std::uint16_t port = 0;             ///< 0: any that is free
  std::string unix_path{};            ///< given: a Unix socket, and neither of both
  bool operator==(const ListenAddress&) const = default;
};

/// Understands `127.0.0.1:7280`, `[::1]:7280`, `localhost:7280` (127.0.0.1), `:7280` and `*:7280`
/// (every address), and `unix:PATH`.
///
/// @return or why the text is not an address, in words
std::variant<ListenAddress, std::string> parse_listen_address(std::string_view text);

/// As it is written.
std::string shown(const ListenAddress& address);

}  // namespace metabatch::service
