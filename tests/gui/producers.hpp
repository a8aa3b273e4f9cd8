// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/clock.hpp"
#include "engine/lanes.hpp"

namespace metabatch::gui {

/// Threads that add updates beside a session's fleet, each for its own agents, and the model of the
/// final table: the last update of each row that was not refused. Uses no engine, store or session.
class Producers {
 public:
  static constexpr std::size_t kAgentsEach = 50;
  static constexpr std::size_t kKeys = 15;

  /// @shape pause: between two agents' rounds of kKeys updates; 0: at full speed
  Producers(std::size_t threads, std::chrono::microseconds pause) : pause_(pause), parts_(threads) {
    for (std::size_t key = 0; key < kKeys; ++key) key_names_.push_back("soak_" + std::to_string(key));
    keys_.assign(key_names_.begin(), key_names_.end());
    for (std::size_t i = 0; i < threads * kAgentsEach; ++i) agents_.push_back(agent_number(i));
    for (Part& part : parts_) part.last.resize(kAgentsEach * kKeys);
  }
  ~Producers() { feed(nullptr); }

  [[nodiscard]] const std::vector<Uuid>& agents() const { return agents_; }
  [[nodiscard]] const std::vector<std::string_view>& keys() const { return keys_; }

  /// The function for SessionPlan::alsoFeed: all threads add to `lanes`, or none does any more.
  void feed(engine::Lanes* lanes) {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    ending_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    is_ending_ = false;
    for (std::size_t i = 0; lanes != nullptr && i < parts_.size(); ++i)
      threads_.emplace_back([this, i, lanes] { run(i, *lanes); });
  }

  struct Row {
    std::string agent, key, value;
    std::int64_t collected_at = 0;
  };
  /// The expected table, in no order. Only while nothing is fed.
  [[nodiscard]] std::vector<Row> rows() const {
    std::vector<Row> found;
    for (std::size_t i = 0; i < agents_.size(); ++i)
      for (std::size_t key = 0; key < kKeys; ++key) {
        const std::uint64_t last = parts_[i / kAgentsEach].last[i % kAgentsEach * kKeys + key];
        if (last == 0) continue;
        found.push_back({format_uuid(agents_[i]), key_names_[key], value_of(i, last), time_of(last).count()});
      }
    return found;
  }
  [[nodiscard]] std::uint64_t offered() const { return sum(&Part::offered); }
  [[nodiscard]] std::uint64_t dropped() const { return sum(&Part::dropped); }

 private:
  struct Part {
    std::vector<std::uint64_t> last;  // of each row: the number of its update; 0: none
    std::atomic<std::uint64_t> offered = 0, dropped = 0;
    std::uint64_t number = 0;
  };

  static Uuid agent_number(std::size_t number) {
    Uuid id;
    id.bytes = {0x50, 0xAC, 0, 0, 0, 0, 0x40, 0, 0x80};
    id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
    id.bytes[15] = static_cast<std::uint8_t>(number);
    return id;
  }
  static std::string value_of(std::size_t agent, std::uint64_t number) {
    return std::to_string(agent) + "/" + std::to_string(number);
  }
  [[nodiscard]] std::chrono::microseconds time_of(std::uint64_t number) const {
    return std::chrono::microseconds(began_.time_since_epoch()) + std::chrono::microseconds(number);
  }
  [[nodiscard]] std::uint64_t sum(std::atomic<std::uint64_t> Part::*count) const {
    std::uint64_t total = 0;
    for (const Part& part : parts_) total += part.*count;
    return total;
  }

  void run(std::size_t position, engine::Lanes& lanes) {
    Part& part = parts_[position];
    for (std::size_t agent = 0;; agent = (agent + 1) % kAgentsEach) {
      if (is_ending_) return;
      addRound(part, position * kAgentsEach + agent, lanes);
      std::unique_lock lock(mutex_);
      if (pause_.count() > 0 && ending_.wait_for(lock, pause_, [this] { return is_ending_.load(); })) return;
    }
  }

  void addRound(Part& part, std::size_t agent, engine::Lanes& lanes) {
    for (std::size_t key = 0; key < kKeys; ++key) {
      const std::uint64_t number = ++part.number;
      const std::string value = value_of(agent, number);
      const Admission admission = lanes.add(Update{agents_[agent], keys_[key], value, {}, WallTime(time_of(number))});
      ++part.offered;
      part.dropped += admission.dropped();
      if (admission.dropped() == 0) part.last[agent % kAgentsEach * kKeys + key] = number;
    }
  }

  const std::chrono::microseconds pause_;
  const WallTime began_ = engine::system_clock().wall_now();
  std::vector<Uuid> agents_;
  std::vector<std::string> key_names_;
  std::vector<std::string_view> keys_;
  std::vector<Part> parts_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable ending_;
  std::atomic<bool> is_ending_ = false;
};

}  // namespace metabatch::gui
