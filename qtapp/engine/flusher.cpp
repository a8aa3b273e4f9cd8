// SPDX-License-Identifier: Apache-2.0
#include "engine/flusher.hpp"

#include <algorithm>
#include <utility>

#include "batching/unchanged/leave_out.hpp"
#include "engine/short_wait.hpp"
#include "engine/writer_gate.hpp"
#include "metabatch/chunks.hpp"

namespace metabatch::engine {
namespace {

constexpr Duration kLingerLook = std::chrono::microseconds(1);  // each look takes a cache line from the adders

/// A store that contradicts itself must not break the accounting. An entry without a clear fate
/// counts as unwritten.
void make_sound(FlushOutcome& outcome, std::size_t entries) {
  const bool unclear = !outcome.fates.empty() && outcome.fates.size() != entries;
  if (unclear) outcome.fates.clear();
  const bool unwritten = std::count(outcome.fates.begin(), outcome.fates.end(), Fate::unwritten) > 0;
  if ((unclear || unwritten) && outcome.failure == FailureClass::none) outcome.failure = FailureClass::other;
}

Counters count_fates(const Verdict& verdict, std::size_t entries, OnFailure on_failure) {
  Counters counted;
  const auto count = [&](Fate fate, std::uint64_t times) {
    if (fate == Fate::written) counted.written += times;
    if (fate == Fate::rows_stale) counted.rows_stale += times;
    if (fate == Fate::unmatched) counted.unmatched += times;
    if (fate == Fate::quarantined) counted.quarantined += times;
    if (fate == Fate::locked) counted.set_apart += times;
    if (fate == Fate::unwritten && on_failure == OnFailure::discard) counted.discarded += times;
  };
  if (verdict.fates.empty()) count(verdict.all, entries);
  for (const Fate fate : verdict.fates) count(fate, 1);
  return counted;
}

}  // namespace

Engine::Flusher::Flusher(Impl& of_engine)
    : shared(of_engine), schedule(of_engine.schedule), written(of_engine.written) {}

void Engine::Flusher::start() {
  thread = std::thread([this] { run(); });
}

void Engine::Flusher::join() {
  if (thread.joinable()) thread.join();
}

InFlight Engine::Flusher::in_flight() const {
  const bool retries = schedule.in_flight() && batch.set_apart;
  return {retries ? batch.entries.size() : 0, flight_oldest, flight_since};
}

void Engine::Flusher::run() {
  auto* const turns = dynamic_cast<TurnStore*>(&shared.store);
  shared.store.start();
  while (const std::optional<Due> due = wait_until_due()) {
    if (turns != nullptr && !turns->await_turn()) continue;
    if (take(*due)) {
      flush(*due);
    } else if (turns != nullptr) {
      turns->give_up_turn();
    }
  }
  shared.store.stop();
  const std::lock_guard lock(shared.state_mutex);
  shared.stopped = true;
  shared.changed.notify_all();
}

bool Engine::Flusher::drained() {
  if (!schedule.closing() || pending() > 0 || shared.capacity.set_apart() > 0) return false;
  const std::lock_guard lock(shared.fifo_mutex);
  return shared.fifo.empty();
}

std::optional<Due> Engine::Flusher::wait_until_due() {
  std::unique_lock lock(shared.state_mutex);
  for (bool may_linger = batch.reason == Reason::capacity;;) {
    const Instant now = shared.clock.now();
    const Load seen = shared.load(schedule.needs_oldest(now));
    if (const auto due = schedule.due(seen, now)) return due;
    if (drained() || schedule.close_expired(now)) return std::nullopt;
    if (std::exchange(may_linger, false)) {
      lock.unlock();
      linger();
      lock.lock();
    } else {
      sleep(lock, seen, now);
    }
  }
}

// After a full batch the next one is often full within microseconds. To wake a sleeper costs the
// adding thread more than that. So the flusher stays awake for a moment and yields the processor to
// other threads.
void Engine::Flusher::linger() const {
  ShortWait wait(shared.clock);
  Instant look = wait.now();
  do {
    if (wait.now() < look) continue;
    if (pending() >= shared.batch_size) return;
    look = wait.now() + kLingerLook;
  } while (wait.goes_on());
}

// Called with the state lock held; `seen` was read under it. wake_if_due() explains the order of
// the steps.
void Engine::Flusher::sleep(std::unique_lock<std::mutex>& lock, const Load& seen, Instant now) {
  const bool ticks =
      shared.config->schedule == SchedulePolicy::fixed || shared.config->schedule == SchedulePolicy::reset;
  std::optional<Instant> deadline = schedule.next_deadline(seen);
  const auto no_later_than = [&deadline](Instant at) { deadline = std::min(deadline.value_or(at), at); };
  if (ticks && seen.pending == 0 && !schedule.closing())
    no_later_than(schedule.next_tick());                   // ticks pass when idle, too
  const bool first_matters = !ticks && seen.pending == 0;  // the first arrival sets the deadline
  const bool backing_off = schedule.backoff_end() && now < *schedule.backoff_end();
  if (backing_off) no_later_than(*schedule.backoff_end());
  const std::uint64_t enough = first_matters ? 1 : schedule.batch_limit();
  const auto enough_bytes = static_cast<std::uint64_t>(shared.config->batch_bytes);
  shared.wake_at = backing_off ? UINT64_MAX : shared.base + enough;
  shared.wake_at_bytes = backing_off ? UINT64_MAX : enough_bytes;
  shared.asleep = true;
  if (!backing_off && (pending() >= enough || shared.capacity.pending_bytes() >= enough_bytes)) {
    shared.asleep = false;
    return;
  }
  shared.clock.wait(lock, shared.wake_flusher, deadline);
  shared.asleep = false;
}

void Engine::Flusher::flush(const Due& due) {
  const Instant started = shared.clock.now();
  const std::span<const std::string> payloads(chunks.data(), chunk_count);
  FlushOutcome outcome = due.set_apart ? shared.store.flush_set_apart(batch.entries, payloads)
                                       : shared.store.flush(batch.entries, payloads);
  make_sound(outcome, batch.entries.size());
  complete(outcome, started, shared.clock.now());
}

// False: nothing is to be written now. What was left out was settled, so those who wait for that
// are notified here.
bool Engine::Flusher::take(const Due& due) {
  const std::lock_guard lock(shared.state_mutex);
  const std::lock_guard fifo_lock(shared.fifo_mutex);
  const Instant now = shared.clock.now();
  std::size_t got = 0;
  if (due.set_apart) {
    take_set_apart();
  } else {
    got = take_pending();
  }
  builder.build(taken, batch);
  if (!due.set_apart && !leave_out(*this, got, now)) {
    shared.absorb(shared.batch_size);
    shared.changed.notify_all();
    return false;
  }
  if (due.set_apart && written.is_on()) written.judge(batch.entries, false, now);
  shared.fifo_in_flight = true;
  flight_bytes = static_cast<std::int64_t>(bytes_of(taken));
  shared.capacity.charge_beside(flight_bytes);
  flight_oldest = builder.oldest();
  ++batch.id;
  batch.reason = due.reason;
  batch.set_apart = due.set_apart;
  took_at = now;
  shared.metrics.attempted(batch.keys_per_agent, now);
  chunk_count =
      encode_chunks_into(batch.agents, static_cast<std::size_t>(shared.config->max_payload_bytes), chunks).value_or(0);
  return true;
}

std::size_t Engine::Flusher::take_pending() {
  const BatchSize most{static_cast<std::size_t>(schedule.batch_limit()),
                       static_cast<std::uint64_t>(shared.config->batch_bytes)};
  const std::size_t got = take_batch(
      shared.shards.size(), most, pending(), shared.capacity.pending_bytes(), shared.capacity.next_position(), cursor,
      [this](std::size_t i, auto visit) {
        Shard& shard = *shared.shards[i];
        if (i + 2 < shared.shards.size()) shared.shards[i + 2]->warm();
        if (!shard.may_hold) return;
        const std::lock_guard shard_lock(shard.mutex);
        visit(shard.entries);
        shard.may_hold.store(shard.entries.oldest().has_value(), std::memory_order_relaxed);
        if (taken.size() > (runs.empty() ? 0 : runs.back().end)) runs.push_back({i, taken.size()});
      },
      [this](std::uint64_t position) { return give_back(position); }, taken);
  shared.base += got;
  return got;
}

// A key may have been offered again since its entry was taken. Then the pending entry and the
// returned one become one entry.
std::size_t Engine::Flusher::give_back(std::uint64_t position) {
  Settled settled;
  std::vector<Block*> kept;
  std::size_t next = 0;
  for (Run& run : runs) {
    Shard& shard = *shared.shards[run.shard];
    const std::lock_guard lock(shard.mutex);
    for (; next < run.end; ++next) {
      if (Block* block = shard.entries.untake(taken[next], position, settled)) kept.push_back(block);
    }
    shard.may_hold = shard.entries.oldest().has_value();
    run.end = kept.size();
  }
  taken = std::move(kept);
  shared.base += settled.joined;
  return settled.returned;
}

void Engine::Flusher::remove_left_out(std::span<const Leaving> leaving) {
  std::vector<const Block*> gone;
  for (std::size_t b = 0; b < builder.blocks().size(); ++b) {
    const std::span<const Leaving> part = builder.part_of(b, leaving);
    if (std::all_of(part.begin(), part.end(), [](Leaving one) { return one == Leaving::written; })) continue;
    Block* const block = builder.blocks()[b];
    Shard& shard = shared.shard_of(agent_hash(batch.agents[b], shared.seed));
    const std::lock_guard lock(shard.mutex);
    if (shard.entries.leave_out(block, part) == nullptr) gone.push_back(block);
  }
  std::sort(gone.begin(), gone.end());
  std::vector<Block*> kept;
  std::size_t next = 0;
  for (Run& run : runs) {
    for (; next < run.end; ++next)
      if (!std::binary_search(gone.begin(), gone.end(), taken[next])) kept.push_back(taken[next]);
    run.end = kept.size();
  }
  taken = std::move(kept);
  if (taken.empty()) runs.clear();
}

void Engine::Flusher::put_back() {
  shared.base -= give_back(0);
  runs.clear();
  cursor = 0;
}

void Engine::Flusher::take_set_apart() {
  candidates.clear();
  for (const auto& shard : shared.shards) {
    const std::lock_guard lock(shard->mutex);
    shard->entries.list_set_apart(set_apart_from, candidates);
    if (const auto ages = shard->entries.set_apart_ages())
      flight_since = std::min(flight_since.value_or(ages->since), ages->since);
  }
  const BatchSize most{static_cast<std::size_t>(schedule.set_apart_limit()),
                       static_cast<std::uint64_t>(shared.config->batch_bytes)};
  const SetApartRange range = choose_set_apart(candidates, most);
  for (std::size_t i = 0; i < shared.shards.size(); ++i) {
    const std::lock_guard lock(shared.shards[i]->mutex);
    if (shared.shards[i]->entries.take_set_apart(range.from, range.until, taken) > 0) runs.push_back({i, taken.size()});
  }
  set_apart_from = range.is_last ? 0 : range.until;
  schedule.began_set_apart(range.is_last);
}

Settled Engine::Flusher::settle(const Verdict& verdict, Instant now) {
  const Landing landing{shared.config->on_failure, batch.set_apart, now};
  Settled sum;
  std::size_t next = 0;
  const auto settle_one = [&](Shard& shard, Block* block, std::span<const Fate> fates) {
    const Settled settled = shard.entries.settle(block, fates, landing, shared.metrics.delay);
    sum += settled;
    if (settled.returned > 0) shard.may_hold = true;
  };
  if (verdict.fates.empty()) {  // the usual case: one lock a shard, not one a block
    for (std::size_t r = 0; r < runs.size(); ++r) {
      if (r + 2 < runs.size()) shared.shards[runs[r + 2].shard]->warm();
      Shard& shard = *shared.shards[runs[r].shard];
      const std::lock_guard lock(shard.mutex);
      for (; next < runs[r].end; ++next) settle_one(shard, taken[next], {&verdict.all, 1});
      shard.count();
    }
  } else {
    for (; next < builder.blocks().size(); ++next) {
      Shard& shard = shared.shard_of(agent_hash(batch.agents[next], shared.seed));
      const std::lock_guard lock(shard.mutex);
      settle_one(shard, builder.blocks()[next], builder.fates_of(next, verdict.fates, verdict.all));
      shard.count();
    }
  }
  runs.clear();
  taken.clear();
  shared.capacity.charge(-sum.freed_entries, -sum.freed_bytes);
  return sum;
}

// Called with the state lock and the fifo lock held. The number of pending entries is the number of
// claimed positions less `base`. Returned entries are pending again; entries that merged with
// another are not.
void Engine::Flusher::land(const FlushOutcome& outcome, const Verdict& verdict, Duration took, Instant now) {
  FlushEnd end = flush_end(outcome, verdict, batch.entries.size(), took);
  const Settled settled = settle(verdict, now);
  if (settled.returned > 0) cursor = 0;
  shared.base -= settled.returned - settled.joined - settled.absorbed;
  shared.capacity.charge_beside(-std::exchange(flight_bytes, 0));
  flight_oldest.reset();
  flight_since.reset();
  end.returned = settled.returned;
  end.all_set_apart = shared.capacity.set_apart();
  schedule.ended(end, now);
  shared.metrics.completed(batch.reason, verdict.settled, took, outcome, now);
  if (outcome.rows_ahead > 0) shared.ahead_by = outcome.ahead_by;
}

void Engine::Flusher::complete(const FlushOutcome& outcome, Instant started, Instant ended) {
  const std::size_t entries = batch.entries.size();
  FlushRecord record;
  record.id = batch.id;
  record.reason = batch.reason;
  record.started = started;
  record.took = ended - started;
  record.entries = entries;
  record.agents = batch.agents.size();
  record.chunks = chunk_count;
  record.set_apart = batch.set_apart;
  record.too_much = outcome.too_much;
  record.failure = outcome.failure;
  record.retries = outcome.retries;
  record.publish_errors = outcome.publish_errors;
  record.sqlstate = outcome.sqlstate;
  record.message = outcome.message;
  {
    const std::lock_guard lock(shared.state_mutex);
    const Verdict verdict = judge(outcome, entries, shared.config->on_failure);
    record.fates = count_fates(verdict, entries, shared.config->on_failure);
    const std::lock_guard fifo_lock(shared.fifo_mutex);
    if (written.is_on()) {
      written.landed(verdict, outcome, took_at, ended);
    } else {
      shared.repeats.landed(batch, verdict, took_at, shared.metrics.flushes);
    }
    land(outcome, verdict, ended - started, ended);
    shared.fifo_in_flight = false;
    shared.absorb(shared.batch_size);
    schedule.pass_ticks(shared.load(schedule.needs_oldest(ended)), ended);
    shared.remember(record);
    shared.changed.notify_all();
  }
  if (shared.options.on_flush) shared.options.on_flush(record);
}

std::span<const Update> Engine::Flusher::take_unwritten() {
  const std::lock_guard lock(shared.state_mutex);
  {
    const std::lock_guard fifo_lock(shared.fifo_mutex);
    shared.absorb(CapacityLimits{}.entries);
  }
  taken.clear();
  for (const auto& shard : shared.shards) {
    const std::lock_guard shard_lock(shard->mutex);
    shard->entries.take_before(UINT64_MAX, taken);
    shard->entries.take_set_apart(0, UINT64_MAX, taken);
  }
  builder.build(taken, batch);
  return batch.entries;
}

void Engine::Flusher::settle_unwritten(Fate fate) {
  const std::lock_guard lock(shared.state_mutex);
  const Landing landing{OnFailure::retain, false, shared.clock.now()};
  Settled sum;
  for (std::size_t i = 0; i < builder.blocks().size(); ++i) {
    Shard& shard = shared.shard_of(agent_hash(batch.agents[i], shared.seed));
    const std::lock_guard shard_lock(shard.mutex);
    sum += shard.entries.settle(builder.blocks()[i], {&fate, 1}, landing, shared.metrics.delay);
  }
  shared.capacity.charge(-sum.freed_entries, -sum.freed_bytes);
  taken.clear();
}

}  // namespace metabatch::engine
