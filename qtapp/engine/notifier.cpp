// SPDX-License-Identifier: Apache-2.0
#include "engine/notifier.hpp"

#include <algorithm>
#include <utility>

namespace metabatch::engine {

void NotificationRing::push(std::string_view payload, int sender) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (payloads_ < capacity_) {
      held_.push_back({.payload = std::string(payload), .sender = sender});
      ++payloads_;
    } else if (!held_.empty() && held_.back().needs_resync()) {
      ++held_.back().lost;
    } else {
      held_.push_back({.lost = 1});
    }
  }
  arrived_.notify_one();
}

void NotificationRing::push_resync() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (!held_.empty() && held_.back().needs_resync())
      held_.back().is_resync = true;
    else
      held_.push_back({.is_resync = true});
  }
  arrived_.notify_one();
}

std::optional<Notification> NotificationRing::pop() {
  if (held_.empty()) return std::nullopt;
  Notification first = std::move(held_.front());
  held_.pop_front();
  if (!first.needs_resync()) --payloads_;
  return first;
}

std::optional<Notification> NotificationRing::try_next() {
  const std::lock_guard lock(mutex_);
  return pop();
}

std::optional<Notification> NotificationRing::next() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return closed_ || !held_.empty(); });
  return pop();
}

void NotificationRing::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  arrived_.notify_all();
}

Notifier::Subscription::Subscription(Subscription&& other) noexcept
    : notifier_(std::exchange(other.notifier_, nullptr)), id_(other.id_) {}

Notifier::Subscription& Notifier::Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    end();
    notifier_ = std::exchange(other.notifier_, nullptr);
    id_ = other.id_;
  }
  return *this;
}

void Notifier::Subscription::end() {
  Notifier* const notifier = std::exchange(notifier_, nullptr);
  if (notifier == nullptr) return;
  const std::lock_guard lock(notifier->mutex_);  // publish holds it while callbacks run
  std::erase_if(notifier->subscribers_, [this](const Subscriber& one) { return one.id == id_; });
}

Notifier::Subscription Notifier::subscribe(Callback callback) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back({++last_id_, std::move(callback)});
  return {this, last_id_};
}

Notifier::Subscription Notifier::subscribe(std::shared_ptr<NotificationRing> ring) {
  return subscribe([ring = std::move(ring)](std::string_view payload) { ring->push(payload); });
}

void Notifier::publish(std::span<const std::string> chunks) {
  const std::lock_guard lock(mutex_);
  for (const std::string& chunk : chunks)
    for (const Subscriber& subscriber : subscribers_) subscriber.callback(chunk);
}

}  // namespace metabatch::engine
