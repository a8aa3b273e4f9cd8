// SPDX-License-Identifier: Apache-2.0
#include "service/http/access_log.hpp"

#include <array>
#include <utility>

namespace metabatch::service {
namespace {

constexpr std::string_view kAgents = "/api/v2/workspaceagents/";
constexpr std::string_view kMine = "me/metadata";

/// One of ours, or nothing that a client could choose.
std::string_view method_kind(std::string_view method) {
  for (const std::string_view known : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    if (method == known) return known;
  return "other";
}

std::string milliseconds(std::chrono::steady_clock::duration took) {
  const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(took).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

std::string_view path_kind(std::string_view path) {
  for (const std::string_view known : {"/metrics", "/healthz", "/readyz", "/api/v2/metadata"})
    if (path == known) return known;
  if (!path.starts_with(kAgents)) return "other";
  path.remove_prefix(kAgents.size());
  if (path == kMine) return "/api/v2/workspaceagents/me/metadata";
  if (path.starts_with(kMine) && path[kMine.size()] == '/') return "/api/v2/workspaceagents/me/metadata/KEY";
  const std::string_view what = path.substr(std::min(path.find('/'), path.size()));
  if (what == "/metadata") return "/api/v2/workspaceagents/ID/metadata";
  if (what == "/watch-metadata") return "/api/v2/workspaceagents/ID/watch-metadata";
  if (what == "/watch-metadata-ws") return "/api/v2/workspaceagents/ID/watch-metadata-ws";
  return "other";
}

bool AccessLog::may_log(std::uint64_t& suppressed) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch());
  const std::lock_guard lock(mutex_);
  if (now != second_) {
    second_ = now;
    logged_ = 0;
  }
  if (logged_ >= most_) {
    ++suppressed_;
    return false;
  }
  ++logged_;
  suppressed = std::exchange(suppressed_, 0);
  return true;
}

void AccessLog::tell(std::string_view peer, std::string_view method, std::string_view path,
                     const HttpResponse& response, Clock::time_point began) {
  std::uint64_t suppressed = 0;
  if (!may_log(suppressed)) return;
  log_.info("access", {{"peer", std::string(peer)},
                       {"method", std::string(method)},
                       {"path", std::string(path)},
                       {"status", std::to_string(response.status)},
                       {"bytes", std::to_string(response.body.size())},
                       {"ms", milliseconds(Clock::now() - began)},
                       {"suppressed", std::to_string(suppressed)}});
}

Answer AccessLog::answer(const HttpRequest& request, std::size_t thread) {
  const auto began = Clock::now();
  Answer answer = inner_.answer(request, thread);
  if (const HttpResponse* const response = std::get_if<HttpResponse>(&answer))
    tell(request.peer, method_kind(request.method), path_kind(request.path), *response, began);
  return answer;  // the others are told when they are answered
}

void AccessLog::read(ReadRequest request, std::function<void(HttpResponse)> done) {
  const std::string_view path = request.is_bulk ? "/api/v2/metadata" : "/api/v2/workspaceagents/ID/metadata";
  std::string peer = request.peer;
  inner_.read(std::move(request), [this, path, peer = std::move(peer), began = Clock::now(),
                                done = std::move(done)](HttpResponse response) {
    tell(peer, "GET", path, response, began);
    done(std::move(response));
  });
}

Handler::WatchId AccessLog::watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) {
  const WatchId watch = inner_.watch(request, std::move(watcher));
  {
    const std::lock_guard lock(mutex_);
    streams_[watch] = {request.agent, request.peer, Clock::now()};
  }
  std::uint64_t suppressed = 0;
  if (may_log(suppressed))
    log_.info("stream begins",
              {{"peer", request.peer}, {"agent", format_uuid(request.agent)}, {"suppressed", std::to_string(suppressed)}});
  return watch;
}

void AccessLog::unwatch(WatchId watch) {
  inner_.unwatch(watch);
  Stream stream;
  {
    const std::lock_guard lock(mutex_);
    const auto known = streams_.find(watch);
    if (known == streams_.end()) return;
    stream = std::move(known->second);
    streams_.erase(known);
  }
  std::uint64_t suppressed = 0;
  if (may_log(suppressed))
    log_.info("stream ends", {{"peer", stream.peer},
                              {"agent", format_uuid(stream.agent)},
                              {"ms", milliseconds(Clock::now() - stream.began)},
                              {"suppressed", std::to_string(suppressed)}});
}

void AccessLog::refused(const Refused& what) {
  inner_.refused(what);
  std::uint64_t suppressed = 0;
  if (may_log(suppressed))
    log_.info("refused", {{"peer", std::string(what.peer)},
                          {"status", what.status == 0 ? "none" : std::to_string(what.status)},
                          {"reason", std::string(what.reason)},
                          {"suppressed", std::to_string(suppressed)}});
}

void AccessLog::log_suppressed() {
  const std::unique_lock lock(mutex_);
  if (const std::uint64_t suppressed = std::exchange(suppressed_, 0); suppressed > 0)
    log_.info("access lines left out", {{"suppressed", std::to_string(suppressed)}});
}

}  // namespace metabatch::service
