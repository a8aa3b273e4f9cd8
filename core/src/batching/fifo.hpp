// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "batching/capacity.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/update.hpp"

namespace metabatch {

/// The origin's bounded channel (`queue = fifo`): updates that came while a flush was in flight or
/// the batch was full, in order. Nothing is merged here; that happens when they are absorbed.
class Fifo {
 public:
  /// `capacity` counts the bytes; slots are counted here.
  explicit Fifo(Capacity& capacity) : capacity_(capacity) {}

  struct Limits {
    std::uint64_t slots = 0;
    std::uint64_t agent_slots = 0;  ///< of one agent
  };
  /// Queues a copy, or drops it: no slot is free, none of its agent, or the bytes are full.
  ///
  /// @return the admission of this one update
  Admission push(const Update& update, Instant now, const Limits& limits);

  struct Queued {
    Uuid agent;
    std::string key, value, error;
    WallTime collected_at{};
    Instant added{};
    [[nodiscard]] Update update() const { return {agent, key, value, error, collected_at}; }
  };
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] const Queued& front() const { return queue_.front(); }
  /// Slots that hold updates of an agent.
  [[nodiscard]] std::uint64_t slots_of(const Uuid& agent) const;
  /// The front was absorbed: it was offered there, and no longer here.
  void pop();

  /// `offered` counts what is queued and what was dropped here; absorbed updates are counted where
  /// they went.
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  Capacity& capacity_;
  std::deque<Queued> queue_;
  std::map<Uuid, std::uint64_t> agent_slots_;
  Counters counters_;
};

}  // namespace metabatch
