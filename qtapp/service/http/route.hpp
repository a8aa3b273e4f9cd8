// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace metabatch::service {

/// The path of a request by its meaning, for logs and metrics:
/// `/api/v2/workspaceagents/ID/metadata`. It holds nothing that a client has chosen; a path that is
/// not served is `other`.
///
/// @return a number below all_routes().size()
std::size_t route_of(std::string_view path);
std::span<const std::string_view> all_routes();
/// One of the usual methods, or `other`; a literal.
std::string_view known_method(std::string_view method);

}  // namespace metabatch::service
