// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace metabatch::service {

// BatchUpdateMetadata and the transport are the same in all of them.
inline constexpr int kRpcMajor = 2;
inline constexpr int kRpcMinor = 11;

/// Why an agent's API version is not served, in the origin's words; none where it is.
///
/// @shape  version: `MAJOR.MINOR`; empty means 2.0
/// @source coder/coder, apiversion/apiversion.go
std::optional<std::string> rpc_version_problem(std::string_view version);

}  // namespace metabatch::service
