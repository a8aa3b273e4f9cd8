// SPDX-License-Identifier: Apache-2.0
#include "service/http/access_log.hpp"

#include <utility>

#include "service/http/route.hpp"

namespace metabatch::service {
namespace {

std::string milliseconds(std::chrono::steady_clock::duration took) {
  const auto tenths = std::chrono::duration_cast<std::chrono::microseconds>(took).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

bool AccessLog::may_log(std::uint64_t& suppressed) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(Clock::now().time_since_epoch());
  const std::lock_guard lock(mutex_);
  if (now != second_) {
    second_ = now;
    logged_ = 0;
  }
  if (logged_ >= lines_a_second_) {
    ++suppressed_;
    return false;
  }
  ++logged_;
  suppressed = std::exchange(suppressed_, 0);
  return true;
}

void AccessLog::answered(const AnsweredRequest& request) {
  inner_.answered(request);
  std::uint64_t suppressed = 0;
  if (!may_log(suppressed)) return;
  log_.info("access", {{"peer", std::string(request.peer)},
                       {"method", std::string(known_method(request.method))},
                       {"path", std::string(all_routes()[route_of(request.path)])},
                       {"status", std::to_string(request.status)},
                       {"bytes", std::to_string(request.bytes)},
                       {"ms", milliseconds(request.took)},
                       {"suppressed", std::to_string(suppressed)}});
}

Handler::WatchId AccessLog::watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) {
  const WatchId watch = inner_.watch(request, std::move(watcher));
  {
    const std::lock_guard lock(mutex_);
    streams_[watch] = {request.agent, request.peer, Clock::now()};
  }
  std::uint64_t suppressed = 0;
  if (may_log(suppressed))
    log_.info(
        "stream begins",
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

void AccessLog::refused(const Refused& refusal) {
  inner_.refused(refusal);
  std::uint64_t suppressed = 0;
  if (may_log(suppressed))
    log_.info("refused", {{"peer", std::string(refusal.peer)},
                          {"status", refusal.status == 0 ? "none" : std::to_string(refusal.status)},
                          {"reason", std::string(refusal.reason)},
                          {"suppressed", std::to_string(suppressed)}});
}

void AccessLog::log_suppressed() {
  const std::unique_lock lock(mutex_);
  if (const std::uint64_t suppressed = std::exchange(suppressed_, 0); suppressed > 0)
    log_.info("access lines suppressed", {{"suppressed", std::to_string(suppressed)}});
}

}  // namespace metabatch::service
