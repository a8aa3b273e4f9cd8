// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cli/serving.hpp"

/// Agents that report growing numbers, each the next one when the one before was answered, through
/// everything that happens to the service: a connection that ends is made anew, a refused number is
/// sent again as the next one.
class FleetOfNumbers {
 public:
  /// @shape patience: of each connection, for all of its reports
  FleetOfNumbers(std::uint16_t port, std::vector<AddedAgent> agents, std::chrono::seconds patience = Client::kPatience)
      : port_(port), patience_(patience), agents_(std::move(agents)), state_(agents_.size()), thread_([this] {
          run();
        }) {}
  ~FleetOfNumbers() { stop(); }
  FleetOfNumbers(const FleetOfNumbers&) = delete;
  FleetOfNumbers& operator=(const FleetOfNumbers&) = delete;

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
      is_paused_ = false;
    }
    more_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  /// Returns when every report that was sent is answered, or its connection lost.
  void pause() {
    std::unique_lock lock(mutex_);
    is_paused_ = true;
    more_.wait(lock, [this] { return is_resting_; });
  }
  void go_on() {
    {
      const std::lock_guard lock(mutex_);
      is_paused_ = false;
    }
    more_.notify_all();
  }
  /// The largest number of each agent that was answered 204.
  [[nodiscard]] std::vector<long> acknowledged() {
    const std::lock_guard lock(mutex_);
    std::vector<long> all;
    for (const State& one : state_) all.push_back(one.acknowledged);
    return all;
  }
  /// Waits until every agent has been answered 204 so many times more.
  [[nodiscard]] bool goes_on(long reports) {
    std::unique_lock lock(mutex_);
    std::vector<long> wanted;
    for (const State& one : state_) wanted.push_back(one.answers + reports);
    return more_.wait_for(lock, std::chrono::seconds(60), [&] {
      for (std::size_t i = 0; i < wanted.size(); ++i)
        if (state_[i].answers < wanted[i]) return false;
      return true;
    });
  }

 private:
  static constexpr long kReportsOfClient = 200;  // on one connection; its patience is for all of them
  struct State {
    long sent = 0, acknowledged = 0, answers = 0;
    std::unique_ptr<Client> client;
  };

  void run() {
    for (;;) {
      for (std::size_t i = 0; i < agents_.size(); ++i) send(i);
      for (std::size_t i = 0; i < agents_.size(); ++i) take(i);
      std::unique_lock lock(mutex_);
      is_resting_ = is_paused_;
      more_.notify_all();
      more_.wait(lock, [this] { return !is_paused_; });
      is_resting_ = false;
      if (is_over_) return;
    }
  }
  void send(std::size_t i) {
    State& one = state_[i];
    if (!one.client) one.client = Client::try_to(port_, patience_);
    if (!one.client) return;
    {
      const std::lock_guard lock(mutex_);
      ++one.sent;
    }
    one.client->send(agents_[i].report(std::to_string(one.sent)));
  }
  void take(std::size_t i) {
    State& one = state_[i];
    if (!one.client) return;
    const int status = answer_from(*one.client).status;
    if (status == 0 || one.sent % kReportsOfClient == 0) one.client.reset();
    if (status != 204) return;
    const std::lock_guard lock(mutex_);
    one.acknowledged = one.sent;
    ++one.answers;
  }

  const std::uint16_t port_;
  const std::chrono::seconds patience_;
  const std::vector<AddedAgent> agents_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<State> state_;
  bool is_over_ = false;     // mutex_
  bool is_paused_ = false;   // mutex_
  bool is_resting_ = false;  // mutex_: paused, and nothing is under way
  std::thread thread_;
};
