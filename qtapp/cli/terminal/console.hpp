// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "models/report/numbers.hpp"

namespace metabatch::cli {

/// A computation that ends sooner shows no status.
inline constexpr auto kFirstStatus = std::chrono::milliseconds(700);

/// The exit statuses of every command.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_incomplete = 3,  ///< finished, but something was dropped, unmatched, discarded, quarantined, held or rejected
  exit_interrupted = 130,
};

/// The two outputs: data on stdout, messages and one status line on stderr. Any thread may write. A
/// stalled reader of stdout never delays a writer to stderr. A stalled reader of stderr delays
/// neither message() nor status(). Everything on stderr, and everything that a terminal receives,
/// has passed through visible().
class Console {
 public:
  Console();

  /// Whether a person reads the messages: stderr is a terminal.
  [[nodiscard]] bool is_watched() const { return is_watched_; }
  /// Whether there is a status line: the terminal behind stderr obeys control sequences.
  [[nodiscard]] bool is_live() const { return is_live_; }
  /// Shows the line in place of the last one, cut to the width of the terminal. Does nothing when
  /// not live.
  void status(std::string_view line);
  void clear_status();
  /// Writes one line on stderr after `metabatch: `. The line is dropped when nobody reads stderr;
  /// the next message reports the number of dropped lines.
  void message(std::string_view text);
  /// Lines on stderr without a prefix. Waits until they are read.
  void text(std::string_view text);
  /// Data on stdout. After a failure (a closed pipe, a full disk) nothing more is written.
  void data(std::string_view bytes);
  /// Writes what is buffered.
  ///
  /// @return false: something could not be written to stdout, which the first call reports on
  ///         stderr
  bool finish_data();

 private:
  void erase_status();  // mutex_ is held
  void write_out();     // out_mutex_ is held

  std::mutex out_mutex_;    // of stdout; before mutex_
  std::timed_mutex mutex_;  // of stderr
  const bool is_watched_;
  const bool is_live_;
  const bool is_data_shown_;  // stdout is a terminal
  bool has_status_ = false;
  std::atomic<std::uint64_t> lost_messages_ = 0;
  std::string out_;  // data not sent yet
  int out_error_ = 0;
  bool is_error_reported_ = false;
};

using report::counted;
using report::percent_text;
using report::rate_text;
using report::seconds_text;
using report::with_commas;

}  // namespace metabatch::cli
