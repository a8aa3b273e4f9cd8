// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "faults/modelled_store.hpp"
#include "metabatch/counters.hpp"

namespace metabatch::faults {

/// The machine under test: core's, or the engine with its threads, behind one interface on virtual
/// time.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual Admission add(const OwnedUpdate& update) = 0;
  /// Sets virtual time to `now`; everything that is due by then begins.
  virtual void advance(Instant now) = 0;
  /// A batch that a lane has begun to flush and that was not returned yet.
  virtual std::optional<Flight> next_flight(std::size_t lane) = 0;
  /// Another writer has written rows of an agent.
  virtual void forget(const Uuid& agent) = 0;
  virtual void complete(std::size_t lane, const FlushOutcome& outcome) = 0;
  /// When the next call of advance() can have an effect.
  [[nodiscard]] virtual std::optional<Instant> deadline() = 0;
  [[nodiscard]] virtual Counters counters() = 0;
  /// Empty: every part balances.
  [[nodiscard]] virtual std::string imbalance() = 0;
};

std::unique_ptr<Machine> make_batcher(const FaultPlan& plan, Instant now, std::uint64_t seed);
/// The engine, or several lanes of it.
std::unique_ptr<Machine> make_engine(const FaultPlan& plan, Instant now, std::uint64_t seed);

}  // namespace metabatch::faults
