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

/// The streams of one kind that are open: how many each agent has, and which token opened each of
/// them. Any thread.
class OpenStreams {
 public:
  explicit OpenStreams(std::size_t streams_per_agent)
      : streams_per_agent_(streams_per_agent), slots_(std::make_shared<Slots>()) {}

  /// One of the streams that `agent` may have, or null: it has all of them. The slot is free again
  /// when the pointer goes.
  std::shared_ptr<void> reserve(const Uuid& agent);

  /// @shape id: of the caller's choice, unique
  void add(std::uint64_t id, std::string token, const Uuid& agent, const std::shared_ptr<OpenStream>& stream);
  void remove(std::uint64_t id);
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
    std::weak_ptr<OpenStream> stream;
  };

  const std::size_t streams_per_agent_;
  const std::shared_ptr<Slots> slots_;
  std::mutex mutex_;
  std::map<std::uint64_t, Open> open_;  // mutex_
  std::atomic<std::uint64_t> revoked_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
};

}  // namespace metabatch::service
