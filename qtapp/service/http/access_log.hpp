// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>

#include "service/handler.hpp"
#include "service/log.hpp"

namespace metabatch::service {

/// Logs answered requests: one line an answer, one each at the begin and the end of a stream, and
/// one for what the server refused by itself (bytes that are no request, a wrong Host, too many
/// connections). At most `lines_a_second`; the next line says how many were suppressed. All calls
/// are passed to the handler behind it.
///
/// A line holds nothing that a client has chosen: the method and the route
/// (`/api/v2/workspaceagents/ID/watch-metadata`), never a header, a query, a key or a body. So it
/// cannot hold a token. The peer is the other end of the connection, which is the proxy where there
/// is one: X-Forwarded-For is text from the client.
class AccessLog final : public Handler {
 public:
  /// @shape inner, log: outlive it; lines_a_second: 1 or more
  AccessLog(Handler& inner, Log& log, std::uint64_t lines_a_second)
      : inner_(inner), log_(log), lines_a_second_(lines_a_second) {}

  std::optional<Answer> answer_header(const HttpRequest& request, std::size_t thread, bool is_looked_up) override {
    return inner_.answer_header(request, thread, is_looked_up);
  }
  HttpResponse answer(const HttpRequest& request, std::size_t thread) override {
    return inner_.answer(request, thread);
  }
  void read(ReadRequest request, std::function<void(HttpResponse)> done) override {
    inner_.read(std::move(request), std::move(done));
  }
  void look_up(LookupRequest request, std::function<void(LookupResult)> done) override {
    inner_.look_up(std::move(request), std::move(done));
  }
  WatchId watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) override;
  void unwatch(WatchId watch) override;
  std::unique_ptr<agentrpc::RpcHandler> open_rpc(const RpcRequest& request, std::shared_ptr<OpenStream> stream,
                                                 std::size_t thread) override {
    return inner_.open_rpc(request, std::move(stream), thread);
  }
  void answered(const AnsweredRequest& request) override;
  void refused(const Refused& refusal) override;
  void accept_failed(const std::string& reason) override { inner_.accept_failed(reason); }
  /// At the end: logs how many lines were suppressed since the last one.
  void log_suppressed();

 private:
  using Clock = std::chrono::steady_clock;
  struct Stream {
    Uuid agent;
    std::string peer;
    Clock::time_point began;
  };
  /// Whether a line may be written now, and how many were suppressed since the last.
  bool may_log(std::uint64_t& suppressed);

  Handler& inner_;
  Log& log_;
  const std::uint64_t lines_a_second_;
  std::mutex mutex_;
  std::chrono::seconds second_{};      // mutex_: in which logged_ lines were written
  std::uint64_t logged_ = 0;           // mutex_
  std::uint64_t suppressed_ = 0;       // mutex_
  std::map<WatchId, Stream> streams_;  // mutex_
};

}  // namespace metabatch::service
