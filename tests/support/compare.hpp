// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include "metabatch/batch.hpp"
#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/update.hpp"
#include "support/oracle.hpp"

/// Values as text for the messages of tests, and a comparison of batches.
namespace metabatch::oracle {

inline std::string show(bool value) { return value ? "yes" : "no"; }
inline std::string show(const std::string& value) { return value; }
std::string show(double value);
std::string show(Duration value);
std::string show(Instant value);  ///< as the time since 0
std::string show(const std::optional<Instant>& value);
std::string show(const Uuid& agent);
std::string show(const Update& update);
std::string show(const Admission& admission);
std::string show(const Counters& counters);
std::string show(const FlushCounters& flushes);
std::string show(const FlushOutcome& outcome);
std::string show(const Batch& batch);
std::string show(const Flight& flight);
std::string show(const Config& config);
template <std::integral T>
std::string show(T value) {
  return std::to_string(value);
}

/// The differences between the batch of the machine and that of the oracle: id, reason, entries and
/// their order, agents and keys per agent. Empty when there is none.
std::string difference(const Batch& machine, const Flight& model);

}  // namespace metabatch::oracle
