// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace metabatch::test {

/// PgBouncer in transaction mode in front of a cluster, on a socket beside the server's. Two
/// statements of one client can run in two server sessions. It ends with its object; a failure ends
/// the test.
class PgPooler {
 public:
  explicit PgPooler(std::string folder) : folder_(std::move(folder)) {}  ///< of the server's socket
  ~PgPooler() { stop(); }
  PgPooler(const PgPooler&) = delete;
  PgPooler& operator=(const PgPooler&) = delete;

  /// Waits until it accepts connections.
  ///
  /// @shape more: lines of pgbouncer.ini
  void start(const std::string& more = "");
  void stop();
  [[nodiscard]] std::string address() const { return "host=" + folder_ + " port=6432 user=postgres dbname=postgres"; }

 private:
  const std::string folder_;
  pid_t pid_ = -1;
};

}  // namespace metabatch::test
