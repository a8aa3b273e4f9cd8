// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/simulator.hpp"

#include "fleet/fleet_arrivals.hpp"
#include "fleet/recorded_arrivals.hpp"
#include "simulation/simulation.hpp"

namespace metabatch {

Simulator::Simulator(std::unique_ptr<Machinery> machinery) : machinery_(std::move(machinery)) {}
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;
Simulator::~Simulator() = default;

Result<Simulator> Simulator::create(const Scenario& scenario) {
  const Result<Scenario> valid = validated(scenario);
  if (!valid) return valid.error();
  auto fleet = std::make_unique<FleetArrivals>(valid->fleet, valid->replicas, valid->seed);
  return Simulator(std::make_unique<Machinery>(*valid, std::move(fleet)));
}

Result<Simulator> Simulator::create(const Scenario& scenario, std::shared_ptr<const Recording> recording) {
  const Result<Scenario> valid = validated(scenario);
  if (!valid) return valid.error();
  for (std::size_t i = 0; i < recording->size(); ++i) {
    const RecordedReport& report = (*recording)[i];
    const bool stamped = report.stamps.empty() || report.stamps.size() == report.keys.size();
    if (report.values.size() != report.keys.size() || report.errors.size() != report.keys.size() || !stamped)
      return Error{Errc::unequal_lists, i};
  }
  auto arrivals = std::make_unique<RecordedArrivals>(std::move(recording), valid->replicas, valid->duration);
  return Simulator(std::make_unique<Machinery>(*valid, std::move(arrivals)));
}

void Simulator::set_sink(EventSink sink) { machinery_->log.set_sink(std::move(sink)); }

void Simulator::run_until(Duration until, std::uint64_t most_reports) {
  if (most_reports > 0) machinery_->run_until(until, most_reports);
}

void Simulator::run_for(Duration time) {
  const Duration now = machinery_->now;
  run_until(time < kNever - now ? now + time : kNever);
}

Result<void> Simulator::reconfigure(const Config& config) {
  if (machinery_->finished) return {};
  const Result<Config> valid = validated_change(machinery_->replicas.front().batcher.config(), config);
  if (!valid) return valid.error();
  machinery_->reconfigure(config);
  return {};
}

bool Simulator::finished() const { return machinery_->finished; }
Duration Simulator::now() const { return machinery_->now; }
const Scenario& Simulator::scenario() const { return machinery_->scenario; }

Summary Simulator::summary() const { return machinery_->summary(machinery_->metrics()); }

RunFacts Simulator::facts() const {
  const Metrics metrics = machinery_->metrics();
  RunFacts facts;
  facts.summary = machinery_->summary(metrics);
  facts.config = machinery_->scenario.config;
  facts.replicas = machinery_->scenario.replicas;
  facts.finished = machinery_->finished;
  if (const auto flushes = static_cast<double>(metrics.flushes.total_flushes()); flushes > 0) {
    facts.chunks_a_flush = static_cast<double>(metrics.flushes.chunks) / flushes;
    facts.flush_seconds = flush_seconds(metrics) / flushes;
  }
  for (const Replica& replica : machinery_->replicas) {
    Duration busy = replica.busy;
    if (replica.batch != nullptr) busy += machinery_->now - replica.took_at;
    if (machinery_->now > Duration{})
      facts.busy_share =
          std::max(facts.busy_share, static_cast<double>(busy.count()) / static_cast<double>(machinery_->now.count()));
    facts.room_share = std::max({facts.room_share, replica.fullest, room_share(replica.batcher)});
  }
  return facts;
}

const Timeline& Simulator::timeline() const { return machinery_->samples.timeline(); }
std::string Simulator::digest() const { return machinery_->log.digest(); }
std::uint64_t Simulator::events() const { return machinery_->log.lines(); }
std::uint64_t Simulator::reports() const { return machinery_->reports; }
std::uint64_t Simulator::late_reports() const { return machinery_->late; }
std::uint64_t Simulator::repeated_reports() const { return machinery_->repeated; }
std::uint64_t Simulator::agents_present() const { return machinery_->arrivals->agents_present(); }
std::size_t Simulator::replicas() const { return machinery_->replicas.size(); }
Counters Simulator::counters() const { return machinery_->counters(); }

ReplicaState Simulator::replica(std::size_t index) const {
  const Replica& replica = machinery_->replicas[index];
  ReplicaState state;
  state.config = replica.batcher.config();
  state.counters = replica.batcher.counters();
  state.metrics = replica.batcher.metrics();
  state.buffered_entries = replica.batcher.buffered_entries();
  state.buffered_bytes = replica.batcher.buffered_bytes();
  state.busy = replica.busy;
  state.in_flight = replica.batch != nullptr;
  state.finished = replica.finished;
  return state;
}

}  // namespace metabatch
