// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace metabatch::bench {

/// nginx that answers every request with 204 and does nothing else: as fast as HTTP can be answered
/// on this machine. In a folder and on a port of its own.
class NginxProcess {
 public:
  /// @shape workers: processes, each with an event loop
  explicit NginxProcess(std::size_t workers);
  ~NginxProcess();
  NginxProcess(const NginxProcess&) = delete;
  NginxProcess& operator=(const NginxProcess&) = delete;

  /// False: nginx is not installed, or did not start.
  [[nodiscard]] bool is_running() const { return pid_ > 0; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void write_config(std::size_t workers) const;
  bool answers() const;

  std::string folder_;
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace metabatch::bench
