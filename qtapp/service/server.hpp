// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "metabatch/time.hpp"
#include "service/handler.hpp"

namespace metabatch::service {

/// What one client may cost.
struct HttpLimits {
  std::size_t connections = 20'000;  ///< more are closed at once
  std::uint32_t header_bytes = 16 << 10;
  std::uint64_t body_bytes = 1 << 20;
  Duration header = std::chrono::seconds(10);  ///< for the first header of a connection, TLS included
  Duration body = std::chrono::seconds(20);
  Duration idle = std::chrono::seconds(75);  ///< between requests, the header of the next one included
  Duration write = std::chrono::seconds(10);
  Duration ping = std::chrono::seconds(15);  ///< on watch streams
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                    ///< 0: any that is free
  std::size_t threads = 0;                   ///< 0: as many as processors, at most 4
  std::vector<std::string> allowed_hosts{};  ///< names that a Host header may hold beside localhost and IP literals
  std::string tls_certificate{};             ///< PEM file with the chain; empty: no TLS
  std::string tls_key{};                     ///< PEM file
  HttpLimits limits{};
};

/// What the server has seen, for metrics.
struct ServerCounts {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t watchers = 0;     ///< streams open now
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;  ///< connections over the limit
};

/// HTTP/1.1 on one port: event loops on a few threads, each connection on one of them for good. Bytes of any content are a
/// request, an error answer or the end of that connection; none costs more than HttpLimits says.
///
/// A request is answered by the Handler. What it answers with a WatchRequest becomes a stream: server-sent events (chunked where the client
/// speaks HTTP/1.1), or a WebSocket. Each stream holds one frame that is being sent and the newest one; a client that takes
/// not a byte for `write` is closed. A client message on a WebSocket closes it with 1002.
class Server {
 public:
  /// Listens and serves from now on. `handler` outlives the server.
  ///
  /// @return or why not, in words
  static std::variant<std::unique_ptr<Server>, std::string> start(const ServerOptions& options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t threads() const;
  [[nodiscard]] ServerCounts counts() const;
  /// Takes no new connection, lets the requests that have come be answered, ends streams and idle connections; all within
  /// `limit`. Blocks; idempotent.
  void drain(Duration limit);
  /// Certificate and key as they are read.
  struct Certificate;
  /// Reads them anew and changes nothing.
  ///
  /// @return or why they cannot be used
  [[nodiscard]] std::variant<std::shared_ptr<const Certificate>, std::string> read_certificate() const;
  /// For connections to come.
  void use(std::shared_ptr<const Certificate> certificate);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metabatch::service
