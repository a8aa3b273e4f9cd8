// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace metabatch::engine {

/// What a subscriber receives: a payload, or a marker that some are missing.
struct Notification {
  std::string payload = {};  ///< one chunk; empty in a "dropped" marker and in a resync
  std::uint64_t lost = 0;    ///< > 0: a marker; this many chunks were dropped here, so read everything again
  bool is_resync = false;    ///< the source was away for a while, so read everything again; may come with `lost`
  int sender = 0;            ///< process id of the notifying session of the server; 0: this process; -1: not known
  [[nodiscard]] bool is_marker() const { return lost > 0; }
  [[nodiscard]] bool needs_resync() const { return lost > 0 || is_resync; }  ///< a marker, no payload
};

/// A bounded queue between the publisher, which never waits, and one reader, which may be slow.
/// When the queue is full, new chunks are dropped. One marker stands in their place, however many
/// they are.
///
/// @owns copies of the payloads
/// @cost push: a short lock and one copy; holds at most `capacity` payloads and one marker or
///       resync between any two
class NotificationRing {
 public:
  explicit NotificationRing(std::size_t capacity) : capacity_(capacity) {}

  void push(std::string_view payload, int sender = 0);
  /// Adds a resync: the source of notifications was away. Consecutive resyncs become one; one next
  /// to a marker joins it.
  void push_resync();
  /// The next item, or nothing when there is none yet.
  std::optional<Notification> try_next();
  /// Waits for the next item. Returns nothing when the queue is closed and empty.
  std::optional<Notification> next();
  /// Ends the queue. next() returns nothing once everything was read. Later pushes are ignored.
  void close();

 private:
  std::optional<Notification> pop();  // mutex_ is held

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Notification> held_;
  std::size_t payloads_ = 0;
  bool closed_ = false;
};

/// Notifies subscribers inside this process of committed writes, as LISTEN does for PostgreSQL. A
/// store publishes after the commit and on its own thread, so nobody is notified before the rows
/// can be read. Any thread may subscribe, unsubscribe and publish; a callback must not.
class Notifier {
 public:
  using Callback = std::function<void(std::string_view payload)>;

  /// Ends its subscription in its destructor. After that the callback is not running and will not
  /// run.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept;
    Subscription& operator=(Subscription&& other) noexcept;
    ~Subscription() { end(); }
    void end();

   private:
    friend class Notifier;
    Subscription(Notifier* notifier, std::uint64_t id) : notifier_(notifier), id_(id) {}
    Notifier* notifier_ = nullptr;
    std::uint64_t id_ = 0;
  };

  /// `callback` runs on the publishing thread, in the order of subscription. It delays the flush,
  /// so it must be quick.
  [[nodiscard]] Subscription subscribe(Callback callback);
  /// For readers that may be slow.
  ///
  /// @owns a share of the ring; does not close it
  [[nodiscard]] Subscription subscribe(std::shared_ptr<NotificationRing> ring);

  void publish(std::span<const std::string> chunks);

 private:
  struct Subscriber {
    std::uint64_t id;
    Callback callback;
  };
  std::mutex mutex_;
  std::deque<Subscriber> subscribers_;
  std::uint64_t last_id_ = 0;
};

}  // namespace metabatch::engine
