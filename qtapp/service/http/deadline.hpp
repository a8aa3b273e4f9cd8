// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>

#include "service/http/connection.hpp"

namespace metabatch::service {

/// The time by which a connection must have done what it does, or it is cut.
///
/// A deadline moves several times with every request, and a timer that moves with it costs more
/// than the answer. So the timer stays and looks, when it ends, whether the deadline has moved on.
/// It never ends too late: it is never set further ahead than the shortest of the limits, and no
/// deadline that is set meanwhile comes sooner than that.
class Deadline {
 public:
  Deadline(Worker& worker, const HttpLimits& limits)
      : timer_(worker.context.get_executor()),
        shortest_(std::min({limits.header, limits.body, limits.idle, limits.write})) {}

  /// What is cut. Called once, before set().
  void watch(std::weak_ptr<Connection> connection) { connection_ = std::move(connection); }
  /// @shape limit: from now; one of HttpLimits
  void set(Duration limit) {
    at_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(limit);
    if (!is_armed_) arm();
  }
  void clear() { at_ = Clock::time_point::max(); }
  /// Whether the connection was cut by it.
  [[nodiscard]] bool has_passed() const { return has_passed_; }

 private:
  using Clock = std::chrono::steady_clock;

  void arm() {
    is_armed_ = true;
    timer_.expires_at(std::min(at_, Clock::now() + std::chrono::duration_cast<Clock::duration>(shortest_)));
    timer_.async_wait([this, weak = connection_](const Failure& cancelled) {
      const auto connection = weak.lock();
      if (cancelled || !connection) return;
      is_armed_ = false;
      if (at_ == Clock::time_point::max()) return;
      if (Clock::now() < at_) return arm();
      has_passed_ = true;
      connection->cut();
    });
  }

  Timer timer_;
  const Duration shortest_;
  std::weak_ptr<Connection> connection_;
  Clock::time_point at_ = Clock::time_point::max();
  bool is_armed_ = false;
  bool has_passed_ = false;
};

}  // namespace metabatch::service
