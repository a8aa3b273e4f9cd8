// SPDX-License-Identifier: Apache-2.0
#include "faults/ledger.hpp"

#include <algorithm>

namespace metabatch::faults {
namespace {

using namespace std::chrono_literals;

std::string seconds(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) + " ms";
}

}  // namespace

void Ledger::offered(const OwnedUpdate& update, const Admission& admission, Instant now) {
  if (admission.taken + admission.coalesced == 0) return;  // an older stamp than the buffered one, or dropped
  Key& key = keys_[{update.agent, update.key}];
  // A value that was refused for a reason that does not blame values is held until another row is
  // written beside it.
  const bool may_be_held = plan_.refuses_with_other && ModelledDatabase::refuses(update);
  if (update.collected_at >= key.newest) key.newest_may_be_held = may_be_held;
  key.may_be_held = key.may_be_held || may_be_held;
  if (update.collected_at > key.newest) key.values.clear();
  if (update.collected_at >= key.newest) key.values.push_back(update.value);
  key.newest = std::max(key.newest, update.collected_at);
  if (may_be_held) {  // it replaces the earlier entry, and a later one that is older
    key.held = std::max(key.held, update.collected_at);
    settle_if(key, [&](const Key::Waiting& one) { return one.stamp <= update.collected_at; });
    return;
  }
  if (update.collected_at <= std::max(key.settled, key.held)) return;
  key.unsettled.push_back({update.collected_at, now});
  most_unsettled_ = std::max(most_unsettled_, ++unsettled_);
}

bool Ledger::has_newest_value(const RowId& row, const Key& key) const {
  const ModelledDatabase::Row* const found = database_.find(row);
  if (plan_.config.suppress_unchanged == Duration{} || found == nullptr) return false;
  return found->collected_at >= key.newest || std::count(key.values.begin(), key.values.end(), found->value) > 0;
}

template <class Is>
void Ledger::settle_if(Key& key, Is is) {
  unsettled_ -= std::erase_if(key.unsettled, is);
}

// An unwritten entry continues to wait; under `discard` it is gone, and so excused. A newer row
// that was left alone settles its key.
void Ledger::flushed(const Flight& flight, const FlushOutcome& outcome) {
  const bool discards = plan_.config.on_failure == OnFailure::discard;
  for (std::size_t i = 0; i < flight.entries.size(); ++i) {
    const OwnedUpdate& entry = flight.entries[i];
    Fate fate = outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten;
    if (!outcome.fates.empty()) fate = outcome.fates[i];
    if (fate == Fate::locked || (fate == Fate::unwritten && !discards)) continue;
    Key& key = keys_[{entry.agent, entry.key}];
    key.settled = std::max(key.settled, entry.collected_at);
    if (fate != Fate::written && fate != Fate::rows_stale) key.excused = std::max(key.excused, entry.collected_at);
    settle_if(key, [&key](const Key::Waiting& one) { return one.stamp <= key.settled; });
  }
}

// The last moment at which some fault kept this row, or all rows, from being written.
Instant Ledger::excused_until(const RowId& row, Instant now) const {
  Instant until{};
  const auto consider = [&](Instant from, Instant to) {
    if (from <= now) until = std::max(until, to);
  };
  for (const Window& one : plan_.outages) consider(one.from, one.until);
  for (const Window& one : plan_.table_locks) consider(one.from, one.until);
  for (const Window& one : plan_.slow) consider(one.from, one.until);
  for (const Window& one : plan_.permission) consider(one.from, one.until + 32s);  // the longest of its backoffs
  for (const Window& one : plan_.maintenance) consider(one.from, one.until + 32s);
  for (const Instant kill : plan_.kills) consider(kill, kill);
  const std::size_t number = database_.number_of(row);
  for (const RowLock& lock : plan_.row_locks)
    if (lock.row == number) consider(lock.window.from, lock.window.until);
  if (database_.is_poison(row)) consider(Instant{}, plan_.poison_until);
  return until;
}

// An entry waits for its deadline, for the longest backoff, for the entries before it (one row a
// flush in the worst case), and for entries before it that fail by themselves. Entries coalesce to
// one a row, but a fifo queue holds every update: a fleet that reports faster than the database
// writes makes it long.
Duration Ledger::bound() const {
  const auto entries = std::max<std::uint64_t>(plan_.agents * plan_.keys, most_unsettled_);
  return 3 * (2 * plan_.config.interval + 15s + 10 * plan_.time_limit +
              5 * static_cast<std::int64_t>(entries) * (4 * plan_.round_trip + plan_.row_time));
}

std::string Ledger::overdue(Instant now) const {
  for (const auto& [row, key] : keys_) {
    if (key.unsettled.empty() || has_newest_value(row, key)) continue;
    const Instant since = std::max(key.unsettled.front().since, excused_until(row, now));
    if (now <= since + bound() + plan_.config.suppress_unchanged) continue;
    return "row " + std::to_string(database_.number_of(row)) + " (" + row.second + ") has waited for " +
           seconds(now - since) + " and nothing concerns it; the bound is " + seconds(bound());
  }
  return {};
}

bool Ledger::is_settled() const {
  if (unsettled_ == 0) return true;
  return std::all_of(keys_.begin(), keys_.end(), [this](const auto& key) {
    return key.second.unsettled.empty() || has_newest_value(key.first, key.second);
  });
}

std::uint64_t Ledger::may_be_held() const {
  return static_cast<std::uint64_t>(
      std::count_if(keys_.begin(), keys_.end(), [](const auto& key) { return key.second.may_be_held; }));
}

std::string Ledger::missing() const {
  for (const auto& [id, key] : keys_) {
    const ModelledDatabase::Row* row = database_.find(id);
    const bool is_there = (row != nullptr && row->collected_at >= key.newest) || has_newest_value(id, key);
    const bool was_there = database_.lost(id).value_or(WallTime::min()) >= key.newest;
    if (is_there || was_there || key.newest_may_be_held || key.excused >= key.newest || key.newest == WallTime::min())
      continue;
    return "row " + std::to_string(database_.number_of(id)) + " (" + id.second + ") does not have its newest value";
  }
  return {};
}

}  // namespace metabatch::faults
