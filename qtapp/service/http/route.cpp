// SPDX-License-Identifier: Apache-2.0
#include "service/http/route.hpp"

#include <algorithm>
#include <array>

namespace metabatch::service {
namespace {

constexpr std::string_view kAgents = "/api/v2/workspaceagents/";
constexpr std::string_view kMine = "me/metadata";

constexpr std::array<std::string_view, 13> kRoutes = {
    "/metrics",
    "/healthz",
    "/readyz",
    "/",
    "/api/v2/metadata",
    "/api/v2/metadata/agents",
    "/api/v2/workspaceagents/me/metadata",
    "/api/v2/workspaceagents/me/metadata/KEY",
    "/api/v2/workspaceagents/me/rpc",
    "/api/v2/workspaceagents/ID/metadata",
    "/api/v2/workspaceagents/ID/watch-metadata",
    "/api/v2/workspaceagents/ID/watch-metadata-ws",
    "other",
};
constexpr std::size_t kFixedRoutes = 6;  // the first ones are paths as they stand
constexpr std::size_t kReports = 6, kOneKey = 7, kRpc = 8, kOther = kRoutes.size() - 1;

}  // namespace

std::span<const std::string_view> all_routes() { return kRoutes; }

std::size_t route_of(std::string_view path) {
  for (std::size_t i = 0; i < kFixedRoutes; ++i)
    if (path == kRoutes[i]) return i;
  if (!path.starts_with(kAgents)) return kOther;
  path.remove_prefix(kAgents.size());
  if (path == kMine) return kReports;
  if (path.starts_with(kMine) && path[kMine.size()] == '/') return kOneKey;
  if (path == "me/rpc") return kRpc;
  const std::string_view what = path.substr(std::min(path.find('/'), path.size()));
  for (std::size_t i = kRpc + 1; i < kOther; ++i)
    if (what == kRoutes[i].substr(kAgents.size() + 2)) return i;  // behind `ID`
  return kOther;
}

std::string_view known_method(std::string_view method) {
  for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (method == known) return known;
  return "other";
}

}  // namespace metabatch::service
