// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/notifier.hpp"
#include "pubsub/nats_connection.hpp"
#include "pubsub/nats_feed.hpp"

namespace metabatch::pubsub {

struct NatsSubscriptionOptions {
  NatsOptions connection;
  std::string subject;  ///< is_subject() holds
  NatsPending pending{};
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
  const std::shared_ptr<NatsFeed> feed_;
  std::unique_ptr<NatsConnection> connection_;
};

}  // namespace metabatch::pubsub
