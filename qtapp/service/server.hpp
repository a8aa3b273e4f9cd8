// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "metabatch/time.hpp"
#include "service/handler.hpp"
#include "service/rpc/relay_address.hpp"
#include "service/sockets/listen_address.hpp"

namespace metabatch::service {

/// What one client may cost.
struct HttpLimits {
  std::size_t connections = 20'000;         ///< more are closed at once
  std::size_t connections_per_address = 0;  ///< more of one IP address are closed at once; 0: any number
  std::uint32_t header_bytes = 16 << 10;
  std::uint64_t body_bytes = 1 << 20;
  Duration header = std::chrono::seconds(10);  ///< for the first header of a connection, TLS included
  Duration body = std::chrono::seconds(20);
  Duration idle = std::chrono::seconds(75);  ///< between requests, the header of the next one included
  Duration write = std::chrono::seconds(10);
  Duration ping = std::chrono::seconds(15);  ///< on watch streams
};

struct TlsOptions {
  std::string certificate{};  ///< PEM file with the chain; empty: no TLS
  std::string key{};          ///< PEM file
  std::string ciphers{};      ///< of TLS 1.2, as OpenSSL lists them; empty: ECDHE with AES-GCM or ChaCha20
  std::string client_ca{};    ///< PEM file; given: a client needs a certificate of this authority
  bool needs_tls13 = false;   ///< else TLS 1.2 is the oldest version
};

inline constexpr std::size_t kMaxServerThreads = 256;

struct ServerOptions {
  ListenAddress listen{};
  mode_t socket_mode = 0660;                 ///< of the file, where it listens on a Unix socket
  std::size_t threads = 0;                   ///< 0: as many as processors, at most 4
  std::vector<std::string> allowed_hosts{};  ///< names that a Host header may hold beside localhost and IP literals
  TlsOptions tls{};
  HttpLimits limits{};
  std::vector<std::string> trusted_proxies{};  ///< IP literals whose connections are not counted by address
  std::optional<RelayAddress> relay{};         ///< a control plane that RPC connections are relayed to
  bool relays_reports = false;                 ///< reports that are taken here go there too
};

/// Counts of a server, for metrics.
struct ServerCounts {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t watchers = 0;     ///< streams open now
  std::uint64_t rpcs = 0;         ///< RPC connections open now
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;             ///< connections over the limit
  std::uint64_t refused_by_address = 0;  ///< connections over the limit of their address
  std::uint64_t accept_failures = 0;     ///< for example without a free descriptor
};

/// HTTP/1.1 on one port or Unix socket: event loops on a few threads, each connection on one of
/// them until it ends. Whatever bytes a client sends are a request, an error answer or the end of
/// that connection; no client costs more than HttpLimits allows.
///
/// A Handler answers the requests. A WatchRequest becomes a stream: server-sent events (chunked
/// where the client speaks HTTP/1.1), or a WebSocket. Each stream holds one frame that is being
/// sent and the newest one; a client that accepts no byte for `write` is closed. A client message
/// on a WebSocket closes it with 1002.
class Server {
 public:
  /// Listens and serves. `handler` outlives the server.
  ///
  /// @return or why it cannot, in words
  static std::variant<std::unique_ptr<Server>, std::string> start(const ServerOptions& options, Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;  ///< 0: a Unix socket
  [[nodiscard]] std::size_t threads() const;
  [[nodiscard]] ServerCounts counts() const;
  /// Ends every stream in order, each after a random part of `spread`; requests are still answered.
  /// Returns at once.
  void end_streams(Duration spread);
  /// Accepts no new connection, completes the requests that have come, ends streams and idle
  /// connections; all within `limit`. Blocks; idempotent.
  void drain(Duration limit);
  /// Certificate and key as they are read.
  struct Certificate;
  /// Reads the files again and changes nothing.
  ///
  /// @return or why they cannot be used
  [[nodiscard]] std::variant<std::shared_ptr<const Certificate>, std::string> read_certificate() const;
  /// Used for connections that come later.
  void use(const std::shared_ptr<const Certificate>& certificate);
  /// None: no TLS.
  [[nodiscard]] std::optional<WallTime> certificate_expiry() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace metabatch::service
