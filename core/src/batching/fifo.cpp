// SPDX-License-Identifier: Apache-2.0
#include "batching/fifo.hpp"

#include "batching/storage.hpp"

namespace metabatch {

bool Fifo::push(const Update& update, Instant now, std::uint64_t slots) {
  ++counters_.offered;
  if (queue_.size() >= slots || !capacity_.admit(0, size_of(update))) {
    ++counters_.dropped_full;
    return false;
  }
  queue_.push_back({update.agent, std::string(update.key), std::string(update.value), std::string(update.error),
                    update.collected_at, now});
  ++counters_.queued;
  return true;
}

void Fifo::pop() {
  capacity_.charge(0, -static_cast<std::int64_t>(size_of(queue_.front().update())));
  queue_.pop_front();
  --counters_.offered;
  --counters_.queued;
}

}  // namespace metabatch
