// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "health/collector.hpp"

namespace metabatch::service {

/// Samples the machine twice a second, on a thread of its own, and judges the samples with core's
/// health function. Any thread may ask for the assessment.
class HealthMonitor {
 public:
  /// @shape sample: called on the monitor's thread; outlives the monitor
  explicit HealthMonitor(std::function<health::Sample()> sample);
  ~HealthMonitor();
  HealthMonitor(const HealthMonitor&) = delete;
  HealthMonitor& operator=(const HealthMonitor&) = delete;

  [[nodiscard]] health::Assessment assessment() const;

 private:
  void run();

  const std::function<health::Sample()> sample_;
  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  health::Collector collector_;  // mutex_
  bool is_stopping_ = false;     // mutex_
  std::thread thread_;
};

}  // namespace metabatch::service
