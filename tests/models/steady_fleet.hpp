// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "metabatch/config.hpp"
#include "models/charts/sample.hpp"

namespace metabatch::models {

inline const Instant t0{std::chrono::hours(1)};

/// A fleet of 60 reports of 15 keys a second in batches of 500, after `seconds`.
inline Sample after(int seconds) {
  const auto s = static_cast<std::uint64_t>(seconds);
  Sample sample;
  sample.at = t0 + std::chrono::seconds(seconds);
  sample.config = validated(Config{}).value();
  sample.reports = 60 * s;
  sample.counters.offered = 900 * s;
  sample.counters.written = 900 * s;
  sample.flushes.flushes[0] = 2 * s;
  sample.flushes.chunks = 2 * s;
  if (s > 0) sample.delay.observe(std::chrono::milliseconds(300), 900 * s);
  return sample;
}

}  // namespace metabatch::models
