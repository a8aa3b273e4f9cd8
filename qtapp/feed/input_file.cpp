// SPDX-License-Identifier: Apache-2.0
#include "feed/input_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace metabatch::feed {

// Without O_NONBLOCK, opening a named pipe would wait for its writer, and nothing could end that
// wait.
Input::Input(const std::string& name) : name_(name == "-" ? "standard input" : name) {
  if (name != "-") fd_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat found {};
  const bool is_open = fd_ >= 0 && ::fstat(fd_, &found) == 0;
  if (is_open && S_ISDIR(found.st_mode)) errno = EISDIR;
  if (!is_open || S_ISDIR(found.st_mode)) problem_ = name_ + ": " + std::strerror(errno);
  if (is_open && S_ISREG(found.st_mode)) size_ = static_cast<std::uint64_t>(found.st_size);
}

Input::~Input() {
  if (fd_ > 0) ::close(fd_);
}

bool Input::is_terminal() const { return ::isatty(fd_) == 1; }

LineReader::Source Input::source(Stop* stop) {
  return [this, stop](char* to, std::size_t size) -> std::size_t {
    if (stop != nullptr && on_read_) on_read_();
    for (;;) {
      pollfd watched{.fd = fd_, .events = POLLIN, .revents = 0};
      if (stop == nullptr ? ::poll(&watched, 1, -1) < 0 && errno != EINTR
                          : !stop->wait_readable(fd_, kPause, on_pause_))
        return 0;
      const ssize_t got = ::read(fd_, to, size);
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) error_ = errno;
      if (got <= 0) return 0;
      bytes_read_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  };
}

}  // namespace metabatch::feed
