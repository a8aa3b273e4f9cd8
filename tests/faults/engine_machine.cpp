// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <map>
#include <thread>

#include "engine/lanes.hpp"
#include "faults/machine.hpp"
#include "support/rendezvous.hpp"

namespace metabatch::faults {
namespace {

using engine::Rendezvous;

/// Virtual time for the flushers of several lanes. Each one announces its sleep at its own
/// rendezvous.
class LaneClock final : public engine::Clock {
 public:
  explicit LaneClock(Instant start) : now_(start) {}

  void set_flusher(Rendezvous& rendezvous) {
    const std::lock_guard lock(mutex_);
    flushers_[std::this_thread::get_id()] = &rendezvous;
  }
  Instant now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  Instant coarse_now() override { return now(); }
  WallTime wall_now() override { return {}; }
  void wait(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
            std::optional<Instant> deadline) override {
    if (deadline && *deadline <= now()) return;
    Rendezvous* rendezvous = flusher();
    if (rendezvous != nullptr) rendezvous->parked(lock.mutex(), &wake, deadline);
    wake.wait(lock);
    if (rendezvous != nullptr) rendezvous->woken();
  }
  void set(Instant now) {
    const std::lock_guard lock(mutex_);
    now_ = now;
  }

 private:
  Rendezvous* flusher() {
    const std::lock_guard lock(mutex_);
    const auto found = flushers_.find(std::this_thread::get_id());
    return found == flushers_.end() ? nullptr : found->second;
  }

  std::mutex mutex_;
  Instant now_;
  std::map<std::thread::id, Rendezvous*> flushers_;
};

/// Stops inside flush() until the simulation has the outcome.
class LaneStore final : public engine::Store {
 public:
  explicit LaneStore(LaneClock& clock) : clock_(clock) {}

  void start() override { clock_.set_flusher(rendezvous); }
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override {
    return hand_over(entries, chunks, false);
  }
  FlushOutcome flush_set_apart(std::span<const Update> entries, std::span<const std::string> chunks) override {
    return hand_over(entries, chunks, true);
  }
  void cancel() noexcept override {}
  void stop() override { rendezvous.stopped(); }

  void answer(const FlushOutcome& outcome) {
    const std::lock_guard lock(mutex_);
    rendezvous.in_store(false);
    answer_ = outcome;
    changed_.notify_all();
  }

  Rendezvous rendezvous;
  Flight flight;  ///< while the flusher is in the store

 private:
  FlushOutcome hand_over(std::span<const Update> entries, std::span<const std::string> chunks, bool set_apart) {
    std::unique_lock lock(mutex_);
    flight = {};
    for (const Update& entry : entries)
      flight.entries.push_back({entry.agent, std::string(entry.key), std::string(entry.value), entry.collected_at});
    flight.chunks.assign(chunks.begin(), chunks.end());
    flight.set_apart = set_apart;
    rendezvous.in_store(true);
    changed_.wait(lock, [this] { return answer_.has_value(); });
    const FlushOutcome outcome = *std::move(answer_);
    answer_.reset();
    return outcome;
  }

  LaneClock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<FlushOutcome> answer_;
};

class EngineMachine final : public Machine {
 public:
  EngineMachine(const FaultPlan& plan, Instant now, std::uint64_t seed) : clock_(now) {
    std::vector<engine::Store*> stores;
    for (std::size_t i = 0; i < plan.lanes; ++i) stores.push_back(&stores_.emplace_back(clock_));
    engine::EngineOptions options;
    options.shards = 4;
    options.seed = seed | 1;
    lanes_ = std::move(engine::Lanes::create(validated(plan.config).value(), stores, options, clock_).value());
    handed_out_.resize(plan.lanes);
  }
  ~EngineMachine() override {
    std::thread closer([this] { lanes_->close(); });
    for (LaneStore& store : stores_)
      while (store.rendezvous.await_store_or_end()) store.answer({});
    closer.join();
  }

  Admission add(const OwnedUpdate& update) override {
    return lanes_->add(Update{update.agent, update.key, update.value, "", update.collected_at});
  }
  void advance(Instant now) override { clock_.set(now); }
  std::optional<Flight> next_flight(std::size_t lane) override {
    const bool in_store = stores_[lane].rendezvous.settle();
    if (!in_store || handed_out_[lane]) return std::nullopt;
    handed_out_[lane] = true;
    return stores_[lane].flight;
  }
  void forget(const Uuid& agent) override { lanes_->forget_written({&agent, 1}); }
  void complete(std::size_t lane, const FlushOutcome& outcome) override {
    handed_out_[lane] = false;
    stores_[lane].answer(outcome);
  }
  std::optional<Instant> deadline() override {
    std::optional<Instant> earliest;
    for (std::size_t lane = 0; lane < stores_.size(); ++lane) {
      const auto next = handed_out_[lane] ? std::nullopt : stores_[lane].rendezvous.deadline();
      if (next) earliest = std::min(earliest.value_or(*next), *next);
    }
    return earliest;
  }
  Counters counters() override { return lanes_->snapshot().counters; }
  std::string imbalance() override {
    for (const Counters& part : lanes_->snapshot().parts)
      if (!part.balanced()) return "the counters of a shard do not balance";
    return {};
  }

 private:
  LaneClock clock_;
  std::deque<LaneStore> stores_;
  std::vector<bool> handed_out_;
  std::unique_ptr<engine::Lanes> lanes_;
};

}  // namespace

std::unique_ptr<Machine> make_engine(const FaultPlan& plan, Instant now, std::uint64_t seed) {
  return std::make_unique<EngineMachine>(plan, now, seed);
}

}  // namespace metabatch::faults
