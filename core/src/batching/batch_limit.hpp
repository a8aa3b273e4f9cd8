// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "metabatch/time.hpp"

namespace metabatch {

/// The number of entries that one flush may bring while the store is slow. A flush that was too
/// much for its time limit makes the next ones half as large, down to one entry. Two flushes in a
/// row that took under half the limit double it, until nothing limits the batch size any more.
class BatchLimit {
 public:
  [[nodiscard]] std::uint64_t within(std::uint64_t batch_size) const { return std::min(batch_size, limit_); }

  void was_too_much(std::uint64_t entries) {
    limit_ = std::max<std::uint64_t>(entries / 2, 1);
    quick_ = 0;
  }
  /// A flush of a batch that was not too much ended. `time_limit` 0: not known, so the flush counts
  /// as quick.
  void ended(bool failed, Duration took, Duration time_limit, std::uint64_t batch_size) {
    if (limit_ == kNone) return;
    const bool quick = !failed && (time_limit == Duration{} || took < time_limit / 2);
    quick_ = quick ? quick_ + 1 : 0;
    if (quick_ < kQuickFlushes) return;
    quick_ = 0;
    grow(batch_size);
  }
  /// Doubles the limit, or removes it once it would reach `batch_size`.
  void grow(std::uint64_t batch_size) {
    if (limit_ != kNone) limit_ = limit_ < batch_size / 2 + batch_size % 2 ? limit_ * 2 : kNone;
  }

 private:
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();
  static constexpr int kQuickFlushes = 2;  // in a row
  std::uint64_t limit_ = kNone;
  int quick_ = 0;
};

}  // namespace metabatch
