// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

/// What callbacks on other threads reported, in order; a test waits for what it expects.
class Inbox {
 public:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    items_.push_back(std::move(text));
    arrived_.notify_all();
  }
  /// The next item that begins with `beginning`; those before it are dropped. Empty: there was none
  /// within a minute.
  std::string next(const std::string& beginning) {
    return next_within(beginning, std::chrono::minutes(1)).value_or("");
  }
  /// The same within `limit`, for items that may be lost.
  std::optional<std::string> next_within(const std::string& beginning, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::unique_lock lock(mutex_);
    for (;;) {
      while (!items_.empty()) {
        std::string item = std::move(items_.front());
        items_.pop_front();
        if (item.starts_with(beginning)) return item;
      }
      if (arrived_.wait_until(lock, deadline) == std::cv_status::timeout && items_.empty()) return std::nullopt;
    }
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> items_;
};
