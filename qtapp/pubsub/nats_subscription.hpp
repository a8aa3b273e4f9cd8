// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/notifier.hpp"
#include "pubsub/nats_connection.hpp"

struct __natsSubscription;

namespace metabatch::pubsub {

struct NatsSubscriptionOptions {
  NatsOptions connection;
  std::string subject;      ///< is_subject() holds
  int most_pending = 4096;  ///< messages that wait for on_payload; further ones are dropped, and a resync follows
  int most_pending_bytes = 64 << 20;
};

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

/// As engine::Notification::sender: NATS does not say who sent.
inline constexpr int kNatsSender = -1;

/// Events that feed a ring with payloads and resyncs: the reader may be slow.
NatsSubscriptionEvents feeding(const std::shared_ptr<engine::NotificationRing>& ring);

/// A subscription to one NATS subject that reconnects by itself. Payloads are untrusted, because
/// anybody with the permission may publish any.
///
/// After the destructor has returned, no callback runs.
class NatsSubscription {
 public:
  NatsSubscription(NatsSubscriptionOptions options, NatsSubscriptionEvents events);
  ~NatsSubscription();
  NatsSubscription(const NatsSubscription&) = delete;
  NatsSubscription& operator=(const NatsSubscription&) = delete;

  [[nodiscard]] bool is_connected() const { return connection_->is_connected(); }
  /// Like NatsConnection::flush(): the time of a ping.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> measure_latency(std::chrono::milliseconds limit) const {
    return connection_->flush(limit);
  }

 private:
  struct Feed;  // shared with the library's callbacks, which may come late
  void subscribe(const NatsHandle& connection);

  const NatsSubscriptionOptions options_;
  const std::shared_ptr<Feed> feed_;
  std::unique_ptr<NatsConnection> connection_;
};

}  // namespace metabatch::pubsub
