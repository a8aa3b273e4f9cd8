// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "metabatch/time.hpp"
#include "metabatch/uuid.hpp"

namespace metabatch {

/// The newest thing known of one (agent, key), or one that claims to be.
///
/// @owns nothing: the views point into the caller's memory (an update) or into a Batch (an entry)
struct Update {
  Uuid agent;
  std::string_view key;
  std::string_view value;
  std::string_view error;
  WallTime collected_at{};
};

/// What one agent sends at once: four parallel lists, as the origin's Add takes them.
///
/// @shape keys, values, errors and collected_at have one item each per update, in arrival order
/// @owns  nothing
struct Report {
  Uuid agent;
  std::span<const std::string_view> keys;
  std::span<const std::string_view> values;
  std::span<const std::string_view> errors;
  std::span<const WallTime> collected_at;

  [[nodiscard]] std::size_t size() const { return keys.size(); }
  /// False when the lists differ in length: then nothing of the report may be taken.
  [[nodiscard]] bool is_parallel() const {
    return keys.size() == values.size() && values.size() == errors.size() && errors.size() == collected_at.size();
  }
};

/// The message for a report that is not parallel: `invalid Add call, all inputs must have the same
/// number of items; keys: %d, values: %d, errors: %d, collectedAt: %d`, word for word the origin's.
std::string describe_unequal(const Report& report);

/// A report of one update. @owns nothing: `update` must outlive it
inline Report report_of(const Update& update) {
  return {update.agent, {&update.key, 1}, {&update.value, 1}, {&update.error, 1}, {&update.collected_at, 1}};
}

/// What became of the updates of one add. `accepted() + dropped` is what was offered.
struct Admission {
  std::size_t taken = 0;               ///< new entries, or queued (`fifo`)
  std::size_t coalesced = 0;           ///< replaced the value of an entry held
  std::size_t stale = 0;               ///< not taken: a newer one (on keep_first an equal one) was held
  std::size_t dropped_full = 0;        ///< no capacity
  std::size_t dropped_agent_full = 0;  ///< no capacity of this agent
  std::size_t dropped_closed = 0;

  [[nodiscard]] std::size_t accepted() const { return taken + coalesced + stale; }
  [[nodiscard]] std::size_t dropped() const { return dropped_full + dropped_agent_full + dropped_closed; }
  Admission& operator+=(const Admission& other);
  bool operator==(const Admission&) const = default;
};

}  // namespace metabatch
