// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "service/client.hpp"

/// Watchers on one thread, each of one agent. A watcher keeps the number that it was shown last,
/// and opens a new stream when its stream ends.
class RoamingWatchers {
 public:
  /// @shape paths: what is watched, a watcher each
  RoamingWatchers(std::uint16_t port, const std::vector<std::string>& paths, const std::string& token) : port_(port) {
    for (const std::string& path : paths) {
      std::string text = request("GET", path, token);
      text.replace(text.find("HTTP/1.1"), 8, "HTTP/1.0");  // an answer without chunks, so a frame is in one piece
      all_.push_back({.request = std::move(text)});
    }
    thread_ = std::thread([this] { run(); });
  }
  ~RoamingWatchers() {
    is_over_ = true;
    thread_.join();
  }
  RoamingWatchers(const RoamingWatchers&) = delete;
  RoamingWatchers& operator=(const RoamingWatchers&) = delete;

  /// What each watcher shows; kNothing while it has no stream, or no frame of it.
  static constexpr long kNothing = -1;
  [[nodiscard]] std::vector<long> shown() {
    const std::lock_guard lock(mutex_);
    std::vector<long> numbers;
    for (const Watcher& one : all_) numbers.push_back(one.shown);
    return numbers;
  }
  /// Lets every `step`-th watcher leave its stream, from `first` on.
  void move(std::size_t first, std::size_t step) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = first; i < all_.size(); i += step) all_[i].must_move = true;
  }
  [[nodiscard]] std::uint64_t streams() const { return streams_; }  ///< opened in all

 private:
  static constexpr int kPauseMs = 20;                         // before watchers without a stream try again
  static constexpr auto kPatience = std::chrono::hours(100);  // ready descriptors are not waited for
  struct Watcher {
    std::string request;
    std::unique_ptr<Client> client{};
    bool has_head = false;
    long shown = kNothing;   // mutex_
    bool must_move = false;  // mutex_
  };

  void run() {
    while (!is_over_) {
      std::vector<pollfd> ready;
      for (Watcher& one : all_) {
        end_if_asked(one);
        if (!one.client) open(one);
        ready.push_back({.fd = one.client ? one.client->descriptor() : -1, .events = POLLIN, .revents = 0});
      }
      ::poll(ready.data(), ready.size(), kPauseMs);
      for (std::size_t i = 0; i < all_.size(); ++i)
        if (ready[i].revents != 0 && !read(all_[i])) end(all_[i]);
    }
  }
  void open(Watcher& one) {
    one.client = Client::try_to(port_, std::chrono::duration_cast<std::chrono::seconds>(kPatience));
    if (!one.client) return;
    one.has_head = false;
    one.client->send(one.request);
  }
  void end_if_asked(Watcher& one) {
    bool must_move = false;
    {
      const std::lock_guard lock(mutex_);
      must_move = std::exchange(one.must_move, false);
    }
    if (must_move) end(one);
  }
  void end(Watcher& one) {
    one.client.reset();
    const std::lock_guard lock(mutex_);
    one.shown = kNothing;
  }
  /// @return false: the stream has ended, or was refused
  bool read(Watcher& one) {
    if (!one.client->receive()) return false;
    if (!one.has_head) {
      const auto head = one.client->received("\r\n\r\n");
      if (!head) return true;
      if (head->find(" 200 ") == std::string::npos) return false;
      one.has_head = true;
      ++streams_;
    }
    while (const auto frame = one.client->received("\n\n")) show(one, *frame);
    return true;
  }
  /// The first value of the frame, which is that of `cpu`.
  void show(Watcher& one, const std::string& frame) {
    static constexpr std::string_view kValue = "\"value\":\"";
    const std::size_t at = frame.find(kValue);
    if (at == std::string::npos) return;
    const std::lock_guard lock(mutex_);
    one.shown = std::atol(frame.c_str() + at + kValue.size());
  }

  const std::uint16_t port_;
  std::mutex mutex_;
  std::vector<Watcher> all_;
  std::atomic<bool> is_over_ = false;
  std::atomic<std::uint64_t> streams_ = 0;
  std::thread thread_;
};
