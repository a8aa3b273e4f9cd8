// SPDX-License-Identifier: Apache-2.0
#include "metabatch/batcher.hpp"

#include "batching/batch_builder.hpp"
#include "batching/entries.hpp"
#include "batching/fifo.hpp"
#include "batching/schedule.hpp"

namespace metabatch {

struct Batcher::Machine {
  Machine(const Config& validated_config, Instant now, std::uint64_t a_seed)
      : config(validated_config),
        seed(a_seed),
        entries(capacity, a_seed),
        fifo(capacity),
        schedule(config, now, a_seed) {
    adopt(config);
  }

  void adopt(const Config& changed);
  [[nodiscard]] Load load() const;
  // An entry that arrives with a tick is swept by it: adds come first.
  void note_ticks_before(Instant now) { schedule.pass_ticks(load(), now - Duration(1)); }
  [[nodiscard]] bool must_queue() const;
  void absorb(std::uint64_t max_pending);
  Admission add(const Update& update, Instant now);
  std::uint64_t settle(const FlushOutcome& outcome, Instant now);

  Config config;
  std::uint64_t seed;
  PlainCapacity capacity;
  Entries entries;
  Fifo fifo;
  Schedule schedule;
  Metrics metrics;
  BatchBuilder builder;
  Batch batch;
  std::vector<Block*> taken;
  std::uint64_t cursor = 0;
  Instant took_at{};
};

void Batcher::Machine::adopt(const Config& changed) {
  config = changed;
  const bool fifo_queue = config.queue == QueuePolicy::fifo;  // there the slots bind, and the batch its size
  capacity.limit({fifo_queue ? CapacityLimits{}.entries : static_cast<std::uint64_t>(config.queue_capacity),
                  static_cast<std::uint64_t>(config.queue_bytes)});
  entries.set_ties(config.ties);
}

Load Batcher::Machine::load() const {
  Load load{entries.counters().pending, std::nullopt};
  if (const auto oldest = entries.oldest()) load.oldest = oldest->arrived;
  return load;
}

bool Batcher::Machine::must_queue() const {
  return config.queue == QueuePolicy::fifo &&
         (schedule.in_flight() || !fifo.empty() ||
          entries.counters().pending >= static_cast<std::uint64_t>(config.batch_size));
}

void Batcher::Machine::absorb(std::uint64_t max_pending) {
  while (!fifo.empty() && entries.counters().pending < max_pending) {
    const Fifo::Queued& queued = fifo.front();
    const Update update = queued.update();
    entries.add(report_of(update), agent_hash(update.agent, seed), queued.added, Admit::always);
    fifo.pop();
  }
}

Admission Batcher::Machine::add(const Update& update, Instant now) {
  if (must_queue()) {
    Admission admission;
    const bool queued = fifo.push(update, now, static_cast<std::uint64_t>(config.queue_capacity));
    (queued ? admission.taken : admission.dropped_full) = 1;
    return admission;
  }
  return entries.add(report_of(update), agent_hash(update.agent, seed), now);
}

std::uint64_t Batcher::Machine::settle(const FlushOutcome& outcome, Instant now) {
  const Fate all = outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten;
  std::uint64_t merged = 0;
  for (std::size_t b = 0; b < builder.blocks().size(); ++b) {
    const std::span<const Fate> fates = builder.fates_of(b, outcome.fates, all);
    merged += entries.settle(builder.blocks()[b], fates, config.on_failure, now, metrics.delay).merged;
  }
  if (merged > 0) cursor = 0;
  taken.clear();
  return merged;
}

Batcher::Batcher(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Batcher::Batcher(Batcher&&) noexcept = default;
Batcher& Batcher::operator=(Batcher&&) noexcept = default;
Batcher::~Batcher() = default;

Result<Batcher> Batcher::create(const Config& config, Instant now, std::uint64_t seed) {
  const Result<Config> valid = validated(config);
  if (!valid) return valid.error();
  return Batcher(std::make_unique<Machine>(*valid, now, seed));
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
  if (m.config.queue == QueuePolicy::coalesce) return m.entries.add(report, agent_hash(report.agent, m.seed), now);
  Admission sum;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Admission one =
        m.add({report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]}, now);
    sum.taken += one.taken;
    sum.coalesced += one.coalesced;
    sum.stale += one.stale;
    sum.dropped_full += one.dropped_full;
  }
  return sum;
}

std::optional<Instant> Batcher::next_deadline() const { return machine_->schedule.next_deadline(machine_->load()); }

const Batch* Batcher::take(Instant now) {
  Machine& m = *machine_;
  const std::optional<Reason> reason = m.schedule.due(m.load(), now);
  if (!reason) return nullptr;
  const std::size_t got = take_oldest(
      1, static_cast<std::size_t>(m.config.batch_size), m.capacity.next_position(), m.cursor,
      [&m](std::size_t, auto visit) { visit(m.entries); }, m.taken);
  m.schedule.began(got);
  m.builder.build(m.taken, m.batch);
  ++m.batch.id;
  m.batch.reason = *reason;
  m.metrics.attempted(m.batch.keys_per_agent, now);
  m.took_at = now;
  return &m.batch;
}

void Batcher::complete(std::uint64_t batch_id, const FlushOutcome& outcome, Instant now) {
  Machine& m = *machine_;
  if (!m.schedule.in_flight() || batch_id != m.batch.id) return;
  const std::size_t entries = m.batch.entries.size();
  m.schedule.ended(outcome.failure, m.settle(outcome, now), now);
  m.metrics.completed(m.batch.reason, entries, now - m.took_at, outcome, now);
  m.absorb(static_cast<std::uint64_t>(m.config.batch_size));
  m.schedule.pass_ticks(m.load(), now);
}

Result<void> Batcher::reconfigure(const Config& config, Instant now) {
  Machine& m = *machine_;
  const Result<Config> valid = validated_change(m.config, config);
  if (!valid) return valid.error();
  m.note_ticks_before(now);
  m.adopt(*valid);
  m.schedule.reconfigure(*valid, now);
  if (valid->queue == QueuePolicy::coalesce) m.absorb(CapacityLimits{}.entries);
  if (!m.schedule.in_flight()) m.absorb(static_cast<std::uint64_t>(valid->batch_size));
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
std::optional<Instant> Batcher::oldest() const { return machine_->load().oldest; }

}  // namespace metabatch
