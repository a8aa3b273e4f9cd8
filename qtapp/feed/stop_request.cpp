// SPDX-License-Identifier: Apache-2.0
#include "feed/stop_request.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>

namespace metabatch::feed {

WakePipe::WakePipe() {
  if (::pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) std::abort();  // no descriptors are left before any work
}

WakePipe::~WakePipe() {
  ::close(ends_[0]);
  ::close(ends_[1]);
}

void WakePipe::wake() noexcept {
  const char byte = 1;
  [[maybe_unused]] const ssize_t written = ::write(ends_[1], &byte, 1);  // full: the reader is awake
}

std::size_t WakePipe::take() noexcept {
  char bytes[16];
  const ssize_t got = ::read(ends_[0], bytes, sizeof bytes);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool Stop::sleep_until(std::chrono::steady_clock::time_point when) {
  using std::chrono::duration_cast;
  while (!is_requested_) {
    const auto left = when - std::chrono::steady_clock::now();
    if (left <= left.zero()) return true;
    const auto seconds = duration_cast<std::chrono::seconds>(left);
    const timespec wait{.tv_sec = seconds.count(),
                        .tv_nsec = duration_cast<std::chrono::nanoseconds>(left - seconds).count()};
    pollfd watched{.fd = pipe_.fd(), .events = POLLIN, .revents = 0};
    ::ppoll(&watched, 1, &wait, nullptr);
  }
  return false;
}

bool Stop::wait_readable(int fd, std::chrono::milliseconds pause, const std::function<void()>& on_pause) {
  int timeout = on_pause ? static_cast<int>(pause.count()) : -1;
  while (!is_requested_) {
    pollfd watched[] = {{.fd = fd, .events = POLLIN, .revents = 0}, {.fd = pipe_.fd(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(watched, 2, timeout);
    if (ready > 0 && watched[0].revents != 0 && !is_requested_) return true;
    if (ready != 0) continue;
    timeout = -1;
    on_pause();
  }
  return false;
}

}  // namespace metabatch::feed
