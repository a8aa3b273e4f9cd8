// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "faults/modelled_store.hpp"
#include "metabatch/counters.hpp"

namespace metabatch::faults {

/// What is put to the test: the machine of core, or the engine with its threads, behind one face on virtual time.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual Admission add(const OwnedUpdate& update) = 0;
  /// Virtual time is `now`; what is due by then begins.
  virtual void advance(Instant now) = 0;
  /// A batch that a lane has begun to flush and that was not handed out yet.
  virtual std::optional<Flight> next_flight(std::size_t lane) = 0;
  virtual void complete(std::size_t lane, const FlushOutcome& outcome) = 0;
  /// When advance() is next worth a call by itself.
  [[nodiscard]] virtual std::optional<Instant> deadline() = 0;
  [[nodiscard]] virtual Counters counters() = 0;
  /// Empty: every part balances.
  [[nodiscard]] virtual std::string imbalance() = 0;
};

std::unique_ptr<Machine> make_batcher(const FaultPlan& plan, Instant now, std::uint64_t seed);
/// The engine, or several lanes of it.
std::unique_ptr<Machine> make_engine(const FaultPlan& plan, Instant now, std::uint64_t seed);

}  // namespace metabatch::faults
