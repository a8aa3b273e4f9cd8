// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

struct __natsConnection;  // NOLINT(bugprone-reserved-identifier): a name of nats.c
struct __natsOptions;     // NOLINT(bugprone-reserved-identifier)

namespace metabatch::pubsub {

using NatsHandle = std::shared_ptr<__natsConnection>;

struct NatsOptions {
  std::vector<std::string> servers{};  ///< URLs; may hold a user and a password
  std::string name = "metabatch";      ///< what the server shows of this connection
  std::string credentials_file{};      ///< user JWT and NKey
  std::string ca_file{};               ///< of the authorities that servers must be certified by
  std::string certificate_file{};      ///< of this client; with key_file
  std::string key_file{};
  bool has_echo = true;  ///< its subscriptions receive what the connection itself publishes
  std::chrono::milliseconds reconnect_wait = std::chrono::milliseconds(500);
  std::chrono::milliseconds reconnect_jitter = std::chrono::milliseconds(500);  ///< at most, at random, on top of it
  std::chrono::milliseconds connect_limit = std::chrono::seconds(5);            ///< for each server
  std::chrono::milliseconds write_limit =
      std::chrono::seconds(2);  ///< a server that takes no bytes for so long is dead
  std::chrono::milliseconds ping_interval = std::chrono::seconds(5);  ///< two unanswered: the server is taken for dead
  std::chrono::milliseconds first_backoff = std::chrono::seconds(1);  ///< after refused credentials; then doubled
  std::chrono::milliseconds longest_backoff = std::chrono::seconds(30);
};

/// What happens to a connection. Called on threads of the client library and of the connection;
/// must not wait and not destroy the connection. No reason holds a secret.
struct NatsEvents {
  /// Before it connects; each time that a connection is made anew. Subscribe here.
  std::function<void(const NatsHandle&)> on_created{};
  std::function<void()> on_connected{};  ///< for the first time or again, maybe to another server
  std::function<void(const std::string& reason)> on_disconnected{};  ///< or could not connect
  /// Something else went wrong: a permission is missing, a subscriber is too slow.
  std::function<void(const std::string& reason, bool is_slow_consumer)> on_error{};
};

/// A connection to a NATS cluster that connects and reconnects by itself, for ever, to the servers
/// given and to those that they announce. The client library gives up after refused credentials;
/// then a new connection is made, after `first_backoff` doubling to `longest_backoff`, because a
/// password may be wrong for a moment.
///
/// Any thread may use it. Once the destructor has returned, no callback runs.
class NatsConnection {
 public:
  /// Does not wait: it connects on a thread of its own.
  NatsConnection(NatsOptions options, NatsEvents events);
  ~NatsConnection();
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  [[nodiscard]] bool is_connected() const;
  /// Bytes of the largest message that the server takes; 0: not connected.
  [[nodiscard]] std::size_t max_payload() const;
  /// The time until the server has processed all that was sent. Waits at most `limit`; none: it did
  /// not answer.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> flush(std::chrono::milliseconds limit) const;
  /// The current connection, or nothing.
  [[nodiscard]] NatsHandle handle() const;

 private:
  struct State;  // shared with the library's callbacks, which may come late
  void run();
  NatsHandle connect();
  NatsHandle begin(__natsOptions* options, const std::string& problem, void* closure);

  const NatsOptions options_;
  std::shared_ptr<State> state_;
  mutable std::mutex mutex_;
  NatsHandle handle_;  // mutex_
  std::thread thread_;
};

/// The library's last error on this thread, or the text of `status`; without URLs, which may hold a
/// password.
std::string nats_error_text(int status);

}  // namespace metabatch::pubsub
