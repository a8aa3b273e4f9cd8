// SPDX-License-Identifier: Apache-2.0
#include "faults/machine.hpp"
#include "metabatch/batcher.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::faults {
namespace {

/// Several machines of core beside one another if the plan has lanes, as in the engine.
class BatcherMachine final : public Machine {
 public:
  BatcherMachine(const FaultPlan& plan, Instant now, std::uint64_t seed) : now_(now) {
    for (std::size_t i = 0; i < plan.lanes; ++i)
      lanes_.push_back({Batcher::create(validated(plan.config).value(), now, seed + i), nullptr});
  }

  Admission add(const OwnedUpdate& update) override {
    Lane& lane = lanes_[update.agent.bytes[15] % lanes_.size()];
    return lane.batcher.add(Update{update.agent, update.key, update.value, "", update.collected_at}, now_);
  }
  void advance(Instant now) override { now_ = now; }
  std::optional<Flight> next_flight(std::size_t number) override {
    Lane& lane = lanes_[number];
    if (lane.batch != nullptr) return std::nullopt;
    lane.batch = lane.batcher.take(now_);
    if (lane.batch == nullptr) return std::nullopt;
    Flight flight;
    for (const Update& entry : lane.batch->entries)
      flight.entries.push_back({entry.agent, std::string(entry.key), std::string(entry.value), entry.collected_at});
    flight.chunks = *encode_chunks(lane.batch->agents);
    flight.set_apart = lane.batch->set_apart;
    return flight;
  }
  void forget(const Uuid& agent) override {
    for (Lane& lane : lanes_) lane.batcher.forget_written({&agent, 1}, now_);
  }
  void complete(std::size_t number, const FlushOutcome& outcome) override {
    Lane& lane = lanes_[number];
    lane.batcher.complete(lane.batch->id, outcome, now_);
    lane.batch = nullptr;
  }
  std::optional<Instant> deadline() override {
    std::optional<Instant> earliest;
    for (const Lane& lane : lanes_) {
      const auto next = lane.batch == nullptr ? lane.batcher.next_deadline() : std::nullopt;
      if (next) earliest = std::min(earliest.value_or(*next), *next);
    }
    return earliest;
  }
  Counters counters() override {
    Counters sum;
    for (const Lane& lane : lanes_) sum += lane.batcher.counters();
    return sum;
  }
  std::string imbalance() override {
    for (const Lane& lane : lanes_)
      if (!lane.batcher.counters().balanced()) return "the counters do not balance";
    return {};
  }

 private:
  struct Lane {
    Batcher batcher;
    const Batch* batch;
  };
  Instant now_;
  std::vector<Lane> lanes_;
};

}  // namespace

std::unique_ptr<Machine> make_batcher(const FaultPlan& plan, Instant now, std::uint64_t seed) {
  return std::make_unique<BatcherMachine>(plan, now, seed);
}

}  // namespace metabatch::faults
