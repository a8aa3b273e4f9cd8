// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "metabatch/histogram.hpp"
#include "pubsub/nats_connection.hpp"

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

  [[nodiscard]] bool is_connected() const { return connection_.is_connected(); }
  /// Messages that were handed over but not acknowledged in time.
  [[nodiscard]] std::uint64_t unacknowledged() const { return unacknowledged_; }
  /// Times in seconds from the handing over to the server's acknowledgement.
  [[nodiscard]] Histogram acknowledgements() const;

 private:
  void run();
  void count_lost(std::size_t chunks, const std::string& reason);

  const NatsPublisherOptions options_;
  std::atomic<std::uint64_t> unacknowledged_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t pending_ = 0;                              // mutex_: messages that wait for their acknowledgement
  std::chrono::steady_clock::time_point pending_since_;  // mutex_: of the oldest of them
  bool is_flushing_ = false;                             // mutex_
  bool is_over_ = false;                                 // mutex_
  Histogram acknowledgements_;                           // mutex_
  NatsConnection connection_;
  std::thread thread_;
};

}  // namespace metabatch::pubsub
