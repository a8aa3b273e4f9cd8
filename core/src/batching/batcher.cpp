// SPDX-License-Identifier: Apache-2.0
#include "metabatch/batcher.hpp"

#include <algorithm>
#include <utility>

#include "batching/batch_builder.hpp"
#include "batching/entries.hpp"
#include "batching/fifo.hpp"
#include "batching/schedule.hpp"
#include "batching/selection.hpp"
#include "batching/unchanged/leave_out.hpp"
#include "batching/unchanged/repeat_sample.hpp"
#include "batching/unchanged/written_values.hpp"
#include "batching/verdict.hpp"

namespace metabatch {

struct Batcher::Machine {
  Machine(const ValidConfig& a_config, Instant now, std::uint64_t a_seed)
      : config(a_config),
        seed(a_seed),
        entries(capacity, a_seed),
        fifo(capacity),
        schedule(config, now, a_seed),
        written(a_seed),
        repeats(a_seed) {
    adopt(config);
  }

  void adopt(const ValidConfig& changed);
  [[nodiscard]] std::uint64_t batch_size() const { return static_cast<std::uint64_t>(config->batch_size); }
  [[nodiscard]] std::uint64_t pending() const { return entries.counters().pending; }
  [[nodiscard]] Load load() const;
  // An entry that arrives with a tick is swept by it: adds come first.
  void note_ticks_before(Instant now) { schedule.pass_ticks(load(), now - Duration(1)); }
  [[nodiscard]] bool must_queue() const;
  void absorb(std::uint64_t max_pending);
  Admission add(const Update& update, Instant now);
  std::uint64_t take_pending();
  void take_set_apart();
  bool take(const Due& due, Instant now);
  void remove_left_out(std::span<const Leaving> leaving);
  void put_back();
  Settled settle(const Verdict& verdict, Instant now);
  [[nodiscard]] std::optional<Instant> oldest() const;

  ValidConfig config;
  std::uint64_t seed;
  PlainCapacity capacity;
  Entries entries;
  Fifo fifo;
  Schedule schedule;
  WrittenValues written;
  RepeatSample repeats;
  Metrics metrics;
  BatchBuilder builder;
  Batch batch;
  std::vector<Block*> taken;
  std::uint64_t cursor = 0;
  std::vector<SetApartEntry> candidates;
  std::uint64_t set_apart_from = 0;  // what is set apart and arrived before was tried in this round
  std::int64_t flight_bytes = 0;
  std::optional<Instant> flight_oldest;
  Instant took_at{};
};

void Batcher::Machine::adopt(const ValidConfig& changed) {
  config = changed;
  const bool fifo_queue = config->queue == QueuePolicy::fifo;  // there the slots bind, and the batch its size
  capacity.limit({fifo_queue ? CapacityLimits{}.entries : static_cast<std::uint64_t>(config->queue_capacity),
                  static_cast<std::uint64_t>(config->queue_bytes)});
  entries.set_rules(config->ties,
                    fifo_queue ? CapacityLimits{}.entries : static_cast<std::uint64_t>(config->agent_capacity));
  written.set_rules(config);
  if (written.is_on()) repeats.clear();
}

Load Batcher::Machine::load() const {
  Load load{pending(), capacity.pending_bytes(), capacity.set_apart(), std::nullopt};
  if (const auto oldest = entries.oldest()) load.oldest = oldest->arrived;
  return load;
}

bool Batcher::Machine::must_queue() const {
  return config->queue == QueuePolicy::fifo && (schedule.in_flight() || !fifo.empty() || pending() >= batch_size());
}

void Batcher::Machine::absorb(std::uint64_t max_pending) {
  while (!fifo.empty() && pending() < max_pending) {
    const Fifo::Queued& queued = fifo.front();
    const Update update = queued.update();
    entries.add(report_of(update), agent_hash(update.agent, seed), queued.added, Admit::always);
    fifo.pop();
  }
}

Admission Batcher::Machine::add(const Update& update, Instant now) {
  if (!must_queue()) return entries.add(report_of(update), agent_hash(update.agent, seed), now);
  return fifo.push(
      update, now,
      {static_cast<std::uint64_t>(config->queue_capacity), static_cast<std::uint64_t>(config->agent_capacity)});
}

std::uint64_t Batcher::Machine::take_pending() {
  const Load now = load();
  const BatchSize most{static_cast<std::size_t>(schedule.batch_limit()),
                       static_cast<std::uint64_t>(config->batch_bytes)};
  const auto give_back = [this](std::uint64_t position) {
    Settled settled;
    for (Block*& block : taken) block = entries.untake(block, position, settled);
    std::erase(taken, nullptr);
    return settled.returned;
  };
  return take_batch(
      1, most, now.pending, now.pending_bytes, capacity.next_position(), cursor,
      [this](std::size_t, auto visit) { visit(entries); }, give_back, taken);
}

void Batcher::Machine::take_set_apart() {
  candidates.clear();
  entries.list_set_apart(set_apart_from, candidates);
  const BatchSize most{static_cast<std::size_t>(schedule.set_apart_limit()),
                       static_cast<std::uint64_t>(config->batch_bytes)};
  const SetApartRange range = choose_set_apart(candidates, most);
  entries.take_set_apart(range.from, range.until, taken);
  set_apart_from = range.is_last ? 0 : range.until;
  schedule.began_set_apart(range.is_last);
}

// False: nothing is to be written now.
bool Batcher::Machine::take(const Due& due, Instant now) {
  std::uint64_t got = 0;
  if (due.set_apart) {
    take_set_apart();
  } else {
    got = take_pending();
  }
  builder.build(taken, batch);
  if (!due.set_apart && !leave_out(*this, got, now)) {
    absorb(batch_size());
    return false;
  }
  if (due.set_apart && written.is_on()) written.judge(batch.entries, false, now);
  flight_bytes = static_cast<std::int64_t>(bytes_of(taken));
  capacity.charge_beside(flight_bytes);
  flight_oldest = builder.oldest();
  ++batch.id;
  batch.reason = due.reason;
  batch.set_apart = due.set_apart;
  metrics.attempted(batch.keys_per_agent, now);
  took_at = now;
  return true;
}

void Batcher::Machine::remove_left_out(std::span<const Leaving> leaving) {
  taken.clear();
  for (std::size_t b = 0; b < builder.blocks().size(); ++b) {
    Block* const rest = entries.leave_out(builder.blocks()[b], builder.part_of(b, leaving));
    if (rest != nullptr) taken.push_back(rest);
  }
}

void Batcher::Machine::put_back() {
  Settled settled;
  for (Block* block : taken) entries.untake(block, 0, settled);
  taken.clear();
  cursor = 0;
}

Settled Batcher::Machine::settle(const Verdict& verdict, Instant now) {
  const Landing landing{config->on_failure, batch.set_apart, now};
  Settled sum;
  for (std::size_t b = 0; b < builder.blocks().size(); ++b)
    sum += entries.settle(builder.blocks()[b], builder.fates_of(b, verdict.fates, verdict.all), landing, metrics.delay);
  if (sum.returned > 0) cursor = 0;
  taken.clear();
  capacity.charge(-sum.freed_entries, -sum.freed_bytes);
  capacity.charge_beside(-std::exchange(flight_bytes, 0));
  flight_oldest.reset();
  return sum;
}

std::optional<Instant> Batcher::Machine::oldest() const {
  std::optional<Instant> oldest = flight_oldest;
  const auto consider = [&oldest](Instant arrived) { oldest = std::min(oldest.value_or(arrived), arrived); };
  if (const auto pending = entries.oldest()) consider(pending->arrived);
  if (const auto ages = entries.set_apart_ages()) consider(ages->arrived);
  return oldest;
}

Batcher::Batcher(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Batcher::Batcher(Batcher&&) noexcept = default;
Batcher& Batcher::operator=(Batcher&&) noexcept = default;
Batcher::~Batcher() = default;

Batcher Batcher::create(const ValidConfig& config, Instant now, std::uint64_t seed) {
  return Batcher(std::make_unique<Machine>(config, now, seed));
}

Admission Batcher::add(const Update& update, Instant now) {
  if (machine_->schedule.closing()) return machine_->entries.refuse(1);
  machine_->note_ticks_before(now);
  return machine_->add(update, now);
}

Result<Admission> Batcher::add(const Report& report, Instant now) {
  if (!report.is_parallel()) return Error{Errc::unequal_lists};
  Machine& m = *machine_;
  if (m.schedule.closing()) return m.entries.refuse(report.size());
  m.note_ticks_before(now);
  if (m.config->queue == QueuePolicy::coalesce) return m.entries.add(report, agent_hash(report.agent, m.seed), now);
  Admission sum;
  for (std::size_t i = 0; i < report.size(); ++i)
    sum += m.add({report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]}, now);
  return sum;
}

std::optional<Instant> Batcher::next_deadline() const { return machine_->schedule.next_deadline(machine_->load()); }

const Batch* Batcher::take(Instant now) {
  Machine& m = *machine_;
  while (const std::optional<Due> due = m.schedule.due(m.load(), now))
    if (m.take(*due, now)) return &m.batch;
  return nullptr;
}

void Batcher::complete(std::uint64_t batch_id, const FlushOutcome& outcome, Instant now) {
  Machine& m = *machine_;
  if (!m.schedule.in_flight() || batch_id != m.batch.id) return;
  const std::size_t entries = m.batch.entries.size();
  const Verdict verdict = judge(outcome, entries, m.config->on_failure);
  FlushEnd end = flush_end(outcome, verdict, entries, now - m.took_at);
  if (m.written.is_on()) {
    m.written.landed(verdict, outcome, m.took_at, now);
  } else {
    m.repeats.landed(m.batch, verdict, m.took_at, m.metrics.flushes);
  }
  end.returned = m.settle(verdict, now).returned;
  end.all_set_apart = m.capacity.set_apart();
  m.schedule.ended(end, now);
  m.metrics.completed(m.batch.reason, verdict.settled, now - m.took_at, outcome, now);
  m.absorb(m.batch_size());
  m.schedule.pass_ticks(m.load(), now);
}

void Batcher::forget_written(std::span<const Uuid> agents, Instant now) { machine_->written.forget(agents, now); }
void Batcher::forget_written(Instant now) { machine_->written.forget_all(now); }

Result<void> Batcher::reconfigure(const Config& wanted, Instant now) {
  Machine& m = *machine_;
  const Result<ValidConfig> valid = validated_change(m.config, wanted);
  if (!valid) return valid.error();
  m.note_ticks_before(now);
  m.adopt(*valid);
  m.schedule.reconfigure(*valid, now);
  if (m.config->queue == QueuePolicy::coalesce) m.absorb(CapacityLimits{}.entries);
  if (!m.schedule.in_flight()) m.absorb(m.batch_size());
  return {};
}

void Batcher::close(Instant now) { machine_->schedule.close(now); }

bool Batcher::finished(Instant now) const {
  const Machine& m = *machine_;
  if (!m.schedule.closing() || m.schedule.in_flight()) return false;
  return m.schedule.close_expired(now) || counters().held() == 0;
}

Counters Batcher::counters() const {
  Counters sum = machine_->entries.counters();
  sum += machine_->fifo.counters();
  return sum;
}

const Metrics& Batcher::metrics() const { return machine_->metrics; }
const Config& Batcher::config() const { return machine_->config; }
std::uint64_t Batcher::buffered_entries() const { return machine_->capacity.entries(); }
std::uint64_t Batcher::buffered_bytes() const { return machine_->capacity.bytes(); }
std::uint64_t Batcher::set_apart_entries() const {
  const Machine& m = *machine_;
  return m.capacity.set_apart() + (m.schedule.in_flight() && m.batch.set_apart ? m.batch.entries.size() : 0);
}
std::optional<Instant> Batcher::set_apart_retry() const { return machine_->schedule.next_round(); }
std::optional<Instant> Batcher::backoff_end() const { return machine_->schedule.backoff_end(); }
std::optional<Instant> Batcher::oldest() const { return machine_->oldest(); }
std::uint64_t Batcher::batch_limit() const { return machine_->schedule.batch_limit(); }

}  // namespace metabatch
