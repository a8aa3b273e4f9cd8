// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace metabatch::test {

/// A proxy between a client and a PostgreSQL server, both on unix sockets, which causes the chosen
/// fault.
class FaultProxy {
 public:
  enum class Fault {
    none,
    cut_answer,   ///< the next bytes of the server are lost and the connection with them; then none
    swallow,      ///< nothing passes in either direction, and nothing is closed
    cut_request,  ///< the next bytes of the client are lost and the connection with them; then none
    refuse,       ///< connections are closed as soon as they are accepted
    slow,         ///< 20 ms and at most 1,000 bytes at a time, either way
    late,         ///< 50 ms later, either way
  };

  explicit FaultProxy(std::string server_folder);  ///< where the server's socket is
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  void set(Fault fault);
  /// Waits for a client. False: none within 20 s.
  bool has_accepted();
  [[nodiscard]] std::string address() const;

 private:
  struct Pair {
    int client = -1;
    int server = -1;
  };
  void run();
  void accept_one();
  bool pump(int from, int to, bool is_answer);  ///< false: the connection has ended

  std::string server_folder_;
  std::string folder_;
  int listener_ = -1;
  int wake_ = -1;
  std::atomic<Fault> fault_ = Fault::none;
  std::atomic<bool> is_ending_ = false;
  std::atomic<bool> has_accepted_ = false;
  std::vector<Pair> pairs_;
  std::thread thread_;
};

}  // namespace metabatch::test
