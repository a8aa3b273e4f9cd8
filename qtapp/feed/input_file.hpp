// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "feed/line_reader.hpp"
#include "feed/stop_request.hpp"

namespace metabatch::feed {

inline constexpr std::chrono::milliseconds kPause{100};  ///< a slow writer waits for less

/// A file or a named pipe, or standard input for `-`. Opening does not wait for the writer of a
/// pipe; reading does.
class Input {
 public:
  explicit Input(const std::string& name);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// Why it cannot be read, for people; empty when it can.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// Reads until the end or, with `stop`, until a stop is requested.
  [[nodiscard]] LineReader::Source source(Stop* stop = nullptr);
  /// Called by a source with a stop, on the reading thread, when a read has waited for longer than
  /// kPause. Set it before the first read.
  void set_on_pause(std::function<void()> on_pause) { on_pause_ = std::move(on_pause); }
  /// Called by a source with a stop, on the reading thread, before each read. Set it before the
  /// first read.
  void set_on_read(std::function<void()> on_read) { on_read_ = std::move(on_read); }
  /// 0, or the errno that ended the reading before the end.
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// 0: unknown, as for a pipe.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool is_terminal() const;

 private:
  std::string name_;
  std::string problem_;
  std::function<void()> on_pause_;
  std::function<void()> on_read_;
  int fd_ = 0;
  std::atomic<int> error_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace metabatch::feed
