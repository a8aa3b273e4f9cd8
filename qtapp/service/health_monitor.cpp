// SPDX-License-Identifier: Apache-2.0
#include "service/health_monitor.hpp"

#include <chrono>

namespace metabatch::service {
namespace {

constexpr auto kSampleEvery = std::chrono::milliseconds(500);

}  // namespace

HealthMonitor::HealthMonitor(std::function<health::Sample()> sample)
    : sample_(std::move(sample)), thread_([this] { run(); }) {}

HealthMonitor::~HealthMonitor() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

health::Assessment HealthMonitor::assessment() const {
  const std::lock_guard lock(mutex_);
  return health::assess(collector_.facts());
}

void HealthMonitor::run() {
  std::unique_lock lock(mutex_);
  while (!is_stopping_) {
    lock.unlock();
    const health::Sample sample = sample_();
    lock.lock();
    collector_.record(sample);
    stopped_.wait_for(lock, kSampleEvery, [this] { return is_stopping_; });
  }
}

}  // namespace metabatch::service
