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

/// Lines for machines on stderr: logfmt, or JSON. Never blocks: a line for which nobody reads is lost and counted, and told with
/// the next one.
///
/// What an operator did, and what happens once, is always logged. What clients or a failing database can cause in floods is
/// limited: the same event comes at most every 10 s, with the number of those that were left out.
class Log {
 public:
  enum class Form : std::uint8_t { logfmt, json };
  enum class Level : std::uint8_t { info, warning, error };
  struct Field {
    std::string_view name;
    std::string value;
  };

  /// @shape fd: where it writes; 2 is stderr
  explicit Log(Form form, int fd = 2) : form_(form), fd_(fd) {}

  /// @shape fields: no secret
  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  void info(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::info, event, fields); }
  void warn(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::warning, event, fields); }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) { write(Level::error, event, fields); }
  /// What may come in floods.
  ///
  /// @shape event: a literal, which is what is counted
  void limited(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  /// Says of floods that have ended how many lines were left out, where that was not said yet: to be called from time to time, and
  /// at the end for all.
  void log_suppressed(bool is_end = false);
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  struct Repeats {
    Level level;
    std::chrono::steady_clock::time_point told;
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
