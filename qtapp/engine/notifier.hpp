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

/// What a subscriber gets: a payload, or a marker that some are missing.
struct Notification {
  std::string payload = {};  ///< one chunk; empty in a "dropped" marker and in a resync
  std::uint64_t lost = 0;    ///< > 0: a marker that stands where this many chunks were dropped; read everything again
  bool is_resync = false;    ///< nobody listened for a while: read everything again. With `lost`: both
  int sender = 0;            ///< process id of the notifying session of the server; 0: this process
  [[nodiscard]] bool is_marker() const { return lost > 0; }
  [[nodiscard]] bool needs_resync() const { return lost > 0 || is_resync; }  ///< a marker, no payload
};

/// A bounded queue between the publisher, which never waits, and one reader that may be slow. When it is
/// full the chunks that come are dropped, and one marker stands in their place, however many they are.
///
/// @owns copies of the payloads
/// @cost push: a short lock and one copy; holds at most `capacity` payloads and one marker or resync between any two
class NotificationRing {
 public:
  explicit NotificationRing(std::size_t capacity) : capacity_(capacity) {}

  void push(std::string_view payload, int sender = 0);
  /// Adds a resync: the source of notifications was away. Several in a row are one, and one beside a marker joins it.
  void push_resync();
  /// The next item, or nothing when there is none yet.
  std::optional<Notification> try_next();
  /// Waits for the next item. Nothing: closed, and everything has been read.
  std::optional<Notification> next();
  /// Ends the queue: next() returns nothing once everything has been read. What is pushed later is ignored.
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

/// Notifies subscribers inside this process of what a store has committed, as LISTEN does for PostgreSQL.
/// A store publishes after the commit and on its own thread: nobody is notified before the rows can be read.
/// Any thread may subscribe, unsubscribe and publish; a callback must not.
class Notifier {
 public:
  using Callback = std::function<void(std::string_view payload)>;

  /// Ends its subscription when it goes. After that the callback is not running and will not run.
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

  /// `callback` runs on the publishing thread, in the order of subscription; it holds up the flush: be quick.
  [[nodiscard]] Subscription subscribe(Callback callback);
  /// For readers that may be slow.
  ///
  /// @owns shares the ring; does not close it
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
