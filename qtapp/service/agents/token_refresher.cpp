// SPDX-License-Identifier: Apache-2.0
#include "service/agents/token_refresher.hpp"

#include <algorithm>

namespace metabatch::service {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr Duration kFirstRetry = std::chrono::seconds(1);
constexpr Duration kLongestRetry = std::chrono::seconds(30);

}  // namespace

TokenRefresher::TokenRefresher(AgentDirectory& directory, RefresherOptions options)
    : directory_(directory), options_(std::move(options)), every_(options_.every), thread_([this] { run(); }) {}

TokenRefresher::~TokenRefresher() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  called_.notify_all();
  thread_.join();
}

void TokenRefresher::request() noexcept {
  if (is_request_pending_.exchange(true)) return;  // a flood of guesses takes no lock
  {
    const std::lock_guard lock(mutex_);
    is_requested_ = true;
  }
  called_.notify_all();
}

void TokenRefresher::refresh() {
  {
    const std::lock_guard lock(mutex_);
    is_urgent_ = true;
  }
  called_.notify_all();
}

void TokenRefresher::set_every(Duration every) {
  {
    const std::lock_guard lock(mutex_);
    every_ = every;
  }
  refresh();
}

void TokenRefresher::wait_for_first(Duration limit) {
  std::unique_lock lock(mutex_);
  called_.wait_for(lock, limit, [this] { return has_tried_; });
}

void TokenRefresher::run() {
  const std::unique_ptr<sql::Agents> agents = options_.open();
  Duration retry = kFirstRetry;
  auto next_sample = SteadyClock::now();
  for (;;) {
    is_request_pending_ = false;
    const bool is_read = read(*agents);
    const auto began = SteadyClock::now();
    std::unique_lock lock(mutex_);
    has_tried_ = true;
    called_.notify_all();
    const auto until = [&] {
      if (!is_read) return began + retry;
      return began + (is_requested_ ? std::min(options_.least_gap, every_) : every_);
    };
    while (!is_stopping_ && !is_urgent_ && SteadyClock::now() < until()) {
      if (SteadyClock::now() >= next_sample) {
        lock.unlock();
        sample_queue(*agents);
        lock.lock();
        next_sample = SteadyClock::now() + options_.queue_sample_every;
        continue;  // perhaps somebody called meanwhile
      }
      called_.wait_until(lock, std::min(until(), next_sample));
    }
    if (is_stopping_) return;
    is_requested_ = is_urgent_ = false;
    retry = is_read ? kFirstRetry : std::min(retry * 2, kLongestRetry);
  }
}

void TokenRefresher::sample_queue(sql::Agents& agents) const {
  if (!options_.on_queue) return;
  const auto found = agents.notification_queue();  // a failure is told where tokens are read
  const auto* const queue = std::get_if<std::optional<sql::NotificationQueue>>(&found);
  if (queue != nullptr && *queue) options_.on_queue(**queue);
}

bool TokenRefresher::read(sql::Agents& agents) {
  const auto found = agents.tokens();
  if (const auto* const failed = std::get_if<sql::DatabaseFailure>(&found)) {
    options_.on_failure(failed->message);
    return false;
  }
  directory_.replace(std::get<0>(found));
  return true;
}

}  // namespace metabatch::service
