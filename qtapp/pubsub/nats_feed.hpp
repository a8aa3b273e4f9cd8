// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "pubsub/nats_connection.hpp"

struct __natsSubscription;  // NOLINT(bugprone-reserved-identifier): a name of nats.c

namespace metabatch::pubsub {

/// Events of a subscription. Called on threads of the client library, one call at a time; they must
/// not wait and not destroy the subscription.
struct NatsSubscriptionEvents {
  /// Subscribed, for the first time or again, or messages were dropped. Earlier messages may be
  /// missing, so read everything.
  std::function<void()> on_resync{};
  std::function<void(std::string_view payload)> on_payload{};
  std::function<void(const std::string& reason)> on_lost{};     ///< not connected
  std::function<void(const std::string& reason)> on_problem{};  ///< connected, but a permission is missing, for example
};

/// Messages that wait for on_payload; further ones are dropped, and a resync follows.
struct NatsPending {
  int messages = 4096;
  int bytes = 64 << 20;
};

/// A subscription to one subject on a connection that may carry more. Who owns the connection
/// passes its events on. Messages are delivered on a thread of the subscription, everything else on
/// another one; calls are made one at a time. Owned by a shared_ptr, because the library's
/// callbacks may come late.
class NatsFeed : public std::enable_shared_from_this<NatsFeed> {
 public:
  /// @shape subject: is_subject() holds
  NatsFeed(std::string subject, NatsPending pending, NatsSubscriptionEvents events);
  ~NatsFeed();
  NatsFeed(const NatsFeed&) = delete;
  NatsFeed& operator=(const NatsFeed&) = delete;

  /// Subscribes on a new connection, in place of the one before.
  void subscribe(const NatsHandle& connection);
  /// Once this has returned, no event is called any more.
  void end();

  /// Events of the connection. Connected: what is published from here on arrives.
  void connected();
  void lost(const std::string& reason);
  void failed(const std::string& reason, bool is_slow_consumer);
  [[nodiscard]] NatsEvents events();

  /// Whether everything arrives that is published now.
  [[nodiscard]] bool hears() const;

 private:
  struct Library;  // its callbacks

  const std::string subject_;
  const NatsPending pending_;
  const NatsSubscriptionEvents events_;
  mutable std::mutex mutex_;
  bool is_over_ = false;       // mutex_
  bool is_connected_ = false;  // mutex_
  bool is_denied_ = false;     // mutex_: it may be reported before or after the connection is
  std::unique_ptr<__natsSubscription, void (*)(__natsSubscription*)> subscription_;  // mutex_
};

}  // namespace metabatch::pubsub
