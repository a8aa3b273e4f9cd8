// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "metabatch/histogram.hpp"
#include "pubsub/nats_connection.hpp"
#include "pubsub/nats_feed.hpp"

namespace metabatch::pubsub {

struct NatsPublisherOptions {
  NatsOptions connection;
  std::string subject;  ///< is_subject() holds
  std::chrono::milliseconds acknowledgement_limit = std::chrono::seconds(2);
  /// Messages were not sent, or the server did not acknowledge them in time, so watchers of this
  /// process should read again. Called on a thread of the publisher or of the client library; must
  /// not wait.
  std::function<void(std::size_t chunks, const std::string& reason)> on_lost{};
};

/// The result of one publish().
struct NatsPublished {
  std::size_t published = 0;
  std::size_t bytes = 0;
  std::size_t errors = 0;
  std::string reason{};  ///< of the errors
};

/// Publishes chunks to one NATS subject: core NATS, at most once. The rows are the truth; a message
/// only says that they changed.
///
/// publish() hands the messages over and returns. While the connection is lost, every chunk is an
/// error at once and is not kept. A thread beside it waits for the server's acknowledgement, so
/// that the next batch may begin meanwhile.
class NatsPublisher {
 public:
  explicit NatsPublisher(NatsPublisherOptions options);
  ~NatsPublisher();

  /// Any thread. Waits at most NatsOptions::write_limit while the server accepts no bytes.
  NatsPublished publish(std::span<const std::string> chunks);
  /// Waits until everything that was published is acknowledged or lost.
  void wait_until_acknowledged();

  /// Subscribes to what others publish to the subject: on this connection, which receives nothing
  /// of its own. Again, it changes nothing.
  ///
  /// @shape events: also called when listening begins on a connection that is there
  void hear_others(NatsSubscriptionEvents events);
  /// Once this has returned, none of these events is called any more.
  void ignore_others();
  /// Whether everything arrives that others publish now. False while it does not listen.
  [[nodiscard]] bool hears_others() const;

  [[nodiscard]] bool is_connected() const { return connection_.is_connected(); }
  /// Messages that were handed over but not acknowledged in time.
  [[nodiscard]] std::uint64_t unacknowledged() const { return unacknowledged_; }
  /// Times in seconds from the handing over to the server's acknowledgement.
  [[nodiscard]] Histogram acknowledgements() const;

 private:
  void run();
  void count_lost(std::size_t chunks, const std::string& reason);
  [[nodiscard]] std::shared_ptr<NatsFeed> others() const;
  [[nodiscard]] NatsEvents events();

  const NatsPublisherOptions options_;
  std::atomic<std::uint64_t> unacknowledged_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t pending_ = 0;                              // mutex_: messages that wait for their acknowledgement
  std::chrono::steady_clock::time_point pending_since_;  // mutex_: of the oldest of them
  bool is_flushing_ = false;                             // mutex_
  bool is_over_ = false;                                 // mutex_
  Histogram acknowledgements_;                           // mutex_
  std::shared_ptr<NatsFeed> others_;                     // mutex_: or none
  bool must_confirm_ = false;                            // mutex_: others_ has subscribed since it was connected
  NatsConnection connection_;
  std::thread thread_;
};

}  // namespace metabatch::pubsub
