// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agentrpc/rpc_server.hpp"
#include "metabatch/uuid.hpp"
#include "service/http/http.hpp"

namespace metabatch::service {

/// What a watch stream carries.
enum class FrameType : std::uint8_t { data, ping, error };

/// One JSON text on one line, shared by all streams that receive it.
using FrameText = std::shared_ptr<const std::string>;

/// A stream that is open, as seen by whoever may end it. Any thread; no call waits.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  /// Ends the stream in order: the last chunk, or a close frame.
  virtual void end() = 0;
};

/// One watch stream, as seen by the code that feeds it. Frames delivered after end() are ignored.
class Watcher : public OpenStream {
 public:
  /// A slow client receives the newest frame only.
  virtual void deliver(FrameType type, FrameText json) = 0;
};

/// The answer is a stream.
struct WatchRequest {
  Uuid agent;
  bool is_websocket = false;
  std::string token{};              ///< checked again whenever tokens change
  std::shared_ptr<void> slot = {};  ///< one of the streams that an agent may have; free again when it is destroyed
  std::string peer{};               ///< filled in by the server
};

/// The answer is the RPC connection of an agent.
struct RpcRequest {
  Uuid agent;
  std::string token{};              ///< checked again whenever tokens change
  std::shared_ptr<void> slot = {};  ///< one of the connections that an agent may have, as in WatchRequest
  std::string query{};              ///< of the request, without a token; what a control plane is asked
};

/// The answer is read from the database.
struct ReadRequest {
  std::vector<Uuid> agents;
  std::vector<std::string> keys{};  ///< only rows of these; empty: all rows
  bool is_bulk = false;             ///< an array of agents; else one agent, and its array alone
  bool has_scripts = true;          ///< false: the scripts of rows are ""
  std::string peer{};               ///< filled in by the server
};

/// The answer depends on a token, an agent or a session that has to be looked up in the database
/// first.
struct LookupRequest {
  Uuid id;                ///< a token, or the id of an agent; nil: none
  std::string session{};  ///< the id of a session of a person, or ""
  std::string peer{};     ///< filled in by the server
};

/// How a lookup ended. `unavailable`: the database could not be asked, so that nothing is known.
enum class LookupResult : std::uint8_t { done, unavailable };

/// A request, or a connection, that the server refused without asking the handler.
struct Refused {
  std::string_view peer;    ///< address:port
  unsigned status = 0;      ///< of the answer; 0: there was none
  std::string_view reason;  ///< a literal
};

/// One answered request, for logs and metrics.
struct AnsweredRequest {
  std::string_view peer, method, path;
  unsigned status = 0;
  std::size_t bytes = 0;                       ///< of the body
  std::chrono::steady_clock::duration took{};  ///< from its header to its answer
};

using Answer = std::variant<HttpResponse, ReadRequest, WatchRequest, RpcRequest, LookupRequest>;

/// Answers the requests that the server receives. Called on the server's threads: no call may wait.
class Handler {
 public:
  using WatchId = std::uint64_t;

  virtual ~Handler() = default;
  /// The header has been read. None: the answer needs the body, and answer() follows. So a client
  /// without a valid token cannot make the server hold a body.
  ///
  /// @shape thread: 0 .. threads - 1; the calls of one thread come one after the other.
  ///        is_looked_up: a LookupRequest of this request has ended; the answer is not another one
  virtual std::optional<Answer> answer_header(const HttpRequest& request, std::size_t thread, bool is_looked_up) = 0;
  /// The body has been read.
  virtual HttpResponse answer(const HttpRequest& request, std::size_t thread) = 0;
  /// `done` is called later, on any thread.
  virtual void read(ReadRequest request, std::function<void(HttpResponse)> done) = 0;
  /// As read().
  virtual void look_up(LookupRequest request, std::function<void(LookupResult)> done) = 0;
  virtual WatchId watch(const WatchRequest& request, std::shared_ptr<Watcher> watcher) = 0;
  /// The watcher is released soon; a frame may still come.
  virtual void unwatch(WatchId watch) = 0;
  /// An RPC connection is open. Who answers its calls, on this thread only, until the connection
  /// ends.
  virtual std::unique_ptr<agentrpc::RpcHandler> open_rpc(const RpcRequest& request, std::shared_ptr<OpenStream> stream,
                                                         std::size_t thread) = 0;

  // Events for logs and metrics.
  virtual void answered(const AnsweredRequest& request) { (void)request; }
  virtual void refused(const Refused& refusal) { (void)refusal; }
  virtual void accept_failed(const std::string& reason) { (void)reason; }
};

}  // namespace metabatch::service
