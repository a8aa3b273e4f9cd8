// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "bench/serve/serve_fleet.hpp"

/// A client that measures its own part of a delay separately.
namespace metabatch::bench {

struct Quantiles {
  double p50 = 0, p99 = 0, most = 0;  // ms
  static Quantiles of(std::vector<double>& all) {
    if (all.empty()) return {};
    std::sort(all.begin(), all.end());
    const auto at = [&](double share) {
      return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
    };
    return {at(0.5), at(0.99), all.back()};
  }
};

struct Load {
  double rate = 0;  ///< reports a second
  Quantiles due;    ///< from when a report was due (or, unpaced, sent) until its answer was read
  Quantiles late;   ///< of that: until it was sent; it waited for a free connection or for the client's turn
  Quantiles
      service;  ///< of that: until the answer was in the client's kernel, by the kernel's stamp: the service's part
  Quantiles unlooked;  ///< of that: until the client read it
};

/// Kept-alive connections with one report at a time on each, in turn; as fast as answers arrive, or
/// at a pace.
class Senders {
 public:
  using Wall = std::chrono::system_clock;  // the clock of the kernel's stamps

  Senders(std::uint16_t port, std::size_t connections) : poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    ::prctl(PR_SET_TIMERSLACK,
            1UL);  // a pause ends on time, without spinning on a processor that the service needs
    for (std::size_t i = 0; i < connections; ++i) {
      sockets_.push_back(connect_to(port));
      const int yes = 1;
      ::setsockopt(sockets_[i], SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes);
      requests_.push_back(report_of(i % kAgents, "12.34 % of something"));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, sockets_[i], &event);
      idle_.push_back(i);
    }
    sent_.resize(connections);
  }
  ~Senders() {
    for (const int socket : sockets_) ::close(socket);
    ::close(poll_);
  }
  Senders(const Senders&) = delete;
  Senders& operator=(const Senders&) = delete;

  /// rate 0: as fast as possible.
  Load run(double rate, std::chrono::seconds duration) {
    samples_ = {};
    const auto end = Wall::now() + duration;
    const auto gap = std::chrono::nanoseconds(rate > 0 ? static_cast<std::int64_t>(1e9 / rate) : 0);
    for (auto due = Wall::now(); Wall::now() < end;) {
      for (auto now = Wall::now(); !idle_.empty() && (rate == 0 || due <= now); due += gap, now = Wall::now())
        send(rate == 0 ? now : due, now);
      look(idle_.empty() || rate == 0 ? std::chrono::milliseconds(100) : due - Wall::now());
    }
    Load load;
    load.rate = static_cast<double>(samples_.due.size()) / std::chrono::duration<double>(duration).count();
    while (idle_.size() < sockets_.size())
      if (!look(std::chrono::seconds(5))) fail("a report is not answered");
    load.due = Quantiles::of(samples_.due);
    load.late = Quantiles::of(samples_.late);
    load.service = Quantiles::of(samples_.service);
    load.unlooked = Quantiles::of(samples_.unlooked);
    return load;
  }

 private:
  struct Sent {
    Wall::time_point due, at;
  };
  struct Samples {
    std::vector<double> due, late, service, unlooked;
  };
  static double ms(Wall::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

  void send(Wall::time_point due, Wall::time_point now) {
    const std::size_t i = idle_.front();
    idle_.pop_front();
    sent_[i] = {due, now};
    if (::send(sockets_[i], requests_[i].data(), requests_[i].size(), MSG_NOSIGNAL) < 0) fail("send");
  }
  bool look(std::chrono::nanoseconds limit) {
    return for_each_readable(poll_, limit, [this](std::size_t i) { take(i); });
  }
  void take(std::size_t i) {
    char bytes[512], control[128];
    iovec into{.iov_base = bytes, .iov_len = sizeof bytes};
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(sockets_[i], &message, 0) <= 12 || std::memcmp(bytes + 9, "204", 3) != 0) fail("not taken");
    const auto now = Wall::now();
    Wall::time_point arrived = now;
    if (const cmsghdr* const stamp = CMSG_FIRSTHDR(&message); stamp != nullptr && stamp->cmsg_type == SCM_TIMESTAMPNS) {
      timespec at{};
      std::memcpy(&at, CMSG_DATA(stamp), sizeof at);
      arrived = Wall::time_point(std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec));
    }
    samples_.due.push_back(ms(now - sent_[i].due));
    samples_.late.push_back(ms(sent_[i].at - sent_[i].due));
    samples_.service.push_back(ms(arrived - sent_[i].at));
    samples_.unlooked.push_back(ms(now - arrived));
    idle_.push_back(i);
  }

  int poll_;
  std::vector<int> sockets_;
  std::vector<std::string> requests_;
  std::vector<Sent> sent_;
  std::deque<std::size_t> idle_;
  Samples samples_;
};

}  // namespace metabatch::bench
