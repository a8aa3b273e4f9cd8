// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace metabatch::test {

/// While it lives, the calling thread is in another network namespace: the sockets that it makes,
/// and the processes and threads that it starts, are there for ever.
class Visit {
 public:
  explicit Visit(int network) {
    if (network < 0) return;
    home_ = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (home_ < 0 || ::setns(network, CLONE_NEWNET) != 0) std::abort();
  }
  ~Visit() {
    if (home_ < 0) return;
    if (::setns(home_, CLONE_NEWNET) != 0) std::abort();
    ::close(home_);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  int home_ = -1;
};

/// Where a process of a test runs: on a machine of a Network, or, when made without arguments,
/// where the test runs, on loopback.
class Place {
 public:
  Place() = default;
  /// @owns network: the descriptor of a namespace, which copies share
  Place(std::size_t number, std::string address, int network)
      : number_(number), address_(std::move(address)), network_(new int(network), [](const int* descriptor) {
          ::close(*descriptor);
          delete descriptor;
        }) {}

  [[nodiscard]] std::size_t number() const { return number_; }           ///< in its network
  [[nodiscard]] const std::string& address() const { return address_; }  ///< an IPv4 address
  [[nodiscard]] bool is_apart() const { return network_ != nullptr; }    ///< from the test, in a Network
  [[nodiscard]] Visit visit() const { return Visit(network_ ? *network_ : -1); }

 private:
  std::size_t number_ = 0;
  std::string address_ = "127.0.0.1";
  std::shared_ptr<int> network_;
};

}  // namespace metabatch::test
