// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.hpp"

#include <algorithm>
#include <bit>
#include <random>

#include "engine/flusher.hpp"
#include "engine/short_wait.hpp"

namespace metabatch::engine {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device() | 1;
}

std::size_t default_shards() {
  return std::clamp(std::bit_ceil(std::size_t{std::thread::hardware_concurrency()} * 32), std::size_t{8},
                    std::size_t{64});
}

}  // namespace

Engine::Impl::Impl(const ValidConfig& a_config, Store& a_store, EngineOptions an_options, Clock& a_clock)
    : store(a_store),
      clock(a_clock),
      options(std::move(an_options)),
      seed(options.seed != 0 ? options.seed : random_seed()),
      fifo(capacity),
      schedule(a_config, a_clock.now(), seed),
      written(seed),
      repeats(seed),
      started_at(a_clock.now()) {
  const std::size_t count = std::bit_ceil(options.shards != 0 ? options.shards : default_shards());
  shard_bits = std::countr_zero(count);
  for (std::size_t i = 0; i < count; ++i) shards.push_back(std::make_unique<Shard>(capacity, seed));
  adopt(a_config);
}

void Engine::Impl::adopt(const ValidConfig& next) {
  config = next;
  const std::lock_guard fifo_lock(fifo_mutex);
  const bool to_fifo = config->queue == QueuePolicy::fifo;
  batch_size = static_cast<std::uint64_t>(config->batch_size);
  slots = static_cast<std::uint64_t>(config->queue_capacity);
  agent_capacity = static_cast<std::uint64_t>(config->agent_capacity);
  capacity.limit({to_fifo ? CapacityLimits{}.entries : static_cast<std::uint64_t>(config->queue_capacity),
                  static_cast<std::uint64_t>(config->queue_bytes)});
  for (const auto& shard : shards) {
    const std::lock_guard lock(shard->mutex);
    shard->entries.set_rules(config->ties, to_fifo ? CapacityLimits{}.entries : agent_capacity.load());
  }
  written.set_rules(config);
  if (written.is_on()) repeats.clear();
  if (!to_fifo) absorb(CapacityLimits{}.entries);
  if (to_fifo && !fifo_in_flight) absorb(batch_size);
  fifo_queue = to_fifo;
}

void Engine::Impl::change_to(const ValidConfig& next) {
  adopt(next);
  schedule.reconfigure(next, clock.now());
  wake();
  changed.notify_all();
}

Admission Engine::Impl::add(const Report& report) {
  const Instant now = clock.coarse_now();
  const Admission admission =
      fifo_queue.load(std::memory_order_relaxed) ? add_fifo(report, now) : add_to_shard(report, now);
  if (admission.taken + admission.coalesced > 0) wake_if_due(admission);
  const std::uint64_t dropped = admission.dropped_full + admission.dropped_agent_full;
  if (dropped > 0) report_drops(dropped, now);
  return admission;
}

Admission Engine::Impl::add_to_shard(const Report& report, Instant now, Admit admit) {
  const std::uint64_t hash = agent_hash(report.agent, seed);
  Shard& shard = shard_of(hash);
  shard.entries.warm();
  const std::lock_guard lock(shard.mutex);
  // An update in the fifo was accepted before the engine closed; only new ones are refused.
  if (admit == Admit::if_it_fits && closed.load(std::memory_order_relaxed)) return shard.entries.refuse(report.size());
  if (!shard.may_hold.load(std::memory_order_relaxed)) shard.may_hold = true;
  const Admission admission = shard.entries.add(report, hash, now, admit);
  if (admission.taken > 0) shard.count();
  return admission;
}

// Prefetching is not worth waiting for a lock.
void Engine::Impl::warm(const Uuid& agent, Warming step) {
  const std::uint64_t hash = agent_hash(agent, seed);
  Shard& shard = shard_of(hash);
  const std::unique_lock lock(shard.mutex, std::try_to_lock);
  if (!lock) return;
  if (step == Warming::slot)
    shard.entries.warm_slot(hash);
  else
    shard.entries.warm_block(agent, hash);
}

std::uint64_t Engine::Impl::keys_of(const Uuid& agent) {
  const std::uint64_t hash = agent_hash(agent, seed);
  Shard& shard = shard_of(hash);
  const std::lock_guard lock(shard.mutex);
  return shard.entries.keys_of(agent, hash);
}

std::uint64_t Engine::Impl::most_keys_of(const Uuid& agent) {
  Shard& shard = shard_of(agent_hash(agent, seed));
  shard.warm();  // its lock is taken next, to add
  return shard.held.load(std::memory_order_relaxed);
}

Admission Engine::Impl::add_fifo(const Report& report, Instant now) {
  const std::lock_guard lock(fifo_mutex);
  Admission sum;
  for (std::size_t i = 0; i < report.size(); ++i) {
    const Update update{report.agent, report.keys[i], report.values[i], report.errors[i], report.collected_at[i]};
    const bool queue = fifo_queue && !closed && (fifo_in_flight || !fifo.empty() || pending() >= batch_size);
    sum += queue ? fifo.push(update, now, {slots, agent_capacity}) : add_to_shard(report_of(update), now);
  }
  return sum;
}

// The handshake with Flusher::sleep(). The flusher writes its thresholds, then `asleep`, then reads
// the arrivals a last time. An add counts its arrival before it reads `asleep`. All of these are
// sequentially consistent, so they have one total order. Either the add precedes the flusher's last
// reading, and the flusher sees it; or `asleep` precedes the add's reading, and the add wakes the
// flusher. The exchange lets only one of many adders do so. The flusher holds the state lock
// between its last reading and its wait. The adder takes that lock before it notifies, so no
// notification falls into that gap.
void Engine::Impl::wake_if_due(const Admission& admission) {
  const bool enough = (admission.taken > 0 && capacity.next_position() >= wake_at.load()) ||
                      capacity.pending_bytes() >= wake_at_bytes.load();
  if (!enough || !asleep.load() || !asleep.exchange(false)) return;
  const std::lock_guard lock(state_mutex);
  wake_flusher.notify_one();
}

void Engine::Impl::wake() {
  asleep = false;
  wake_flusher.notify_one();
}

void Engine::Impl::report_drops(std::uint64_t dropped, Instant now) {
  unreported_drops += dropped;
  std::int64_t next = next_drop_report.load();
  const std::int64_t at = now.time_since_epoch().count();
  if (!options.on_drop || at < next ||
      !next_drop_report.compare_exchange_strong(next, at + kDropReportInterval.count()))
    return;
  options.on_drop(unreported_drops.exchange(0));
}

Load Engine::Impl::load(bool with_oldest) {
  Load result{pending(), capacity.pending_bytes(), capacity.set_apart(), std::nullopt};
  if (!with_oldest || result.pending == 0) return result;
  std::optional<Oldest> oldest;
  for (const auto& shard : shards) {
    if (!shard->may_hold) continue;
    const std::lock_guard lock(shard->mutex);
    const auto here = shard->entries.oldest();
    if (here && (!oldest || here->position < oldest->position)) oldest = here;
  }
  if (oldest) result.oldest = oldest->arrived;
  return result;
}

void Engine::Impl::remember(const FlushRecord& record) {
  if (recent.size() < kRecentFlushes) {
    recent.push_back(record);
    return;
  }
  recent[recent_from] = record;
  recent_from = (recent_from + 1) % kRecentFlushes;
}

void Engine::Impl::absorb(std::uint64_t max_pending) {
  while (!fifo.empty() && pending() < max_pending) {
    const Fifo::Queued& queued = fifo.front();
    const Update update = queued.update();
    add_to_shard(report_of(update), queued.added, Admit::always);
    fifo.pop();
  }
}

bool Engine::Impl::wait_flushing(const std::function<bool()>& is_so, std::optional<Instant> deadline) {
  // A flusher that is awake often gives capacity back within microseconds. To sleep until then
  // costs more.
  for (ShortWait wait(clock); !asleep && !closed && wait.goes_on();)
    if (is_so()) return !closed;
  std::unique_lock lock(state_mutex);
  while (!closed && !is_so()) {
    if (deadline && clock.now() >= *deadline) return false;
    schedule.flush_now(load(false));  // until the tick, the capacity would only stay full
    wake();
    clock.wait(lock, changed, deadline);
  }
  return !closed;
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)), flusher_(std::make_unique<Flusher>(*impl_)) {}

Engine::~Engine() { close(); }

std::unique_ptr<Engine> Engine::create(const ValidConfig& config, Store& store, EngineOptions options, Clock& clock) {
  std::unique_ptr<Engine> engine(new Engine(std::make_unique<Impl>(config, store, std::move(options), clock)));
  engine->flusher_->start();
  return engine;
}

void Engine::warm(const Uuid& agent, Warming step) { impl_->warm(agent, step); }

Admission Engine::add(const Update& update) { return impl_->add(report_of(update)); }

Result<Admission> Engine::add(const Report& report) {
  if (!report.is_parallel()) return Error{Errc::unequal_lists};
  return impl_->add(report);
}

bool Engine::wait_for_capacity(const Uuid& agent, std::size_t entries, std::size_t bytes,
                               std::optional<Instant> deadline) {
  Impl& impl = *impl_;
  const auto fits_beside = [entries](std::uint64_t used, std::uint64_t limit) {
    return used + entries <= limit || used == 0;
  };
  const auto fits = [&] {
    if (!impl.fifo_queue) {
      const bool has_capacity = impl.capacity.has(entries, bytes) || impl.capacity.entries() == 0;
      const bool is_of_all = impl.agent_capacity >= impl.slots;  // then no agent is limited beside the whole
      return has_capacity && (is_of_all || impl.most_keys_of(agent) + entries <= impl.agent_capacity ||
                              fits_beside(impl.keys_of(agent), impl.agent_capacity));
    }
    const std::lock_guard lock(impl.fifo_mutex);
    const std::uint64_t queued = impl.fifo.counters().queued;
    const bool has_slots =
        queued + entries <= impl.slots && fits_beside(impl.fifo.slots_of(agent), impl.agent_capacity);
    return (has_slots && impl.capacity.has(0, bytes)) || queued + impl.capacity.entries() == 0;
  };
  if (impl.closed) return false;
  return fits() || impl.wait_flushing(fits, deadline);
}

bool Engine::wait_until_empty(std::optional<Instant> deadline) {
  Impl& impl = *impl_;
  const auto is_empty = [&] {
    if (impl.capacity.entries() > 0) return false;
    const std::lock_guard lock(impl.fifo_mutex);
    return impl.fifo.empty();
  };
  return impl.wait_flushing(is_empty, deadline);
}

Result<void> Engine::reconfigure(const Config& wanted) {
  Impl& impl = *impl_;
  const std::lock_guard lock(impl.state_mutex);
  const Result<ValidConfig> valid = validated_change(impl.config, wanted);
  if (!valid) return valid.error();
  impl.change_to(*valid);
  return {};
}

void Engine::change_to(const ValidConfig& next) {
  const std::lock_guard lock(impl_->state_mutex);
  impl_->change_to(next);
}

void Engine::flush_now() {
  const std::lock_guard lock(impl_->state_mutex);
  impl_->schedule.flush_now(impl_->load(false));
  impl_->wake();
}

void Engine::forget_written(std::span<const Uuid> agents) {
  const std::lock_guard lock(impl_->state_mutex);
  impl_->written.forget(agents, impl_->clock.now());
}

void Engine::forget_written() {
  const std::lock_guard lock(impl_->state_mutex);
  impl_->written.forget_all(impl_->clock.now());
}

void Engine::abandon() {
  const std::lock_guard lock(impl_->state_mutex);
  impl_->schedule.abandon(impl_->clock.now());
  impl_->wake();
  impl_->changed.notify_all();  // close() then cancels the store
}

void Engine::close() {
  Impl& impl = *impl_;
  std::unique_lock lock(impl.state_mutex);
  if (!impl.closed.exchange(true)) {
    for (const auto& shard : impl.shards)
      const std::lock_guard barrier(shard->mutex);  // adds that saw the engine open have ended
    const std::lock_guard fifo_barrier(impl.fifo_mutex);
    impl.schedule.close(impl.clock.now());
    impl.wake();
    impl.changed.notify_all();
  }
  while (!impl.stopped && !impl.schedule.close_expired(impl.clock.now())) {
    impl.clock.wait(lock, impl.changed, impl.schedule.close_deadline());
  }
  if (!impl.stopped) impl.store.cancel();
  impl.wake();
  while (!impl.stopped) impl.changed.wait(lock);
  flusher_->join();
}

std::span<const Update> Engine::take_unwritten() { return flusher_->take_unwritten(); }

void Engine::settle_unwritten(Fate fate) { flusher_->settle_unwritten(fate); }

Snapshot Engine::snapshot() const {
  Impl& impl = *impl_;
  Snapshot snapshot;
  std::optional<Instant> oldest, since;
  const auto consider = [](std::optional<Instant>& earliest, Instant at) {
    earliest = std::min(earliest.value_or(at), at);
  };
  for (const auto& shard : impl.shards) {
    const std::lock_guard lock(shard->mutex);
    snapshot.parts.push_back(shard->entries.counters());
    if (const auto here = shard->entries.oldest()) consider(oldest, here->arrived);
    if (const auto ages = shard->entries.set_apart_ages())
      consider(oldest, ages->arrived), consider(since, ages->since);
  }
  {
    const std::lock_guard lock(impl.fifo_mutex);
    snapshot.parts.push_back(impl.fifo.counters());
  }
  for (const Counters& part : snapshot.parts) snapshot.counters += part;
  const Instant now = impl.clock.now();
  snapshot.uptime = now - impl.started_at;
  snapshot.buffered_entries = impl.capacity.entries();
  snapshot.buffered_bytes = impl.capacity.bytes();
  snapshot.closed = impl.closed;
  const std::lock_guard lock(impl.state_mutex);
  const InFlight in_flight = flusher_->in_flight();
  snapshot.set_apart_entries = snapshot.counters.set_apart + in_flight.set_apart;
  if (in_flight.oldest) consider(oldest, *in_flight.oldest);
  if (in_flight.set_apart_since) consider(since, *in_flight.set_apart_since);
  if (oldest) snapshot.oldest_age = std::max(now - *oldest, Duration(0));
  if (since) snapshot.set_apart_age = std::max(now - *since, Duration(0));
  snapshot.batch_limit = impl.schedule.batch_limit();
  snapshot.ahead_by = impl.ahead_by;
  snapshot.config = impl.config;
  snapshot.metrics = impl.metrics;
  const auto oldest_record = impl.recent.begin() + static_cast<std::ptrdiff_t>(impl.recent_from);
  snapshot.recent.assign(oldest_record, impl.recent.end());
  snapshot.recent.insert(snapshot.recent.end(), impl.recent.begin(), oldest_record);
  return snapshot;
}

}  // namespace metabatch::engine
