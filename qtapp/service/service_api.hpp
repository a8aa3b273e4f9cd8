// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "service/api.hpp"
#include "service/log.hpp"
#include "service/metrics/request_metrics.hpp"
#include "service/watch/watch_hub.hpp"

namespace metabatch::service {

/// The parts that answer what Api leaves open. All of them outlive it.
struct ServiceApiParts {
  WatchHub& hub;
  OpenStreams& open_watches;
  OpenStreams& open_rpcs;
  RequestMetrics& metrics;
  Log& log;
  std::function<void(const LookupRequest&, std::function<void(LookupResult)>)> look_up;
};

/// The paths of Api, with streams that the hub feeds and tokens that the database knows.
class ServiceApi final : public Api {
 public:
  ServiceApi(ApiOptions options, ServiceApiParts parts) : Api(std::move(options)), parts_(std::move(parts)) {}

  void read(ReadRequest request, std::function<void(HttpResponse)> done) override {
    parts_.hub.read(std::move(request), std::move(done));
  }
  void look_up(LookupRequest request, std::function<void(LookupResult)> done) override {
    parts_.look_up(request, std::move(done));
  }
  WatchId watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) override;
  void unwatch(WatchId watch) override;
  std::unique_ptr<agentrpc::RpcHandler> open_rpc(const RpcRequest& request, std::shared_ptr<OpenStream> stream,
                                                 std::size_t thread) override;
  void answered(const AnsweredRequest& request) override;
  void refused(const Refused& refusal) override { parts_.metrics.record_refusal(refusal.status); }
  void accept_failed(const std::string& reason) override;

  /// Tokens have changed: ends the streams and RPC connections whose token is not valid any more.
  void end_revoked_streams();

 private:
  const ServiceApiParts parts_;
  std::atomic<std::uint64_t> next_rpc_ = 0;
};

/// Answers /metrics, /healthz and /readyz on a listener of its own, and nothing else.
class OperatorApi final : public Handler {
 public:
  explicit OperatorApi(ServiceApi& api) : api_(api) {}
  std::optional<Answer> answer_header(const HttpRequest& request, std::size_t thread, bool is_looked_up) override;
  HttpResponse answer(const HttpRequest& request, std::size_t thread) override;
  void read(ReadRequest, std::function<void(HttpResponse)>) override {}
  void look_up(LookupRequest, std::function<void(LookupResult)>) override {}
  WatchId watch(const WatchRequest&, std::shared_ptr<Watcher>) override { return 0; }
  void unwatch(WatchId) override {}
  std::unique_ptr<agentrpc::RpcHandler> open_rpc(const RpcRequest&, std::shared_ptr<OpenStream>, std::size_t) override {
    return nullptr;
  }
  void answered(const AnsweredRequest& request) override { api_.answered(request); }
  void refused(const Refused& refusal) override { api_.refused(refusal); }
  void accept_failed(const std::string& reason) override { api_.accept_failed(reason); }

 private:
  ServiceApi& api_;
};

}  // namespace metabatch::service
