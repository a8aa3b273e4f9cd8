// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/rpc_version.hpp"

#include <charconv>

namespace metabatch::service {
namespace {

// Parses like Go's strconv.Atoi: a sign is allowed, nothing may follow.
std::optional<std::int64_t> number(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> rpc_version_problem(std::string_view version) {
  if (version.empty()) return std::nullopt;
  const std::string asked(version);
  const std::size_t dot = version.find('.');
  if (dot == std::string_view::npos || version.find('.', dot + 1) != std::string_view::npos)
    return "invalid version string: " + asked;
  const auto major = number(version.substr(0, dot));
  if (!major) return "invalid major version: " + asked;
  const auto minor = number(version.substr(dot + 1));
  if (!minor) return "invalid minor version: " + asked;
  const std::string behind =
      "server is at version " + std::to_string(kRpcMajor) + "." + std::to_string(kRpcMinor) + ", behind requested ";
  if (*major > kRpcMajor) return behind + "major version " + asked;
  if (*major < kRpcMajor) return "version " + asked + " is no longer supported";
  if (*minor > kRpcMinor) return behind + "minor version " + asked;
  return std::nullopt;
}

}  // namespace metabatch::service
