// SPDX-License-Identifier: Apache-2.0
// The flusher's thread: waits until a batch is due, takes, writes and completes it.
#include <algorithm>
#include <utility>

#include "engine/shards.hpp"

namespace metabatch::engine {
namespace {

/// A store that contradicts itself must not break the accounting: what it did not say clearly is unwritten.
void make_sound(FlushOutcome& outcome, std::size_t entries) {
  const bool unsaid = !outcome.fates.empty() && outcome.fates.size() != entries;
  if (unsaid) outcome.fates.clear();
  const bool unwritten = std::count(outcome.fates.begin(), outcome.fates.end(), Fate::unwritten) > 0;
  if ((unsaid || unwritten) && outcome.failure == FailureClass::none) outcome.failure = FailureClass::other;
}

Counters count_fates(const FlushOutcome& outcome, std::size_t entries, OnFailure on_failure) {
  Counters counted;
  const auto count = [&](Fate fate, std::uint64_t times) {
    if (fate == Fate::written) counted.written += times;
    if (fate == Fate::rows_stale) counted.rows_stale += times;
    if (fate == Fate::unmatched) counted.unmatched += times;
    if (fate == Fate::quarantined) counted.quarantined += times;
    if (fate == Fate::unwritten && on_failure == OnFailure::discard) counted.discarded += times;
  };
  if (outcome.fates.empty()) count(outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten, entries);
  for (const Fate fate : outcome.fates) count(fate, 1);
  return counted;
}

}  // namespace

Load Engine::Impl::load(bool with_oldest) {
  Load result{pending(), std::nullopt};
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

void Engine::Impl::run() {
  store.start();
  while (const std::optional<Reason> reason = wait_until_due()) flush(*reason);
  store.stop();
  const std::lock_guard lock(state_mutex);
  stopped = true;
  changed.notify_all();
}

bool Engine::Impl::drained() {
  if (!schedule.closing() || pending() > 0) return false;
  const std::lock_guard lock(fifo_mutex);
  return fifo.empty();
}

std::optional<Reason> Engine::Impl::wait_until_due() {
  std::unique_lock lock(state_mutex);
  for (bool may_linger = batch.reason == Reason::capacity;;) {
    const Instant now = clock.now();
    const Load seen = load(schedule.needs_oldest(now));
    if (const auto reason = schedule.due(seen, now)) return reason;
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

// After a full batch the next one is often full within microseconds. Waking a sleeper costs the adding thread more than
// that, so the flusher stays awake for a moment, and leaves the processor to whoever wants it.
void Engine::Impl::linger() const {
  const Instant until = clock.now() + kLinger;
  for (int checks = 0; checks < kLingerChecks && pending() < batch_size && clock.now() < until; ++checks)
    std::this_thread::yield();
}

void Engine::Impl::sleep(std::unique_lock<std::mutex>& lock, const Load& seen, Instant now) {
  const bool fixed = config.schedule == SchedulePolicy::fixed;
  std::optional<Instant> deadline = schedule.next_deadline(seen);
  if (fixed && seen.pending == 0 && !schedule.closing()) deadline = schedule.next_tick();  // ticks pass even when idle
  const bool first_matters = !fixed && seen.pending == 0;  // the first arrival sets the deadline
  const bool backing_off = schedule.backoff_end() && now < *schedule.backoff_end();
  if (backing_off) deadline = std::min(deadline.value_or(Instant::max()), *schedule.backoff_end());
  const std::uint64_t enough = first_matters ? 1 : batch_size.load();
  wake_at = backing_off ? UINT64_MAX : base + enough;
  asleep = true;
  if (!backing_off && pending() >= enough) {
    asleep = false;
    return;
  }
  clock.wait(lock, wake_flusher, deadline);
  asleep = false;
}

void Engine::Impl::flush(Reason reason) {
  take(reason);
  const Instant started = clock.now();
  FlushOutcome outcome = store.flush(batch.entries, std::span(chunks.data(), chunk_count));
  make_sound(outcome, batch.entries.size());
  complete(outcome, started, clock.now());
}

void Engine::Impl::take(Reason reason) {
  const std::lock_guard lock(state_mutex);
  const std::lock_guard fifo_lock(fifo_mutex);
  const std::size_t got = take_oldest(
      shards.size(), static_cast<std::size_t>(config.batch_size), capacity.next_position(), cursor,
      [this](std::size_t i, auto visit) {
        Shard& shard = *shards[i];
        if (i + 1 < shards.size()) shards[i + 1]->entries.warm();
        if (!shard.may_hold) return;
        const std::lock_guard shard_lock(shard.mutex);
        visit(shard.entries);
        shard.may_hold = shard.entries.oldest().has_value();
        if (taken.size() > (runs.empty() ? 0 : runs.back().end)) runs.push_back({i, taken.size()});
      },
      taken);
  base += got;
  fifo_in_flight = true;
  schedule.began(got);
  builder.build(taken, batch);
  ++batch.id;
  batch.reason = reason;
  metrics.attempted(batch.keys_per_agent, clock.now());
  chunk_count =
      encode_chunks_into(batch.agents, static_cast<std::size_t>(config.max_payload_bytes), chunks).value_or(0);
}

void Engine::Impl::settle(const FlushOutcome& outcome, Instant now) {
  const Fate all = outcome.failure == FailureClass::none ? Fate::written : Fate::unwritten;
  Settled sum;
  std::size_t next = 0;
  const auto settle_one = [&](Shard& shard, Block* block, std::span<const Fate> fates) {
    const Settled settled = shard.entries.settle(block, fates, config.on_failure, now, metrics.delay);
    sum.merged += settled.merged;
    sum.joined += settled.joined;
    if (settled.merged > 0) shard.may_hold = true;
  };
  if (outcome.fates.empty()) {  // the usual case: one lock a shard, not one a block
    for (std::size_t r = 0; r < runs.size(); ++r) {
      if (r + 1 < runs.size()) shards[runs[r + 1].shard]->entries.warm();
      Shard& shard = *shards[runs[r].shard];
      const std::lock_guard lock(shard.mutex);
      for (; next < runs[r].end; ++next) settle_one(shard, taken[next], {&all, 1});
    }
  } else {
    for (; next < builder.blocks().size(); ++next) {
      Shard& shard = shard_of(agent_hash(batch.agents[next], seed));
      const std::lock_guard lock(shard.mutex);
      settle_one(shard, builder.blocks()[next], builder.fates_of(next, outcome.fates, all));
    }
  }
  runs.clear();
  taken.clear();
  if (sum.merged > 0) cursor = 0;
  base -= sum.merged - sum.joined;
  schedule.ended(outcome.failure, sum.merged, now);
}

void Engine::Impl::complete(const FlushOutcome& outcome, Instant started, Instant ended) {
  const std::size_t entries = batch.entries.size();
  FlushRecord record{batch.id,
                     batch.reason,
                     started,
                     ended - started,
                     entries,
                     batch.agents.size(),
                     chunk_count,
                     {},
                     outcome.failure,
                     outcome.retries,
                     outcome.publish_errors,
                     outcome.sqlstate,
                     outcome.message};
  {
    const std::lock_guard lock(state_mutex);
    record.fates = count_fates(outcome, entries, config.on_failure);
    const std::lock_guard fifo_lock(fifo_mutex);
    settle(outcome, ended);
    fifo_in_flight = false;
    absorb(batch_size);
    metrics.completed(batch.reason, entries, ended - started, outcome, ended);
    schedule.pass_ticks(load(schedule.needs_oldest(ended)), ended);
    remember(record);
    changed.notify_all();
  }
  if (options.on_flush) options.on_flush(record);
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

}  // namespace metabatch::engine
