// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/net/place.hpp"

namespace metabatch::test {

/// A real nginx in a folder and on a loopback port of its own. Start it from the main thread only,
/// because it ends when the thread that started it ends.
class NginxProcess {
 public:
  /// @shape workers: processes, each with an event loop; http: inside its block `http`, where PORT
  ///        stands for its port; place: where it runs
  NginxProcess(std::size_t workers, const std::string& http, Place place = {});
  ~NginxProcess();
  NginxProcess(const NginxProcess&) = delete;
  NginxProcess& operator=(const NginxProcess&) = delete;

  /// Starts it, again after kill(), and waits until it accepts connections.
  void start();
  /// SIGKILL to it and its workers.
  void kill();
  /// SIGSTOP to it and its workers.
  void freeze() const { signal_all(SIGSTOP); }
  void thaw() const { signal_all(SIGCONT); }
  /// False: nginx is not installed, or did not start.
  [[nodiscard]] bool is_running() const { return pid_ > 0; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void write_config(std::size_t workers, std::string http) const;
  void signal_all(int number) const;
  [[nodiscard]] bool answers() const;

  Place place_;
  std::string folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace metabatch::test
