// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "metabatch/uuid.hpp"
#include "service/http/http.hpp"

namespace metabatch::service {

/// What a watch stream carries.
enum class FrameType : std::uint8_t { data, ping, error };

/// One JSON text on one line, shared by all streams that it goes to.
using FrameText = std::shared_ptr<const std::string>;

/// One watch stream, as whoever feeds it sees it.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// Any thread; never waits. A client that is slow gets the newest frame only.
  virtual void deliver(FrameType type, FrameText json) = 0;
};

/// To be answered with a stream.
struct WatchRequest {
  Uuid agent;
  bool is_websocket = false;
  std::string peer{};  ///< whose; the server's to fill in
};

/// To be answered with what the database holds of these agents.
struct ReadRequest {
  std::vector<Uuid> agents;
  bool is_bulk = false;  ///< else one agent and its array alone
  std::string peer{};    ///< whose; the server's to fill in
};

/// A request, or a connection, that the server refused by itself.
struct Refused {
  std::string_view peer;    ///< address:port
  unsigned status = 0;      ///< what it was answered with; 0: nothing
  std::string_view reason;  ///< a literal
};

using Answer = std::variant<HttpResponse, ReadRequest, WatchRequest>;

/// What the server asks when a request has come. Called on the server's threads: no call may wait.
class Handler {
 public:
  using WatchId = std::uint64_t;

  virtual ~Handler() = default;
  /// @shape thread: 0 .. threads - 1; the calls of one thread come one after the other
  virtual Answer answer(const HttpRequest& request, std::size_t thread) = 0;
  /// `done` is called later, on any thread.
  virtual void read(ReadRequest request, std::function<void(HttpResponse)> done) = 0;
  virtual WatchId watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) = 0;
  /// The watcher is let go of soon; a frame may still come.
  virtual void unwatch(WatchId watch) = 0;
  /// For whoever wants to know.
  virtual void refused(const Refused& what) { (void)what; }
};

}  // namespace metabatch::service
