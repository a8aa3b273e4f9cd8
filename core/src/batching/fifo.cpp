// SPDX-License-Identifier: Apache-2.0
#include "batching/fifo.hpp"

#include "batching/blocks/block.hpp"

namespace metabatch {

Admission Fifo::push(const Update& update, Instant now, const Limits& limits) {
  Admission admission;
  ++counters_.offered;
  const auto bytes = static_cast<std::int64_t>(size_of(update));
  if (slots_of(update.agent) >= limits.agent_slots) {
    ++counters_.dropped_agent_full;
    admission.dropped_agent_full = 1;
    return admission;
  }
  if (queue_.size() >= limits.slots || !capacity_.admit(0, size_of(update))) {
    ++counters_.dropped_full;
    admission.dropped_full = 1;
    return admission;
  }
  capacity_.charge_beside(bytes);
  queue_.push_back({update.agent, std::string(update.key), std::string(update.value), std::string(update.error),
                    update.collected_at, now});
  ++agent_slots_[update.agent];
  ++counters_.queued;
  admission.taken = 1;
  return admission;
}

std::uint64_t Fifo::slots_of(const Uuid& agent) const {
  const auto found = agent_slots_.find(agent);
  return found == agent_slots_.end() ? 0 : found->second;
}

void Fifo::pop() {
  const auto bytes = static_cast<std::int64_t>(size_of(queue_.front().update()));
  capacity_.charge_beside(-bytes);
  capacity_.charge(0, -bytes);
  const auto slots = agent_slots_.find(queue_.front().agent);
  if (--slots->second == 0) agent_slots_.erase(slots);
  queue_.pop_front();
  --counters_.offered;
  --counters_.queued;
}

}  // namespace metabatch
