// SPDX-License-Identifier: Apache-2.0
#include "service/service_api.hpp"

#include "engine/clock.hpp"

namespace metabatch::service {

Handler::WatchId ServiceApi::watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) {
  const WatchId id = parts_.hub.add(request.agent, watcher);
  parts_.open_watches.add(id, request.token, request.agent, watcher);
  // The token may have been revoked after it was checked and before the stream was known here.
  if (!may_watch(request.token, request.agent)) end_revoked_streams();
  return id;
}

void ServiceApi::unwatch(WatchId watch) {
  parts_.open_watches.remove(watch);
  parts_.hub.remove(watch);
}

std::unique_ptr<agentrpc::RpcHandler> ServiceApi::open_rpc(const RpcRequest& request,
                                                           std::shared_ptr<OpenStream> stream, std::size_t thread) {
  const std::uint64_t id = ++next_rpc_;
  parts_.open_rpcs.add(id, request.token, request.agent, stream);
  const std::shared_ptr<void> registration(&parts_.open_rpcs, [this, id](void*) { parts_.open_rpcs.remove(id); });
  // As for watchers: the token may have been revoked after it was checked.
  if (!is_token_of(request.token, request.agent)) end_revoked_streams();
  return calls_of(request.agent, thread, registration);
}

void ServiceApi::answered(const AnsweredRequest& request) {
  parts_.metrics.record(request, engine::system_clock().coarse_now());
}

void ServiceApi::accept_failed(const std::string& reason) {
  parts_.log.limited(Log::Level::error, "connection not accepted", {{"reason", reason}});
}

void ServiceApi::end_revoked_streams() {
  parts_.open_watches.end_revoked(
      [this](const std::string& token, const Uuid& agent) { return may_watch(token, agent); });
  parts_.open_rpcs.end_revoked(
      [this](const std::string& token, const Uuid& agent) { return is_token_of(token, agent); });
}

std::optional<Answer> OperatorApi::answer_header(const HttpRequest& request, std::size_t, bool) {
  if (auto response = api_.answer_operator(request, true)) return std::move(*response);
  return error_response(404, "Only /metrics, /healthz and /readyz are served here.");
}

HttpResponse OperatorApi::answer(const HttpRequest&, std::size_t) { return error_response(404, "Not found."); }

}  // namespace metabatch::service
