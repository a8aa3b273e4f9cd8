// SPDX-License-Identifier: Apache-2.0
#include "metabatch/update.hpp"

namespace metabatch {

std::string describe_unequal(const Report& report) {
  return "invalid Add call, all inputs must have the same number of items; keys: " +
         std::to_string(report.keys.size()) + ", values: " + std::to_string(report.values.size()) +
         ", errors: " + std::to_string(report.errors.size()) +
         ", collectedAt: " + std::to_string(report.collected_at.size());
}

Admission& Admission::operator+=(const Admission& other) {
  taken += other.taken;
  coalesced += other.coalesced;
  stale += other.stale;
  dropped_full += other.dropped_full;
  dropped_agent_full += other.dropped_agent_full;
  dropped_closed += other.dropped_closed;
  return *this;
}

}  // namespace metabatch
