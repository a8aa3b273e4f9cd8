// SPDX-License-Identifier: Apache-2.0
#include "pubsub/nats_subscription.hpp"

#include <utility>

namespace metabatch::pubsub {

NatsSubscriptionEvents feeding(const std::shared_ptr<engine::NotificationRing>& ring) {
  NatsSubscriptionEvents events;
  events.on_resync = [ring] { ring->push_resync(); };
  events.on_payload = [ring](std::string_view payload) { ring->push(payload, kNatsSender); };
  return events;
}

NatsSubscription::NatsSubscription(NatsSubscriptionOptions options, NatsSubscriptionEvents events)
    : feed_(std::make_shared<NatsFeed>(std::move(options.subject), options.pending, std::move(events))),
      connection_(std::make_unique<NatsConnection>(std::move(options.connection), feed_->events())) {}

NatsSubscription::~NatsSubscription() { feed_->end(); }

}  // namespace metabatch::pubsub
