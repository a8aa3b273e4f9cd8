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

}  // namespace

NatsPublisher::NatsPublisher(NatsPublisherOptions options)
    : options_(std::move(options)),
      acknowledgements_(kAcknowledgementBounds),
      connection_(options_.connection, NatsEvents{}),
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
    changed_.wait(lock, [this] { return pending_ > 0 || is_over_; });
    if (pending_ == 0) return;
    const std::size_t messages = std::exchange(pending_, 0);
    const auto since = pending_since_;
    is_flushing_ = true;
    lock.unlock();
    const bool is_acknowledged = connection_.flush(options_.acknowledgement_limit).has_value();
    const auto took = std::chrono::steady_clock::now() - since;
    if (!is_acknowledged) {
      unacknowledged_ += messages;
      count_lost(messages, "the NATS server did not acknowledge them in time");
    }
    lock.lock();
    is_flushing_ = false;
    if (is_acknowledged)
      acknowledgements_.observe(std::chrono::duration<double>(took).count(), engine::system_clock().now());
    changed_.notify_all();
  }
}

void NatsPublisher::count_lost(std::size_t chunks, const std::string& reason) {
  if (options_.on_lost) options_.on_lost(chunks, reason);
}

Histogram NatsPublisher::acknowledgements() const {
  const std::lock_guard lock(mutex_);
  return acknowledgements_;
}

}  // namespace metabatch::pubsub
