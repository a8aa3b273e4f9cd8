// SPDX-License-Identifier: Apache-2.0
#include "metabatch/simulation/simulator.hpp"

#include <algorithm>

#include "base/number.hpp"
#include "fleet/fleet_arrivals.hpp"
#include "fleet/recorded_arrivals.hpp"
#include "health/collector.hpp"
#include "simulation/simulation.hpp"

namespace metabatch {
namespace {

constexpr std::int64_t kMostRows = 100'000;  // of the CSV

/// The writer that has waited longest says since when nothing was written.
void add_waiting(health::Now& found, const Replica& replica, Duration now) {
  found.failures_in_a_row = std::max(found.failures_in_a_row, replica.failures_in_a_row);
  if (replica.failure != FailureClass::none) found.failure = replica.failure;
  if (replica.apart_since != kNever)
    found.locked_for = std::max(found.locked_for.value_or(Duration{}), now - replica.apart_since);
  const std::optional<Instant> oldest = replica.batcher.oldest();
  if (!oldest) return;
  const Duration age = kOrigin + now - *oldest;
  if (found.oldest_age && *found.oldest_age >= age) return;
  found.oldest_age = age;
  found.since_success = now - replica.succeeded_at;
}

}  // namespace

Simulator::Simulator(std::unique_ptr<Machinery> machinery) : machinery_(std::move(machinery)) {}
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;
Simulator::~Simulator() = default;

Simulator Simulator::create(const ValidScenario& scenario) {
  auto fleet = std::make_unique<FleetArrivals>(scenario->fleet, scenario->replicas, scenario->seed);
  return Simulator(std::make_unique<Machinery>(scenario, std::move(fleet)));
}

Result<Simulator> Simulator::create(const ValidScenario& scenario, std::shared_ptr<const Recording> recording) {
  for (std::size_t i = 0; i < recording->size(); ++i) {
    const RecordedReport& report = (*recording)[i];
    const bool stamped = report.stamps.empty() || report.stamps.size() == report.keys.size();
    if (report.values.size() != report.keys.size() || report.errors.size() != report.keys.size() || !stamped)
      return Error{Errc::unequal_lists, i};
  }
  auto arrivals = std::make_unique<RecordedArrivals>(std::move(recording), scenario->replicas, scenario->duration);
  return Simulator(std::make_unique<Machinery>(scenario, std::move(arrivals)));
}

void Simulator::set_sink(EventSink sink) { machinery_->log.set_sink(std::move(sink)); }

void Simulator::run_until(Duration until, std::uint64_t most_reports) {
  if (most_reports > 0) machinery_->run_until(until, most_reports);
}

void Simulator::run_for(Duration time) {
  const Duration now = machinery_->now;
  run_until(time < kNever - now ? now + time : kNever);
}

Result<void> Simulator::reconfigure(const Config& wanted) {
  if (machinery_->finished) return {};
  return machinery_->reconfigure(wanted);
}

Result<Duration> Simulator::set_fault(Fault fault, bool is_on, Duration not_before) {
  return machinery_->set_fault(fault, is_on, not_before);
}
bool Simulator::has_fault(Fault fault) const { return machinery_->has_fault(fault); }

bool Simulator::finished() const { return machinery_->finished; }
Duration Simulator::now() const { return machinery_->now; }
const Scenario& Simulator::scenario() const { return machinery_->scenario; }

Summary Simulator::summary() const { return machinery_->summary(machinery_->metrics()); }

std::optional<double> Simulator::saved() const {
  return health::assess(health::facts_since(kOrigin, health_sample())).saved;
}

RunFacts Simulator::facts() const {
  const Metrics metrics = machinery_->metrics();
  RunFacts facts;
  facts.summary = machinery_->summary(metrics);
  facts.config = machinery_->scenario.config;
  facts.replicas = machinery_->scenario.replicas;
  facts.finished = machinery_->finished;
  facts.saved = saved();
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

health::Sample Simulator::health_sample() const {
  const Machinery& m = *machinery_;
  health::Sample sample;
  sample.at = kOrigin + m.now;
  sample.config = m.scenario.config;
  sample.writers = m.scenario.replicas;
  sample.counters = m.counters();
  sample.reports = m.reports;
  sample.flush_time = Duration{};
  health::Now& state = sample.now;
  state.capacity_entries = m.scenario.config.queue_capacity * m.scenario.replicas;
  state.capacity_bytes = m.scenario.config.queue_bytes * m.scenario.replicas;
  state.is_closing = m.closed && !m.finished;
  for (const Replica& replica : m.replicas) {
    sample.flushes += replica.batcher.metrics().flushes;
    *sample.flush_time += replica.busy;
    if (replica.batch != nullptr) *sample.flush_time += m.now - replica.took_at;
    state.buffered_entries += replica.batcher.buffered_entries();
    state.buffered_bytes += replica.batcher.buffered_bytes();
    state.locked_entries += replica.batcher.set_apart_entries();
    add_waiting(state, replica, m.now);
  }
  return sample;
}

std::string Simulator::timeline_csv() const {
  const Timeline& timeline = this->timeline();
  std::string text = "time_s";
  for (const std::string& name : timeline.names()) text.append(",").append(name);
  text += "\n";
  if (timeline.empty()) return text;
  const Duration step = std::max(scenario().sample_every, timeline.end().time_since_epoch() / kMostRows);
  // A column for each sample, with the sample in its middle.
  const auto rows = static_cast<std::size_t>((timeline.end().time_since_epoch() + step / 2) / step) + 1;
  const Instant from = Instant{} - step / 2;
  std::vector<std::vector<Column>> series(timeline.names().size(), std::vector<Column>(rows));
  for (std::size_t i = 0; i < series.size(); ++i)
    timeline.decimate(i, from, from + step * static_cast<std::int64_t>(rows), series[i]);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto is_measured = [row](const std::vector<Column>& columns) { return columns[row].measured; };
    if (std::none_of(series.begin(), series.end(), is_measured)) continue;
    const Instant at = Instant{} + step * static_cast<std::int64_t>(row);
    append_number(text, in_seconds(std::min(at, timeline.end()).time_since_epoch()));
    for (const std::vector<Column>& columns : series) {
      text += ',';
      if (columns[row].measured) append_number(text, columns[row].last);
    }
    text += "\n";
  }
  return text;
}

}  // namespace metabatch
