// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

#include "feed/stop_request.hpp"

namespace metabatch::cli {

using feed::Stop;
using feed::WakePipe;

/// Signals that follow each other within this time are one request: `timeout` and wrappers forward
/// a signal once more.
inline constexpr auto kSameRequest = std::chrono::milliseconds(200);

/// Requests to stop since the last call.
struct StopRequests {
  std::size_t all = 0;         ///< SIGINT, SIGTERM and SIGHUP
  std::size_t interrupts = 0;  ///< SIGINT alone
  std::size_t typed = 0;       ///< SIGINT that a terminal sent: Ctrl-C
};

/// Receives SIGINT, SIGTERM and SIGHUP (the terminal was closed) from construction to destruction,
/// as bytes in a pipe. SIGPIPE is ignored meanwhile. Only one object may exist at a time.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  [[nodiscard]] int fd() const { return pipe_.fd(); }
  StopRequests take() noexcept;

 private:
  WakePipe pipe_;
  bool handles_hangup_ = false;
};

}  // namespace metabatch::cli
