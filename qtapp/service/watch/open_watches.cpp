// SPDX-License-Identifier: Apache-2.0
#include "service/watch/open_watches.hpp"

#include <vector>

namespace metabatch::service {

std::shared_ptr<void> OpenWatches::reserve(const Uuid& agent) {
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

void OpenWatches::add(Handler::WatchId id, const WatchRequest& request, const std::shared_ptr<Watcher>& watcher) {
  const std::lock_guard lock(mutex_);
  open_[id] = {request.token, request.agent, watcher};
}

void OpenWatches::remove(Handler::WatchId id) {
  const std::lock_guard lock(mutex_);
  open_.erase(id);
}

void OpenWatches::end_revoked(const std::function<bool(const std::string& token, const Uuid& agent)>& is_valid) {
  std::vector<std::shared_ptr<Watcher>> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto one = open_.begin(); one != open_.end();) {
      if (is_valid(one->second.token, one->second.agent)) {
        ++one;
        continue;
      }
      if (auto watcher = one->second.watcher.lock()) ended.push_back(std::move(watcher));
      one = open_.erase(one);
    }
  }
  revoked_ += ended.size();
  for (const auto& watcher : ended) watcher->end();
}

}  // namespace metabatch::service
