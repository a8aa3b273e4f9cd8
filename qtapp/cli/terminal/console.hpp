// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace metabatch::cli {

/// What exit statuses mean, in every command.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_incomplete = 3,  ///< finished, but something was dropped, unmatched, discarded, quarantined, held or rejected
  exit_interrupted = 130,
};

/// The two ways out: data on stdout, messages and one status line on stderr. Any thread. A reader of stdout that
/// stands still holds up nobody who writes to stderr, and one of stderr holds up no message and no status line.
class Console {
 public:
  Console();

  /// Whether there is somebody to watch: stderr is a terminal.
  [[nodiscard]] bool is_live() const { return is_live_; }
  /// Shows the line in place of the last one, cut to the width of the terminal; nothing when nobody watches.
  void status(std::string_view line);
  void clear_status();
  /// One line on stderr, `metabatch: ` before it. Lost when nobody reads stderr; what was lost is counted and told later.
  void message(std::string_view text);
  /// Lines on stderr as they are; waits until they are read.
  void text(std::string_view text);
  /// Data on stdout. Once that has failed (a closed pipe, a full disk) nothing more is tried.
  void data(std::string_view bytes);
  /// Sends what is buffered.
  ///
  /// @return false: something could not be written to stdout; the first time it is said on stderr
  bool finish_data();

 private:
  void erase_status();  // mutex_ is held
  void write_out();     // out_mutex_ is held

  std::mutex out_mutex_;    // of stdout; before mutex_
  std::timed_mutex mutex_;  // of stderr
  const bool is_live_;
  const bool is_one_terminal_;  // stdout and stderr are seen together
  bool has_status_ = false;
  std::atomic<std::uint64_t> lost_messages_ = 0;
  std::string out_;  // data not sent yet
  int out_error_ = 0;
  bool is_error_told_ = false;
};

/// `1,234,567`
std::string with_commas(std::uint64_t number);
/// `1.8`, `60`, `12,345`: three significant digits or a whole number.
std::string rate_text(double rate);
/// `0.56 s`, `280 ms`, `3.1 ms`, `2 m 5 s`
std::string seconds_text(double seconds);
/// `1 agent`, `2 agents`
std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace metabatch::cli
