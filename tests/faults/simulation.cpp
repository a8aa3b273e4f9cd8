// SPDX-License-Identifier: Apache-2.0
#include "faults/simulation.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "faults/ledger.hpp"
#include "faults/machine.hpp"

namespace metabatch::faults {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};
constexpr Duration kCheckEvery = 1s;

class Simulation {
 public:
  Simulation(std::uint64_t seed, Subject subject)
      : choices_(seed),
        plan_(draw_plan(choices_, kStart)),
        database_(plan_),
        ledger_(plan_, database_),
        machine_(subject == Subject::batcher ? make_batcher(plan_, kStart, seed) : make_engine(plan_, kStart, seed)) {
    for (std::size_t i = 0; i < plan_.lanes; ++i) lanes_.push_back({ModelledStore(plan_, database_, choices_), {}});
    for (std::size_t agent = 0; agent < plan_.agents; ++agent)
      next_report_.push_back(kStart + plan_.report_every * static_cast<int>(agent) / static_cast<int>(plan_.agents));
  }

  Result run();

 private:
  [[nodiscard]] Instant next_event();
  void step();
  void report(std::size_t agent);
  void flush();
  void change_world();
  void check();
  void check_end();
  void find(const std::string& finding) {
    if (finding_.empty() && !finding.empty()) finding_ = finding;
  }

  Choices choices_;
  FaultPlan plan_;
  ModelledDatabase database_;
  Ledger ledger_;
  std::unique_ptr<Machine> machine_;
  struct Lane {
    ModelledStore store;
    std::optional<Instant> flush_ends;
  };
  std::vector<Lane> lanes_;
  std::vector<Instant> next_report_;
  std::vector<Instant> registrations_;
  Instant now_ = kStart;
  Instant next_check_ = kStart + kCheckEvery;
  Instant reports_until_ = kStart;
  std::uint64_t serial_ = 1;  // 0 and 1 are values that repeat
  std::uint64_t flushes_ = 0;
  std::string finding_;
};

Instant Simulation::next_event() {
  Instant next = next_check_;
  const auto consider = [&](Instant at) { next = std::min(next, std::max(at, now_)); };
  for (const Instant at : next_report_)
    if (at < reports_until_) consider(at);
  for (const Lane& lane : lanes_)
    if (lane.flush_ends) consider(*lane.flush_ends);
  for (const Instant at : plan_.restarts)
    if (at > now_) consider(at);
  for (const Instant at : registrations_) consider(at);
  if (const auto at = machine_->deadline(); at && *at > now_) consider(*at);
  return next;
}

void Simulation::step() {
  now_ = next_event();
  machine_->advance(now_);
  change_world();
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane].flush_ends || *lanes_[lane].flush_ends > now_) continue;
    lanes_[lane].flush_ends.reset();
    const FlushOutcome outcome = lanes_[lane].store.finish(now_);
    ledger_.flushed(lanes_[lane].store.flight(), outcome);
    machine_->complete(lane, outcome);
  }
  for (std::size_t agent = 0; agent < next_report_.size(); ++agent)
    if (next_report_[agent] <= now_ && now_ < reports_until_) report(agent);
  flush();
  if (next_check_ <= now_) check();
}

// The clock of the reporting side may step. Now and then a stamp is late.
void Simulation::report(std::size_t agent) {
  next_report_[agent] = now_ + plan_.report_every;
  const auto wall = std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch());
  for (std::size_t key = 0; key < plan_.keys; ++key) {
    if (choices_.one_in(5)) continue;
    const auto [id, name] = database_.row(agent * plan_.keys + key);
    const bool repeats = plan_.config.suppress_unchanged > 0s && !choices_.one_in(4);
    const std::uint64_t value = repeats ? choices_.below(2) : ++serial_;
    OwnedUpdate update{id, name, "value " + std::to_string(value), WallTime(wall)};
    if (choices_.one_in(60)) update.value = "refused " + update.value;
    if (choices_.one_in(20)) update.collected_at -= std::chrono::microseconds(choices_.below(20'000)) * 1000;
    if (choices_.one_in(400)) {
      database_.write_beside(agent * plan_.keys + key, WallTime(wall + 5s));
      machine_->forget(id);
    }
    ledger_.offered(update, machine_->add(update), now_);
  }
}

void Simulation::flush() {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane].flush_ends) continue;
    if (std::optional<Flight> flight = machine_->next_flight(lane)) {
      ++flushes_;
      lanes_[lane].flush_ends = lanes_[lane].store.begin(std::move(*flight), now_);
      find(lanes_[lane].store.wrong_chunks());
    }
  }
}

void Simulation::change_world() {
  for (const Instant restart : plan_.restarts) {
    if (restart != now_) continue;
    database_.empty();
    registrations_.push_back(now_ + plan_.registers_again);
  }
  if (std::erase_if(registrations_, [this](Instant at) { return at <= now_; }) > 0) database_.register_rows();
}

void Simulation::check() {
  next_check_ = now_ + kCheckEvery;
  find(machine_->imbalance());
  find(ledger_.overdue(now_));
}

void Simulation::check_end() {
  const Counters counters = machine_->counters();
  if (counters.held() > ledger_.may_be_held())
    find(std::to_string(counters.held()) + " entries are still held when all has been quiet");
  ModelledStore::Reported sum;
  for (const Lane& lane : lanes_) {
    sum.written += lane.store.reported().written;
    sum.rows_stale += lane.store.reported().rows_stale;
    sum.unmatched += lane.store.reported().unmatched;
    sum.quarantined += lane.store.reported().quarantined;
  }
  if (sum.written != counters.written || sum.rows_stale != counters.rows_stale || sum.unmatched != counters.unmatched ||
      sum.quarantined != counters.quarantined)
    find("the counters do not say what the store reported");
  find(ledger_.missing());
}

Result Simulation::run() {
  const Instant end = kStart + plan_.length;
  reports_until_ = end - 60s;
  const auto drains = [&] {
    const bool is_quiet = ledger_.is_settled() && machine_->counters().held() <= ledger_.may_be_held();
    return !is_quiet && now_ < end + ledger_.bound();
  };
  while (finding_.empty() && (now_ < end || drains())) step();
  if (finding_.empty()) check_end();
  return {finding_, now_ - kStart, flushes_};
}

}  // namespace

Result simulate(std::uint64_t seed, Subject subject) {
  Result result = Simulation(seed, subject).run();
  if (!result.finding.empty())
    result.finding = "seed " + std::to_string(seed) + (subject == Subject::engine ? " (engine)" : " (batcher)") +
                     ", after " +
                     std::to_string(std::chrono::duration_cast<std::chrono::seconds>(result.simulated).count()) +
                     " s of virtual time: " + result.finding;
  return result;
}

}  // namespace metabatch::faults
