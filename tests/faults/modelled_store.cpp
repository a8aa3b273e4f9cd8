// SPDX-License-Identifier: Apache-2.0
#include "faults/modelled_store.hpp"

#include <algorithm>
#include <set>

#include "metabatch/chunks.hpp"

namespace metabatch::faults {
namespace {

using namespace std::chrono_literals;

constexpr int kSearchTrips = 3;  // round trips to find the refused rows of a batch

RowId row_of(const OwnedUpdate& entry) { return {entry.agent, entry.key}; }

}  // namespace

Instant ModelledStore::begin(Flight flight, Instant now) {
  flight_ = std::move(flight);
  check_chunks();
  reconnected_ = last_end_ && was_disconnected(*last_end_, now);
  const Instant end = plan_end(now);
  const Instant cut = end_ == End::refused_connection ? end : cut_before(now, end);
  if (cut == end) return end;
  end_ = End::cut;
  return cut;
}

// The steps of a flush, with their durations: the connection, the lock of the table, the locks of
// rows, the statement.
Instant ModelledStore::plan_end(Instant now) {
  const auto ends = [&](End end, Instant at) {
    end_ = end;
    return at;
  };
  if (holds(plan_.outages, now)) return ends(End::refused_connection, now + 5ms);
  if (holds(plan_.permission, now)) return ends(End::permission, now + plan_.round_trip);
  if (const auto lock = window_at(plan_.table_locks, now)) {
    if (lock->until > now + plan_.lock_timeout) return ends(End::table_locked, now + plan_.lock_timeout);
    now = lock->until;
  }
  if (holds(plan_.maintenance, now)) return ends(End::maintenance, now + plan_.round_trip);
  Instant unlocked = now;
  bool refused = false;
  for (const OwnedUpdate& entry : flight_.entries) {
    unlocked = std::max(unlocked, database_.locked_until(row_of(entry), now));
    refused = refused || ModelledDatabase::refuses(entry);
    if (now < plan_.poison_until && database_.is_poison(row_of(entry)))
      return ends(End::too_much, now + plan_.time_limit);
  }
  if (!flight_.set_apart) now = std::min(unlocked, now + plan_.lock_timeout);  // a retry does not wait
  const std::int64_t factor = holds(plan_.slow, now) ? plan_.slow_factor : 1;
  const auto rows = static_cast<std::int64_t>(flight_.entries.size());
  const Duration took = (plan_.round_trip * (refused ? 1 + kSearchTrips : 1) + plan_.row_time * rows) * factor;
  if (took > plan_.time_limit) return ends(End::too_much, now + plan_.time_limit);
  return ends(End::done, now + took);
}

// The first moment at which a fault ends the connection of a running flush.
Instant ModelledStore::cut_before(Instant now, Instant end) const {
  Instant cut = end;
  const auto consider = [&](Instant at) {
    if (at > now && at < cut) cut = at;
  };
  for (const Instant kill : plan_.kills) consider(kill);
  for (const Window& outage : plan_.outages) consider(outage.from);
  return cut;
}

FlushOutcome ModelledStore::fail(FailureClass failure) const {
  FlushOutcome outcome;
  outcome.failure = failure;
  outcome.time_limit = plan_.time_limit;
  return outcome;
}

bool ModelledStore::was_disconnected(Instant from, Instant until) const {
  const auto is_between = [&](Instant at) { return from <= at && at <= until; };
  return std::any_of(plan_.kills.begin(), plan_.kills.end(), is_between) ||
         std::any_of(plan_.outages.begin(), plan_.outages.end(),
                     [&](const Window& one) { return one.from <= until && from < one.until; });
}

FlushOutcome ModelledStore::finish(Instant now) {
  FlushOutcome outcome = end_of_flight(now);
  outcome.reconnected = reconnected_ && outcome.failure != FailureClass::connection;
  last_end_ = now;
  return outcome;
}

FlushOutcome ModelledStore::end_of_flight(Instant now) {
  switch (end_) {
    case End::refused_connection: return fail(FailureClass::connection);
    case End::permission:
    case End::maintenance: return fail(FailureClass::permission);
    case End::table_locked: return fail(FailureClass::timeout);
    case End::cut: return finish_cut();
    case End::done: return finish_done(now);
    case End::too_much: break;
  }
  FlushOutcome outcome = fail(FailureClass::timeout);
  outcome.too_much = true;
  return outcome;
}

// Nothing, a part in groups, or everything was committed. A part of the commits is known, from the
// front; a lost answer leaves the others unknown, and so unwritten.
FlushOutcome ModelledStore::finish_cut() {
  FlushOutcome outcome = fail(FailureClass::connection);
  const auto entries = static_cast<std::uint32_t>(flight_.entries.size());
  const std::uint32_t committed = choices_.one_in(2) ? choices_.below(entries + 1) : choices_.one_in(2) ? entries : 0;
  const std::uint32_t known = choices_.one_in(2) ? choices_.below(committed + 1) : 0;
  if (known > 0) outcome.fates.assign(entries, Fate::unwritten);
  for (std::uint32_t i = 0; i < committed; ++i) {
    const OwnedUpdate& entry = flight_.entries[i];
    if (ModelledDatabase::refuses(entry)) continue;
    const Fate fate = database_.commit(entry);
    if (i >= known) continue;
    outcome.fates[i] = fate;
    report(entry, fate);
  }
  return outcome;
}

// A refusal blames a value when its SQLSTATE says so, or when another row was written in the same
// pass.
FlushOutcome ModelledStore::finish_done(Instant now) {
  FlushOutcome outcome;
  outcome.time_limit = plan_.time_limit;
  const auto is_refused = [](const OwnedUpdate& entry) { return ModelledDatabase::refuses(entry); };
  const bool all_refused = std::all_of(flight_.entries.begin(), flight_.entries.end(), is_refused);
  if (all_refused && plan_.refuses_with_other) return fail(FailureClass::other);
  for (const OwnedUpdate& entry : flight_.entries) {
    Fate fate = Fate::quarantined;
    if (database_.is_locked(row_of(entry), now)) {
      fate = Fate::locked;
    } else if (!is_refused(entry)) {
      fate = database_.commit(entry);
    }
    report(entry, fate);
    outcome.fates.push_back(fate);
  }
  outcome.chunks_published = flight_.chunks.size();
  const auto unmatched = std::count(outcome.fates.begin(), outcome.fates.end(), Fate::unmatched);
  outcome.table_emptied = matched_before_ && unmatched == std::ssize(outcome.fates);
  matched_before_ = unmatched < std::ssize(outcome.fates);
  return outcome;
}

void ModelledStore::report(const OwnedUpdate& entry, Fate fate) {
  reported_.written += fate == Fate::written;
  reported_.rows_stale += fate == Fate::rows_stale;
  reported_.unmatched += fate == Fate::unmatched;
  reported_.quarantined += fate == Fate::quarantined;
  if (fate != Fate::unmatched && fate != Fate::quarantined) return;
  const auto [at, is_new] = refused_.try_emplace(row_of(entry), entry.collected_at);
  if (!is_new) at->second = std::max(at->second, entry.collected_at);
}

WallTime ModelledStore::newest_refused(const RowId& row) const {
  const auto found = refused_.find(row);
  return found == refused_.end() ? WallTime::min() : found->second;
}

// Listeners learn of an agent through the chunks of the commit that changed its rows. So the chunks
// must name the batch's agents, each once, and no other.
void ModelledStore::check_chunks() {
  std::vector<Uuid> named;
  for (const std::string& chunk : flight_.chunks) {
    const auto ids = decode_chunk(chunk);
    if (ids) named.insert(named.end(), ids->begin(), ids->end());
  }
  std::vector<Uuid> agents;
  for (const OwnedUpdate& entry : flight_.entries)
    if (agents.empty() || !(agents.back() == entry.agent)) agents.push_back(entry.agent);
  if (!(named == agents)) wrong_chunks_ = "the chunks of a batch do not name its agents";
}

}  // namespace metabatch::faults
