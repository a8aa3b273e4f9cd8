// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal/console.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "cli/terminal/terminal.hpp"

namespace metabatch::cli {
namespace {

constexpr std::size_t kDataBufferBytes = std::size_t{64} << 10;
constexpr auto kPatience = std::chrono::milliseconds(100);  // for a stderr that nobody reads

/// @return 0, or errno
int write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// Whether a short write to stderr will not block.
bool is_stderr_read(std::chrono::milliseconds patience) {
  pollfd watched{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&watched, 1, static_cast<int>(patience.count())) > 0;
}

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

Console::Console()
    : is_watched_(is_terminal(STDERR_FILENO)),
      is_live_(obeys_sequences(STDERR_FILENO)),
      is_data_shown_(is_terminal(STDOUT_FILENO)) {}

void Console::erase_status() {
  if (!has_status_) return;
  write_all(STDERR_FILENO, "\r\x1b[K");
  has_status_ = false;
}

void Console::status(std::string_view line) {
  if (!is_live_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || !is_stderr_read(std::chrono::milliseconds(0))) return;
  const std::string shown = "\r" + visible(line, Layout::one_line).substr(0, terminal_columns() - 1) + "\x1b[K";
  write_all(STDERR_FILENO, shown);
  has_status_ = true;
}

void Console::clear_status() {
  const std::lock_guard lock(mutex_);
  erase_status();
}

void Console::message(std::string_view text) {
  const std::unique_lock lock(mutex_, kPatience);
  if (!lock.owns_lock() || !is_stderr_read(kPatience)) {
    ++lost_messages_;
    return;
  }
  erase_status();
  std::string lines;
  if (const std::uint64_t lost = lost_messages_.exchange(0); lost > 0)
    lines = "metabatch: " + counted(lost, "message") + " lost: nobody read stderr\n";
  write_all(STDERR_FILENO, lines.append("metabatch: ").append(visible(text, Layout::one_line)).append("\n"));
}

void Console::text(std::string_view text) {
  const std::lock_guard lock(mutex_);
  erase_status();
  write_all(STDERR_FILENO, visible(text, Layout::lines));
}

void Console::data(std::string_view bytes) {
  const std::lock_guard lock(out_mutex_);
  if (out_error_ != 0) return;
  if (is_data_shown_)
    out_.append(visible(bytes, Layout::lines));
  else
    out_.append(bytes);
  if (out_.size() >= kDataBufferBytes) write_out();
}

void Console::write_out() {
  if (out_.empty()) return;
  std::unique_lock<std::timed_mutex> lock;
  if (is_live_) lock = std::unique_lock(mutex_);
  erase_status();
  if (lock.owns_lock() && !is_data_shown_) lock.unlock();  // the order matters only on a terminal that shows both
  out_error_ = write_all(STDOUT_FILENO, out_);
  out_.clear();
}

bool Console::finish_data() {
  int error = 0;
  {
    const std::lock_guard lock(out_mutex_);
    if (out_error_ == 0) write_out();
    error = out_error_;
    if (error == 0 || is_error_reported_) return error == 0;
    is_error_reported_ = true;
  }
  message(std::string("cannot write to standard output: ") + std::strerror(error));
  return false;
}

}  // namespace metabatch::cli
