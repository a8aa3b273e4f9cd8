// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "bench/serve/serve_process.hpp"

namespace metabatch::bench {

/// A server of the HTTP library of the service. It reads every request whole, answers 204, and does
/// nothing else: the ceiling of HTTP in this process model.
class BareProcess : public ServerProcess {
 public:
  /// @shape threads: each with an event loop
  explicit BareProcess(std::size_t threads);
};

}  // namespace metabatch::bench
