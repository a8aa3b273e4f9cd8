// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "metabatch/time.hpp"

namespace metabatch::cli {

/// Whether the flush loop is alive. While entries are buffered it must try flushes. It counts as
/// dead when it has tried none for `interval` plus a minute.
class FlushWatch {
 public:
  explicit FlushWatch(Instant now) : moved_(now) {}

  /// @shape tried: flushes that succeeded and that failed, since the start; held: entries
  bool is_alive(std::uint64_t tried, std::uint64_t held, Duration interval, Instant now) {
    if (tried != tried_ || held == 0) moved_ = now;
    tried_ = tried;
    return now - moved_ < interval + kStuckAfter;
  }

 private:
  static constexpr Duration kStuckAfter = std::chrono::seconds(60);
  std::uint64_t tried_ = 0;
  Instant moved_;
};

}  // namespace metabatch::cli
