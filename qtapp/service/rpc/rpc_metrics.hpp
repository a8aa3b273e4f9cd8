// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "metabatch/prometheus.hpp"

namespace metabatch::service {

/// How a call of an agent was answered.
enum class CallOutcome : std::uint8_t {
  taken,          ///< its report was accepted
  dropped,        ///< as above for the agent, but the buffer had no capacity for all of it
  refused,        ///< as above for the agent, but items were over the limits of a report
  malformed,      ///< an error: the message could not be read
  closed,         ///< an error: the service takes no reports any more
  unimplemented,  ///< an error: another RPC
  relayed         ///< by the control plane: another RPC
};

/// Counts of the RPC door. Any thread.
class RpcMetrics {
 public:
  void record(CallOutcome outcome) {
    calls_[static_cast<std::size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
  }
  void record_connection() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void write(PrometheusText& to) const;

 private:
  std::array<std::atomic<std::uint64_t>, 7> calls_{};  // by outcome
  std::atomic<std::uint64_t> connections_ = 0;
};

}  // namespace metabatch::service
