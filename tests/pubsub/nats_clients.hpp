// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "pubsub/inbox.hpp"
#include "pubsub/nats_publisher.hpp"
#include "pubsub/nats_subscription.hpp"

inline const std::string kSubject = "coder.v1.pubsub.workspace_agent_metadata_batch";

/// Options with short waits. The limits stay long: they bound what a loaded machine may take.
inline metabatch::pubsub::NatsOptions options_for(const std::vector<std::string>& servers) {
  using namespace std::chrono_literals;
  return {.servers = servers,
          .reconnect_wait = 20ms,
          .reconnect_jitter = 20ms,
          .connect_limit = 20s,
          .write_limit = 2s,
          .ping_interval = 1s,
          .first_backoff = 50ms};
}

/// A subscription that puts its reports into an inbox.
struct Watcher {
  Inbox inbox;
  std::unique_ptr<metabatch::pubsub::NatsSubscription> subscription;

  explicit Watcher(const metabatch::pubsub::NatsOptions& connection,
                   metabatch::pubsub::NatsSubscriptionOptions options = {}) {
    options.connection = connection;
    options.subject = kSubject;
    subscription = std::make_unique<metabatch::pubsub::NatsSubscription>(
        std::move(options),
        metabatch::pubsub::NatsSubscriptionEvents{
            .on_resync = [this] { inbox.add("resync"); },
            .on_payload = [this](std::string_view text) { inbox.add("payload " + std::string(text)); },
            .on_lost = [this](const std::string& reason) { inbox.add("lost " + reason); },
            .on_problem = [this](const std::string& reason) { inbox.add("problem " + reason); }});
  }
};

/// A publisher that puts its losses into an inbox.
struct Publishing {
  Inbox inbox;
  metabatch::pubsub::NatsPublisher publisher;
  explicit Publishing(const metabatch::pubsub::NatsOptions& connection,
                      std::chrono::milliseconds acknowledgement_limit = std::chrono::seconds(2))
      : publisher({.connection = connection,
                   .subject = kSubject,
                   .acknowledgement_limit = acknowledgement_limit,
                   .on_lost = [this](std::size_t chunks, const std::string& why) {
                     inbox.add("lost " + std::to_string(chunks) + " " + why);
                   }}) {}
  /// Publishes when it is connected.
  metabatch::pubsub::NatsPublished publish(const std::vector<std::string>& chunks) {
    while (!publisher.is_connected()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return publisher.publish(chunks);
  }
};
