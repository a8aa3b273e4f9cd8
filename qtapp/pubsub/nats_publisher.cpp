// SPDX-License-Identifier: Apache-2.0
#include "pubsub/nats_publisher.hpp"

#include <nats/nats.h>

#include <array>
#include <utility>

#include "engine/clock.hpp"

namespace metabatch::pubsub {
namespace {

// Seconds. A server in the same network answers in well under a millisecond.
constexpr std::array kAcknowledgementBounds = {.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1.0, 2.0};

NatsOptions without_echo(NatsOptions connection) {
  connection.has_echo = false;
  return connection;
}

}  // namespace

NatsPublisher::NatsPublisher(NatsPublisherOptions options)
    : options_(std::move(options)),
      acknowledgements_(kAcknowledgementBounds),
      connection_(without_echo(options_.connection), events()),
      thread_([this] { run(); }) {}

NatsPublisher::~NatsPublisher() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

NatsPublished NatsPublisher::publish(std::span<const std::string> chunks) {
  NatsPublished result;
  const NatsHandle connection = connection_.handle();
  const bool is_there = connection && natsConnection_Status(connection.get()) == NATS_CONN_STATUS_CONNECTED;
  for (const std::string& chunk : chunks) {
    const natsStatus sent = is_there ? natsConnection_Publish(connection.get(), options_.subject.c_str(), chunk.data(),
                                                              static_cast<int>(chunk.size()))
                                     : NATS_CONNECTION_DISCONNECTED;
    if (sent == NATS_OK) {
      ++result.published;
      result.bytes += chunk.size();
      continue;
    }
    ++result.errors;
    result.reason = is_there ? nats_error_text(sent) : "NATS is not connected";
    if (sent == NATS_MAX_PAYLOAD)
      result.reason = "a chunk of " + std::to_string(chunk.size()) +
                      " bytes is over the NATS server's max_payload of " + std::to_string(connection_.max_payload());
  }
  if (result.errors > 0) count_lost(result.errors, result.reason);
  if (result.published > 0) {
    const std::lock_guard lock(mutex_);
    if (pending_ == 0) pending_since_ = std::chrono::steady_clock::now();
    pending_ += result.published;
  }
  changed_.notify_all();
  return result;
}

void NatsPublisher::wait_until_acknowledged() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return (pending_ == 0 && !is_flushing_) || is_over_; });
}

// One flush acknowledges everything that was published before it.
void NatsPublisher::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return pending_ > 0 || must_confirm_ || is_over_; });
    if (pending_ == 0 && is_over_) return;
    const std::shared_ptr<NatsFeed> begun = std::exchange(must_confirm_, false) ? others_ : nullptr;
    const std::size_t messages = std::exchange(pending_, 0);
    const auto since = pending_since_;
    is_flushing_ = true;
    lock.unlock();
    const bool is_acknowledged = connection_.flush(options_.acknowledgement_limit).has_value();
    const auto took = std::chrono::steady_clock::now() - since;
    if (is_acknowledged && begun) begun->connected();
    const bool must_ask_again = !is_acknowledged && begun && connection_.is_connected();
    if (!is_acknowledged && messages > 0) {
      unacknowledged_ += messages;
      count_lost(messages, "the NATS server did not acknowledge them in time");
    }
    lock.lock();
    is_flushing_ = false;
    if (must_ask_again && others_ == begun) must_confirm_ = true;
    if (is_acknowledged && messages > 0)
      acknowledgements_.observe(std::chrono::duration<double>(took).count(), engine::system_clock().now());
    changed_.notify_all();
  }
}

std::shared_ptr<NatsFeed> NatsPublisher::others() const {
  const std::lock_guard lock(mutex_);
  return others_;
}

NatsEvents NatsPublisher::events() {
  const auto with_others = [this](const auto& what) {
    if (const std::shared_ptr<NatsFeed> feed = others()) what(*feed);
  };
  return {
      .on_created =
          [with_others](const NatsHandle& connection) {
            with_others([&](NatsFeed& feed) { feed.subscribe(connection); });
          },
      .on_connected = [with_others] { with_others([](NatsFeed& feed) { feed.connected(); }); },
      .on_disconnected =
          [with_others](const std::string& reason) { with_others([&](NatsFeed& feed) { feed.lost(reason); }); },
      .on_error = [with_others](const std::string& reason,
                                bool is_slow) { with_others([&](NatsFeed& feed) { feed.failed(reason, is_slow); }); }};
}

// A connection that is made meanwhile subscribes by itself. One that is there is asked once more
// whether the server knows of the subscription.
void NatsPublisher::hear_others(NatsSubscriptionEvents events) {
  const auto feed = std::make_shared<NatsFeed>(options_.subject, NatsPending{}, std::move(events));
  {
    const std::lock_guard lock(mutex_);
    if (others_) return;
    others_ = feed;
  }
  if (const NatsHandle connection = connection_.handle()) feed->subscribe(connection);
  {
    const std::lock_guard lock(mutex_);
    must_confirm_ = true;
  }
  changed_.notify_all();
}

void NatsPublisher::ignore_others() {
  std::shared_ptr<NatsFeed> feed;
  {
    const std::lock_guard lock(mutex_);
    feed.swap(others_);
  }
  if (feed) feed->end();
}

bool NatsPublisher::hears_others() const {
  const std::shared_ptr<NatsFeed> feed = others();
  return feed && feed->hears();
}

void NatsPublisher::count_lost(std::size_t chunks, const std::string& reason) {
  if (options_.on_lost) options_.on_lost(chunks, reason);
}

Histogram NatsPublisher::acknowledgements() const {
  const std::lock_guard lock(mutex_);
  return acknowledgements_;
}

}  // namespace metabatch::pubsub
