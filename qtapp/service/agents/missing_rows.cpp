// SPDX-License-Identifier: Apache-2.0
#include "service/agents/missing_rows.hpp"

#include <algorithm>

namespace metabatch::service {

void MissingRows::record(std::span<const Update> entries, const FlushOutcome& outcome, Instant now) {
  const auto is_matched = [](Fate fate) { return fate == Fate::written || fate == Fate::rows_stale; };
  if (outcome.fates.size() != entries.size()) return;
  if (std::none_of(outcome.fates.begin(), outcome.fates.end(), is_matched)) return;
  const bool all_matched = std::all_of(outcome.fates.begin(), outcome.fates.end(), is_matched);
  if (all_matched && size() == 0) return;
  const std::lock_guard lock(mutex_);
  if (!all_matched && size_ + entries.size() > kMostKeys) remove_expired(now);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (outcome.fates[i] == Fate::unmatched) remember(entries[i], now);
    if (is_matched(outcome.fates[i])) forget_key(entries[i]);
  }
}

void MissingRows::remember(const Update& entry, Instant now) {
  if (size_ >= kMostKeys) return;
  std::vector<Key>& keys = keys_[entry.agent];
  const auto known = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == entry.key; });
  if (known != keys.end()) {
    known->lasts = std::min(known->lasts * 2, most_);
    known->until = now + known->lasts;
    return;
  }
  keys.push_back({.name = std::string(entry.key), .until = now + first_, .lasts = first_});
  ++size_;
}

void MissingRows::forget_key(const Update& entry) {
  const auto found = keys_.find(entry.agent);
  if (found == keys_.end()) return;
  size_ -= std::erase_if(found->second, [&](const Key& key) { return key.name == entry.key; });
  if (found->second.empty()) keys_.erase(found);
}

bool MissingRows::contains(const Uuid& agent, std::string_view key, Instant now) const {
  if (size() == 0) return false;
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(agent);
  if (found == keys_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const Key& one) { return one.until > now && one.name == key; });
}

void MissingRows::forget(const Uuid& agent) {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(agent);
  if (found == keys_.end()) return;
  size_ -= found->second.size();
  keys_.erase(found);
}

void MissingRows::clear() {
  const std::lock_guard lock(mutex_);
  keys_.clear();
  size_ = 0;
}

void MissingRows::remove_expired(Instant now) {
  for (auto& [agent, keys] : keys_) size_ -= std::erase_if(keys, [now](const Key& key) { return key.until <= now; });
  std::erase_if(keys_, [](const auto& one) { return one.second.empty(); });
}

}  // namespace metabatch::service
