// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/notifier.hpp"
#include "engine/store.hpp"
#include "pubsub/nats_publisher.hpp"
#include "pubsub/nats_subscription.hpp"
#include "pubsub/publishing_store.hpp"
#include "pubsub/pubsub_address.hpp"

namespace metabatch::pubsub {

/// How a program publishes and listens.
struct PubsubSettings {
  PubsubAddress address{};
  std::string subject{};  ///< empty: that of the channel
  NatsOptions nats{};     ///< without servers, which `address` has

  [[nodiscard]] bool uses_nats() const { return address.uses_nats(); }
  [[nodiscard]] std::string subject_of(const std::string& channel) const {
    return subject.empty() ? nats_subject(channel) : subject;
  }
  [[nodiscard]] NatsOptions connection() const {
    NatsOptions options = nats;
    options.servers = address.nats_servers;
    return options;
  }
};

/// A subscription for the settings; nothing when only the database notifies.
inline std::unique_ptr<NatsSubscription> make_subscription(const PubsubSettings& settings, const std::string& channel,
                                                           NatsSubscriptionEvents events) {
  if (!settings.uses_nats()) return nullptr;
  return std::make_unique<NatsSubscription>(
      NatsSubscriptionOptions{.connection = settings.connection(), .subject = settings.subject_of(channel)},
      std::move(events));
}

/// A publisher for the settings; nothing when only the database notifies.
inline std::unique_ptr<NatsPublisher> make_publisher(
    const PubsubSettings& settings, const std::string& channel,
    std::function<void(std::size_t chunks, const std::string& reason)> on_lost) {
  if (!settings.uses_nats()) return nullptr;
  return std::make_unique<NatsPublisher>(NatsPublisherOptions{
      .connection = settings.connection(), .subject = settings.subject_of(channel), .on_lost = std::move(on_lost)});
}

/// Returns `store`, wrapped so that it also publishes if there is a publisher.
inline std::unique_ptr<engine::Store> with_publisher(std::unique_ptr<engine::Store> store, NatsPublisher* publisher,
                                                     const PubsubSettings& settings, std::size_t max_payload_bytes,
                                                     engine::Notifier* notifier) {
  if (publisher == nullptr) return store;
  return std::make_unique<PublishingStore>(
      std::move(store), *publisher,
      PublishingStore::Options{
          .in_database = settings.address.uses_database, .max_payload_bytes = max_payload_bytes, .notifier = notifier});
}

}  // namespace metabatch::pubsub
