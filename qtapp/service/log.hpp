// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace metabatch::service {

/// Writes log lines to stderr, as logfmt or JSON. Never blocks: when nobody reads, lines are lost
/// and counted, and the next line says how many.
///
/// Actions of an operator and rare events are always logged. Events that clients or a failing
/// database can cause in floods are limited: the same event is logged at most every 10 s, with the
/// number of lines that were suppressed.
class Log {
 public:
  enum class Form : std::uint8_t { logfmt, json };
  enum class Level : std::uint8_t { info, warning, error };
  struct Field {
    std::string_view name;
    std::string value;
  };

  /// @shape fd: the descriptor that it writes to; 2 is stderr
  explicit Log(Form form, int fd = 2) : form_(form), fd_(fd) {}

  /// @shape fields: no secret
  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
  void warn(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::warning, event, fields); }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }
  /// Logs an event that may come in floods.
  ///
  /// @shape event: a literal; events are counted by it
  void limited(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  /// The state that `event` reports has ended: its suppressed lines are no longer reported, and its
  /// next line is logged at once.
  void end_limited(std::string_view event);
  /// Logs how many lines were suppressed by floods that have ended. Call it from time to time, and
  /// at the end for all.
  void log_suppressed(bool is_end = false);
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  struct Repeats {
    Level level;
    std::chrono::steady_clock::time_point logged;
    std::uint64_t suppressed = 0;
  };
  void put(Level level, std::string_view event, std::initializer_list<Field> fields, std::uint64_t suppressed);

  const Form form_;
  const int fd_;
  std::mutex mutex_;
  std::map<std::string_view, Repeats> repeats_;
  std::uint64_t lost_ = 0;
};

}  // namespace metabatch::service
