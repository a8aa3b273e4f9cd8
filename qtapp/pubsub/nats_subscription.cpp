// SPDX-License-Identifier: Apache-2.0
#include "pubsub/nats_subscription.hpp"

#include <nats/nats.h>

#include <utility>

namespace metabatch::pubsub {

/// Messages are delivered on a thread of the subscription, everything else on another one. The lock
/// makes calls one at a time, and `is_over` ends them.
struct NatsSubscription::Feed {
  explicit Feed(NatsSubscriptionEvents an_events) : events(std::move(an_events)) {}
  std::mutex mutex;
  bool is_over = false;
  const NatsSubscriptionEvents events;
  std::unique_ptr<natsSubscription, decltype(&natsSubscription_Destroy)> subscription{nullptr,
                                                                                      natsSubscription_Destroy};

  using Closure = std::shared_ptr<Feed>;
  template <class Callback, class... Arguments>
  void call(const Callback& callback, const Arguments&... arguments) {
    const std::lock_guard lock(mutex);
    if (!is_over && callback) callback(arguments...);
  }
  static void message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    Feed& feed = **static_cast<Closure*>(closure);
    const std::unique_ptr<natsMsg, decltype(&natsMsg_Destroy)> owned(message, natsMsg_Destroy);
    feed.call(feed.events.on_payload,
              std::string_view(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))));
  }
  static void complete(void* closure) { delete static_cast<Closure*>(closure); }
};

NatsSubscriptionEvents feeding(const std::shared_ptr<engine::NotificationRing>& ring) {
  NatsSubscriptionEvents events;
  events.on_resync = [ring] { ring->push_resync(); };
  events.on_payload = [ring](std::string_view payload) { ring->push(payload, kNatsSender); };
  return events;
}

NatsSubscription::NatsSubscription(NatsSubscriptionOptions options, NatsSubscriptionEvents events)
    : options_(std::move(options)), feed_(std::make_shared<Feed>(std::move(events))) {
  Feed& feed = *feed_;
  connection_ = std::make_unique<NatsConnection>(
      options_.connection,
      NatsEvents{.on_created = [this](const NatsHandle& connection) { subscribe(connection); },
                 // The library has sent the subscription again before it reports this, so no
                 // message is missed in between.
                 .on_connected = [&feed] { feed.call(feed.events.on_resync); },
                 .on_disconnected = [&feed](const std::string& reason) { feed.call(feed.events.on_lost, reason); },
                 .on_error =
                     [&feed](const std::string& reason, bool is_slow) {
                       is_slow ? feed.call(feed.events.on_resync) : feed.call(feed.events.on_problem, reason);
                     }});
}

NatsSubscription::~NatsSubscription() {
  {
    const std::lock_guard lock(feed_->mutex);
    feed_->is_over = true;
  }
  connection_.reset();
  feed_->subscription.reset();
}

void NatsSubscription::subscribe(const NatsHandle& connection) {
  natsSubscription* made = nullptr;
  auto* const closure = new Feed::Closure(feed_);
  const natsStatus status =
      natsConnection_Subscribe(&made, connection.get(), options_.subject.c_str(), Feed::message, closure);
  if (status != NATS_OK) {
    delete closure;
    return feed_->call(feed_->events.on_problem, nats_error_text(status));
  }
  natsSubscription_SetOnCompleteCB(made, Feed::complete, closure);
  natsSubscription_SetPendingLimits(made, options_.most_pending, options_.most_pending_bytes);
  feed_->subscription.reset(made);
}

}  // namespace metabatch::pubsub
