// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "service/handler.hpp"

namespace metabatch::service {

/// The watch streams that are open: how many each agent has, and which token opened each of them. Any thread.
class OpenWatches {
 public:
  explicit OpenWatches(std::size_t streams_per_agent)
      : streams_per_agent_(streams_per_agent), slots_(std::make_shared<Slots>()) {}

  /// One of the streams that `agent` may have, or null: it has all of them. The slot is free again when the pointer goes.
  std::shared_ptr<void> reserve(const Uuid& agent);

  void add(Handler::WatchId id, const WatchRequest& request, const std::shared_ptr<Watcher>& watcher);
  void remove(Handler::WatchId id);
  /// Ends the streams whose token is not valid any more.
  void end_revoked(const std::function<bool(const std::string& token, const Uuid& agent)>& is_valid);

  [[nodiscard]] std::uint64_t revoked() const { return revoked_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Slots {  // shared with the slots given out, which may outlive this object
    std::mutex mutex;
    std::map<Uuid, std::size_t> taken;  // mutex
  };
  struct Open {
    std::string token;
    Uuid agent;
    std::weak_ptr<Watcher> watcher;
  };

  const std::size_t streams_per_agent_;
  const std::shared_ptr<Slots> slots_;
  std::mutex mutex_;
  std::map<Handler::WatchId, Open> open_;  // mutex_
  std::atomic<std::uint64_t> revoked_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace metabatch::service
