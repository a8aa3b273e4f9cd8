// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>

#include "service/handler.hpp"
#include "service/log.hpp"

namespace metabatch::service {

/// Stands before a handler and says in the log what was answered: one line an answer, one more at the end of a stream, and one
/// for what the server refused by itself (bytes that are no request, a wrong Host, too many connections). At most so many
/// lines a second; how many were left out is told with the next.
///
/// A line holds nothing that a client has chosen: the method and the path by what they mean (`/api/v2/workspaceagents/ID/
/// watch-metadata`), never a header, a query, a key or a body. So no token can be in it. The peer is the other end of the
/// connection, behind a proxy the proxy: X-Forwarded-For is a client's word.
class AccessLog final : public Handler {
 public:
  /// @shape inner, log: outlive it; lines_a_second: 1 or more
  AccessLog(Handler& inner, Log& log, std::uint64_t lines_a_second) : inner_(inner), log_(log), most_(lines_a_second) {}

  Answer answer(const HttpRequest& request, std::size_t thread) override;
  void read(ReadRequest request, std::function<void(HttpResponse)> done) override;
  WatchId watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) override;
  void unwatch(WatchId watch) override;
  void refused(const Refused& what) override;
  /// At the end: how many were left out since the last line.
  void log_suppressed();

 private:
  using Clock = std::chrono::steady_clock;
  struct Stream {
    Uuid agent;
    std::string peer;
    Clock::time_point began;
  };
  /// Whether a line may go out now, and how many did not since the last.
  bool may_log(std::uint64_t& suppressed);
  void tell(std::string_view peer, std::string_view method, std::string_view path, const HttpResponse& response,
            Clock::time_point began);

  Handler& inner_;
  Log& log_;
  const std::uint64_t most_;
  std::mutex mutex_;
  std::chrono::seconds second_{};      // mutex_: of which logged_ is
  std::uint64_t logged_ = 0;             // mutex_
  std::uint64_t suppressed_ = 0;         // mutex_
  std::map<WatchId, Stream> streams_;  // mutex_
};

/// The path by its meaning; a literal.
std::string_view path_kind(std::string_view path);

}  // namespace metabatch::service
