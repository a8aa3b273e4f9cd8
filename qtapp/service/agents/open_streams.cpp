// SPDX-License-Identifier: Apache-2.0
#include "service/agents/open_streams.hpp"

#include <utility>
#include <vector>

namespace metabatch::service {

std::shared_ptr<void> OpenStreams::reserve(const Uuid& agent) {
  const std::lock_guard lock(slots_->mutex);
  std::size_t& taken = slots_->taken[agent];
  if (taken >= streams_per_agent_) {
    ++refused_;
    return nullptr;
  }
  ++taken;
  return {slots_.get(), [slots = slots_, agent](Slots*) {
            const std::lock_guard release(slots->mutex);
            const auto found = slots->taken.find(agent);
            if (--found->second == 0) slots->taken.erase(found);
          }};
}

void OpenStreams::add(std::uint64_t id, std::string token, const Uuid& agent,
                      const std::shared_ptr<OpenStream>& stream) {
  const std::lock_guard lock(mutex_);
  open_[id] = {std::move(token), agent, stream};
}

void OpenStreams::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  open_.erase(id);
}

void OpenStreams::end_revoked(const std::function<bool(const std::string& token, const Uuid& agent)>& is_valid) {
  std::vector<std::shared_ptr<OpenStream>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto one = open_.begin(); one != open_.end();) {
      if (is_valid(one->second.token, one->second.agent)) {
        ++one;
        continue;
      }
      if (auto stream = one->second.stream.lock()) ended.push_back(std::move(stream));
      one = open_.erase(one);
    }
  }
  revoked_ += ended.size();
  for (const auto& stream : ended) stream->end();
}

}  // namespace metabatch::service
