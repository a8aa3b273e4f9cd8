// SPDX-License-Identifier: Apache-2.0
#include "simulation/simulation.hpp"

#include <algorithm>
#include <cassert>

#include "base/rng.hpp"
#include "simulation/scenario_fields.hpp"

namespace metabatch {
namespace {

constexpr Duration kTenth = std::chrono::milliseconds(100);  // scenarios stay readable

Duration next_tenth(Duration now) { return (now / kTenth + 1) * kTenth; }

bool covers(const Window& window, Duration at) { return window.begin <= at && at < window.end(); }
bool covers(const std::vector<Window>& windows, Duration at) {
  return std::any_of(windows.begin(), windows.end(), [at](const Window& one) { return covers(one, at); });
}

}  // namespace

Simulator::Machinery::Machinery(const ValidScenario& a_scenario, std::unique_ptr<Arrivals> an_arrivals)
    : scenario(a_scenario),
      arrivals(std::move(an_arrivals)),
      table(arrivals->rows()),
      ages(arrivals->rows()),
      samples(scenario.duration, scenario.sample_every),
      agents(arrivals->agents()),
      next_sample_(samples.every()) {
  scenario.sample_every = samples.every();
  Rng seeds(scenario.seed ^ 0x6461'7461'6261'7365);  // the fleet takes its seed as it is
  for (std::int64_t i = 0; i < scenario.replicas; ++i) {
    Batcher batcher = Batcher::create(a_scenario.config(), kOrigin, seeds.next());
    replicas.emplace_back(std::move(batcher), ModelStore(scenario.store, seeds.next()), replicas.size());
  }
  recompute();
}

Counters Simulator::Machinery::counters() const {
  Counters sum;
  for (const Replica& replica : replicas) sum += replica.batcher.counters();
  return sum;
}

Metrics Simulator::Machinery::metrics() const {
  Metrics sum;
  for (const Replica& replica : replicas) sum += replica.batcher.metrics();
  return sum;
}

Summary Simulator::Machinery::summary(const Metrics& metrics) const {
  Summary summary = summarize(counters(), metrics, reports, elapsed());
  const RowAges::Figures figures = ages.figures(now);
  summary.has_age = true;
  summary.age_p50 = in_seconds(figures.p50);
  summary.age_p99 = in_seconds(figures.p99);
  summary.age_max = in_seconds(figures.max);
  return summary;
}

Duration Simulator::Machinery::next_arrival() const {
  const Duration at = closed ? kNever : arrivals->next();
  return at < scenario.duration ? at : kNever;
}

void Simulator::Machinery::run_until(Duration until, std::uint64_t most_reports) {
  while (!finished) {
    const Duration arrival = next_arrival();
    const Duration at = std::min({arrival, before_at_, after_at_});
    if (at > until || at == kNever) break;
    now = std::max(now, at);
    if (before_at_ <= std::min(arrival, after_at_)) {
      before_arrivals();
    } else if (arrival <= after_at_) {
      if (deliver() && --most_reports == 0) return;
    } else {
      after_arrivals();
    }
  }
  if (!finished && until != kNever) now = std::max(now, until);
}

/// Whether a report arrived.
bool Simulator::Machinery::deliver() {
  const std::optional<Arrival> arrival = arrivals->pop();
  if (!arrival) {
    if (arrivals->agents() != agents) log.line(now, "agents").number("n", agents = arrivals->agents()).end();
    return false;
  }
  note_arrival(*arrival);
  Replica& replica = replicas[arrival->replica];
  const Admission admission = replica.batcher.add(arrival->report, instant()).value();
  ++reports;
  if (arrival->kind == ArrivalKind::late) ++late;
  if (arrival->kind == ArrivalKind::repeated) ++repeated;
  if (admission.dropped_full > 0) {
    if (replica.drops == 0) log.line(now, "drop").number("r", replica.number).end();
    replica.drops += admission.dropped_full;
  }
  if (replica.batch == nullptr) poll(replica);
  return true;
}

/// A report that was sent late or twice is not newer than what is known.
void Simulator::Machinery::note_arrival(const Arrival& arrival) {
  if (arrival.kind != ArrivalKind::fresh) return;
  for (const std::uint32_t row : arrival.rows) ages.arrived(row, now);
  if (arrival.first_row == kNoRow) return;
  for (std::size_t i = 0; i < arrival.report.size(); ++i)
    ages.arrived(arrival.first_row + static_cast<std::uint32_t>(i), now);
}

void Simulator::Machinery::before_arrivals() {
  for (Replica& replica : replicas)
    if (replica.batch != nullptr && replica.flight.end <= now) complete(replica);
  while (!closed && next_change_ < scenario.changes.size() && scenario.changes[next_change_].at <= now)
    change_setting(scenario.changes[next_change_++]);
  recompute();
}

void Simulator::Machinery::after_arrivals() {
  bool asked = false;
  for (Replica& replica : replicas) {
    if (replica.deadline > now) continue;
    asked = true;
    replica.deadline = kNever;
    if (!take(replica)) poll(replica);
  }
  if (!asked && next_sample_ <= now) {
    sample();
  } else if (!asked && !closed && scenario.duration <= now) {
    close();
  }
  recompute();
}

void Simulator::Machinery::recompute() {
  before_at_ = next_change_ < scenario.changes.size() && !closed ? scenario.changes[next_change_].at : kNever;
  after_at_ = closed ? kNever : scenario.duration;
  after_at_ = std::min(after_at_, next_sample_);
  finished = true;
  for (const Replica& replica : replicas) {
    finished = finished && replica.finished;
    if (replica.batch != nullptr) before_at_ = std::min(before_at_, replica.flight.end);
    after_at_ = std::min(after_at_, replica.deadline);
  }
  // The last sample is as long as the others: rates over an instant would say nothing.
  if (finished && now > samples.latest())
    samples.take(samples.latest() + samples.every(), replicas, reports, arrivals->agents_present());
}

void Simulator::Machinery::sample() {
  samples.take(now, replicas, reports, arrivals->agents_present());
  next_sample_ = now + samples.every();
}

/// Takes what is due before this instant, or notes when to ask.
void Simulator::Machinery::poll(Replica& replica) {
  if (replica.finished || replica.batch != nullptr) return;
  const std::optional<Instant> at = replica.batcher.next_deadline();
  replica.deadline = at ? *at - kOrigin : kNever;
  if (replica.deadline < now) {
    replica.deadline = kNever;
    if (!take(replica)) {  // what was due repeats what its rows have
      const std::optional<Instant> next = replica.batcher.next_deadline();
      if (next && *next - kOrigin > now) replica.deadline = *next - kOrigin;
    }
  }
  after_at_ = std::min(after_at_, replica.deadline);
  if (closed && replica.batcher.finished(instant())) finish(replica);
}

bool Simulator::Machinery::take(Replica& replica) {
  const Batch* batch = replica.batcher.take(instant());
  if (batch == nullptr) return false;
  replica.batch = batch;
  replica.took_at = now;
  arrivals->rows_of(*batch, replica.rows);
  ages.take(replica.rows);
  replica.flight = replica.store.begin(*batch, replica.batcher.config().max_payload_bytes, now);
  if (replica.flight.end > replica.closes) {  // cancelled at the deadline of the final flush
    replica.flight.end = replica.closes;
    replica.flight.failure = FailureClass::timeout;
  }
  before_at_ = std::min(before_at_, replica.flight.end);
  log.line(now, "take").number("r", replica.number).number("id", batch->id).named("reason", name_of(batch->reason));
  log.number("entries", batch->entries.size()).number("agents", batch->agents.size());
  log.number("chunks", replica.flight.chunks).end();
  return true;
}

void Simulator::Machinery::complete(Replica& replica) {
  const ModelFlight& flight = replica.flight;
  FlushOutcome outcome;
  outcome.failure = flight.failure;
  if (flight.failure == FailureClass::none) {
    table.write(*replica.batch, replica.rows, flight, outcome.fates);
    const ModelPublished published = replica.store.publish(*replica.batch, flight);
    outcome.chunks_published = published.chunks;
    outcome.notify_bytes = published.notify_bytes;
    outcome.publish_errors = flight.chunks - published.chunks;
    for (Replica& other : replicas)  // they hear it on the channel
      if (&other != &replica) other.batcher.forget_written(replica.batch->agents, instant());
    replica.succeeded_at = now;
    replica.failures_in_a_row = 0;
  } else {
    ++replica.failures_in_a_row;
  }
  replica.failure = flight.failure;
  ages.complete(replica.rows, outcome.fates, flight.failure != FailureClass::none, now);
  replica.fullest = std::max(replica.fullest, room_share(replica.batcher));
  replica.busy += now - replica.took_at;
  log_outcome(replica, outcome);
  const std::uint64_t id = replica.batch->id;
  replica.batch = nullptr;
  replica.batcher.complete(id, outcome, instant());
  if (replica.batcher.set_apart_entries() == 0)
    replica.apart_since = kNever;
  else
    replica.apart_since = std::min(replica.apart_since, now);
  end_drops(replica);
  poll(replica);
}

void Simulator::Machinery::log_outcome(const Replica& replica, const FlushOutcome& outcome) {
  const std::uint64_t entries = replica.batch->entries.size();
  if (outcome.failure != FailureClass::none) {
    log.line(now, "fail").number("r", replica.number).number("id", replica.batch->id);
    log.named("class", name_of(outcome.failure)).number("entries", entries).end();
    return;
  }
  const auto of = [&](Fate fate) {
    return static_cast<std::uint64_t>(std::count(outcome.fates.begin(), outcome.fates.end(), fate));
  };
  const std::uint64_t written = outcome.fates.empty() ? entries : of(Fate::written);
  log.line(now, "done").number("r", replica.number).number("id", replica.batch->id).number("written", written);
  log.number("rows_stale", of(Fate::rows_stale)).number("unmatched", of(Fate::unmatched));
  for (const Fate fate : {Fate::locked, Fate::quarantined})
    if (const std::uint64_t count = of(fate)) log.number(fate == Fate::locked ? "locked" : "quarantined", count);
  log.number("published", outcome.chunks_published).number("publish_errors", outcome.publish_errors);
  log.number("notify_bytes", outcome.notify_bytes).end();
}

void Simulator::Machinery::end_drops(Replica& replica) {
  if (replica.drops == 0) return;
  log.line(now, "dropped").number("r", replica.number).number("updates", replica.drops).end();
  replica.drops = 0;
}

void Simulator::Machinery::change_setting(const SettingChange& change) {
  Scenario wanted;
  wanted.config = replicas.front().batcher.config();
  if (set_field(wanted, change.field, change.text))
    (void)reconfigure(wanted.config);  // impossible only beside a change made by hand
}

/// All replicas run on the same settings, so the first one refuses, or none does.
Result<void> Simulator::Machinery::reconfigure(const Config& wanted) {
  for (Replica& replica : replicas) {
    Scenario before, after;
    before.config = replica.batcher.config();
    if (const Result<void> done = replica.batcher.reconfigure(wanted, instant()); !done) return done;
    after.config = replica.batcher.config();
    for (const ScenarioField& field : scenario_fields()) {
      if (!field.is_setting) continue;
      const std::string text = field_text(after, field.name);
      if (text != field_text(before, field.name))
        log.line(now, "set").number("r", replica.number).named(field.name, text).end();
    }
    poll(replica);
  }
  scenario.config = replicas.front().batcher.config();
  recompute();
  return {};
}

bool Simulator::Machinery::has_fault(Fault fault) const {
  return covers(windows_of(scenario.store, fault), next_tenth(now));
}

/// What happened until now is as it was: every change lies after now, and only a flush in flight is
/// judged anew.
Result<Duration> Simulator::Machinery::set_fault(Fault fault, bool is_on, Duration not_before) {
  const Duration at = std::max(next_tenth(now), (not_before + kTenth - Duration(1)) / kTenth * kTenth);
  std::vector<Window>& windows = windows_of(scenario.store, fault);
  Begun& begun = begun_[static_cast<std::size_t>(fault)];
  if (covers(windows, at) == is_on) return at;
  if (is_on) {
    if (windows.size() >= static_cast<std::size_t>(find_field(name_of(fault))->most))
      return Error{Errc::field_too_large};
    begun = {at, windows};
    // Until after the last replica can have closed.
    const Duration most(find_field("duration")->most);
    windows.push_back({at, std::min(scenario.duration + kMaxFinalFlushTimeout - at, most)});
    join(windows);
    if (fault == Fault::away) break_flights(at);
    return at;
  }
  if (begun.at) {
    windows = std::move(begun.others);
    windows.push_back({*begun.at, std::max(at - *begun.at, kTenth)});
    begun = {};
  }
  for (Window& window : windows)
    if (covers(window, at) && window.begin < at) window.length = at - window.begin;
  join(windows);
  return at;
}

/// As ModelStore::begin() does where it knows of the outage.
void Simulator::Machinery::break_flights(Duration at) {
  for (Replica& replica : replicas) {
    if (replica.batch == nullptr || replica.flight.end <= at) continue;
    replica.flight.failure = FailureClass::connection;
    replica.flight.end = at;
  }
  recompute();
}

void Simulator::Machinery::close() {
  closed = true;
  for (Replica& replica : replicas) {
    replica.batcher.close(instant());
    replica.closes = now + replica.batcher.config().final_flush_timeout;
    if (replica.batch != nullptr && replica.flight.end > replica.closes) {
      replica.flight.end = replica.closes;
      replica.flight.failure = FailureClass::timeout;
    }
    log.line(now, "close").number("r", replica.number).number("held", replica.batcher.counters().held()).end();
    poll(replica);
    if (!replica.finished && replica.batcher.finished(instant())) finish(replica);
  }
}

void Simulator::Machinery::finish(Replica& replica) {
  end_drops(replica);
  replica.fullest = std::max(replica.fullest, room_share(replica.batcher));
  replica.finished = true;
  replica.deadline = kNever;
  const Counters c = replica.batcher.counters();
  log.line(now, "end").number("r", replica.number).number("offered", c.offered).number("dropped", c.dropped());
  log.number("coalesced", c.coalesced).number("stale", c.stale).number("written", c.written);
  log.number("rows_stale", c.rows_stale).number("unmatched", c.unmatched).number("discarded", c.discarded);
  log.number("quarantined", c.quarantined).number("held", c.held()).end();
}

}  // namespace metabatch
