// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/time.hpp"

namespace metabatch::models {

inline constexpr Duration kSampleEvery = std::chrono::milliseconds(500);

/// The state of a running machine at one moment, as a copied value. All counts are since the start.
struct Sample {
  Instant at{};
  Counters counters;
  FlushCounters flushes;
  DelayHistogram delay;
  std::uint64_t reports = 0;  ///< reports offered
  std::uint64_t bufferedEntries = 0;
  std::uint64_t bufferedBytes = 0;
  std::optional<Duration> oldestAge;
  std::optional<Duration> flushTime;  ///< of all flushes together, without holds
  Config config;                      ///< as running
};

/// One completed flush, as the charts need it.
struct FlushPoint {
  Instant at{};  ///< when it ended
  Duration took{};
  Reason reason = Reason::scheduled;
  std::size_t entries = 0;
  bool isFailed = false;
};

/// What was received on a channel since the previous point.
struct ChannelPoint {
  Instant at{};
  std::uint64_t notifications = 0;
  std::uint64_t agents = 0;    ///< named by them
  double latencySeconds = -1;  ///< below 0: not measured
};

/// The metrics of a foreign batcher at one moment: values of series by name. A series that is
/// missing was not measured.
struct ScrapedValues {
  Instant at{};
  std::vector<std::pair<std::string_view, double>> rates;
  std::array<std::optional<double>, kReasons> meanMilliseconds;  ///< of the flushes since the last scrape, by reason
};

}  // namespace metabatch::models
