// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "feed/stop_request.hpp"

namespace metabatch::cli {

using feed::Stop;
using feed::WakePipe;

/// SIGINT, SIGTERM and SIGHUP (a terminal that went away) as bytes in a pipe, from construction to destruction; SIGPIPE is
/// ignored meanwhile. One at a time.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  [[nodiscard]] int fd() const { return pipe_.fd(); }
  std::size_t take() noexcept { return pipe_.take(); }

 private:
  WakePipe pipe_;
  bool hears_hangup_ = false;
};

}  // namespace metabatch::cli
