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

bool AccessLog::may_tell(std::uint64_t& left_out) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch());
  const std::lock_guard lock(mutex_);
  if (now != second_) {
    second_ = now;
    told_ = 0;
  }
  if (told_ >= most_) {
    ++left_out_;
    return false;
  }
  ++told_;
  left_out = std::exchange(left_out_, 0);
  return true;
}

void AccessLog::tell(std::string_view peer, std::string_view method, std::string_view path,
                     const HttpResponse& response, Clock::time_point began) {
  std::uint64_t left_out = 0;
  if (!may_tell(left_out)) return;
  log_.info("access", {{"peer", std::string(peer)},
                       {"method", std::string(method)},
                       {"path", std::string(path)},
                       {"status", std::to_string(response.status)},
                       {"bytes", std::to_string(response.body.size())},
                       {"ms", milliseconds(Clock::now() - began)},
                       {"left_out", std::to_string(left_out)}});
}

Answer AccessLog::answer(const HttpRequest& request, std::size_t thread) {
  const auto began = Clock::now();
  Answer answer = inner_.answer(request, thread);
  if (const HttpResponse* const response = std::get_if<HttpResponse>(&answer))
    tell(request.peer, method_kind(request.method), path_kind(request.path), *response, began);
  return answer;  // the others are told when they are answered
}

void AccessLog::read(ReadWish wish, std::function<void(HttpResponse)> done) {
  const std::string_view path = wish.is_bulk ? "/api/v2/metadata" : "/api/v2/workspaceagents/ID/metadata";
  std::string peer = wish.peer;
  inner_.read(std::move(wish), [this, path, peer = std::move(peer), began = Clock::now(),
                                done = std::move(done)](HttpResponse response) {
    tell(peer, "GET", path, response, began);
    done(std::move(response));
  });
}

Handler::WatchId AccessLog::watch(const WatchWish& wish, std::shared_ptr<Watcher> watcher) {
  const WatchId watch = inner_.watch(wish, std::move(watcher));
  {
    const std::lock_guard lock(mutex_);
    streams_[watch] = {wish.agent, wish.peer, Clock::now()};
  }
  std::uint64_t left_out = 0;
  if (may_tell(left_out))
    log_.info("stream begins",
              {{"peer", wish.peer}, {"agent", format_uuid(wish.agent)}, {"left_out", std::to_string(left_out)}});
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
  std::uint64_t left_out = 0;
  if (may_tell(left_out))
    log_.info("stream ends", {{"peer", stream.peer},
                              {"agent", format_uuid(stream.agent)},
                              {"ms", milliseconds(Clock::now() - stream.began)},
                              {"left_out", std::to_string(left_out)}});
}

void AccessLog::refused(const Refused& what) {
  inner_.refused(what);
  std::uint64_t left_out = 0;
  if (may_tell(left_out))
    log_.info("refused", {{"peer", std::string(what.peer)},
                          {"status", what.status == 0 ? "none" : std::to_string(what.status)},
                          {"reason", std::string(what.reason)},
                          {"left_out", std::to_string(left_out)}});
}

void AccessLog::tell_left_out() {
  const std::unique_lock lock(mutex_);
  if (const std::uint64_t left_out = std::exchange(left_out_, 0); left_out > 0)
    log_.info("access lines left out", {{"left_out", std::to_string(left_out)}});
}

}  // namespace metabatch::service
