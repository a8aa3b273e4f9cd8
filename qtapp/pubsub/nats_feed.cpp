// SPDX-License-Identifier: Apache-2.0
#include "pubsub/nats_feed.hpp"

#include <nats/nats.h>

#include <utility>

namespace metabatch::pubsub {

struct NatsFeed::Library {
  using Closure = std::shared_ptr<NatsFeed>;
  static void message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
    const NatsFeed& feed = **static_cast<Closure*>(closure);
    const std::unique_ptr<natsMsg, decltype(&natsMsg_Destroy)> owned(message, natsMsg_Destroy);
    const std::string_view payload(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
    const std::lock_guard lock(feed.mutex_);
    if (!feed.is_over_ && feed.events_.on_payload) feed.events_.on_payload(payload);
  }
  static void complete(void* closure) { delete static_cast<Closure*>(closure); }
};

NatsFeed::NatsFeed(std::string subject, NatsPending pending, NatsSubscriptionEvents events)
    : subject_(std::move(subject)),
      pending_(pending),
      events_(std::move(events)),
      subscription_(nullptr, natsSubscription_Destroy) {}

NatsFeed::~NatsFeed() = default;

void NatsFeed::subscribe(const NatsHandle& connection) {
  natsSubscription* made = nullptr;
  auto* const closure = new Library::Closure(shared_from_this());
  const natsStatus status =
      natsConnection_Subscribe(&made, connection.get(), subject_.c_str(), Library::message, closure);
  if (status != NATS_OK) {
    delete closure;
    return failed(nats_error_text(status), false);
  }
  natsSubscription_SetOnCompleteCB(made, Library::complete, closure);
  natsSubscription_SetPendingLimits(made, pending_.messages, pending_.bytes);
  decltype(subscription_) other(made, natsSubscription_Destroy);  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  if (!is_over_) subscription_.swap(other);
}

void NatsFeed::end() {
  decltype(subscription_) other(nullptr, natsSubscription_Destroy);
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  subscription_.swap(other);
}

void NatsFeed::connected() {
  const std::lock_guard lock(mutex_);
  is_connected_ = true;
  if (!is_over_ && events_.on_resync) events_.on_resync();
}

void NatsFeed::lost(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  is_connected_ = false;
  is_denied_ = false;  // a server that refuses says so each time
  if (!is_over_ && events_.on_lost) events_.on_lost(reason);
}

void NatsFeed::failed(const std::string& reason, bool is_slow_consumer) {
  const std::lock_guard lock(mutex_);
  if (!is_slow_consumer) is_denied_ = true;
  if (is_over_) return;
  if (is_slow_consumer && events_.on_resync) events_.on_resync();
  if (!is_slow_consumer && events_.on_problem) events_.on_problem(reason);
}

// The library has sent the subscription again before it reports that it is connected, so no message
// is missed in between.
NatsEvents NatsFeed::events() {
  return {.on_created = [this](const NatsHandle& connection) { subscribe(connection); },
          .on_connected = [this] { connected(); },
          .on_disconnected = [this](const std::string& reason) { lost(reason); },
          .on_error = [this](const std::string& reason, bool is_slow) { failed(reason, is_slow); }};
}

bool NatsFeed::hears() const {
  const std::lock_guard lock(mutex_);
  return !is_over_ && is_connected_ && !is_denied_;
}

}  // namespace metabatch::pubsub
