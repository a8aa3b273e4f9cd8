// SPDX-License-Identifier: Apache-2.0
#include "fleet/fleet_arrivals.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace metabatch {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

std::uint64_t load_big_endian(const std::uint8_t* from, int bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < bytes; ++i) number = number << 8 | from[i];
  return number;
}

void store_big_endian(std::uint8_t* to, int bytes, std::uint64_t number) {
  for (int i = bytes - 1; i >= 0; --i, number >>= 8) to[i] = static_cast<std::uint8_t>(number);
}

/// Encodes the number of an agent in its id, so that ids look random and the number can be read
/// back.
std::uint32_t cover(const Uuid& id, std::uint64_t salt) {
  return static_cast<std::uint32_t>(mix(load_big_endian(id.bytes.data(), 8) ^ salt, 0xa076'1d64'78bd'642f));
}

Uuid make_id(std::uint32_t number, Rng& rng, std::uint64_t salt) {
  Uuid id;
  store_big_endian(id.bytes.data(), 8, rng.next());
  store_big_endian(id.bytes.data() + 8, 4, rng.next() >> 32);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x40);  // version 4
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);  // variant rfc
  store_big_endian(id.bytes.data() + 12, 4, number ^ cover(id, salt));
  return id;
}

std::uint32_t number_of(const Uuid& id, std::uint64_t salt) {
  return static_cast<std::uint32_t>(load_big_endian(id.bytes.data() + 12, 4)) ^ cover(id, salt);
}

template <class Item, class Later>
void push(std::vector<Item>& heap, Item item, Later later) {
  heap.push_back(item);
  std::push_heap(heap.begin(), heap.end(), later);
}

/// Replaces the front by `item` with one way down the heap; pop_heap and push_heap would go down
/// and up.
template <class Item, class Later>
void replace_front(std::vector<Item>& heap, Item item, Later later) {
  std::size_t hole = 0;
  for (std::size_t child = 1; child < heap.size(); child = 2 * hole + 1) {
    if (child + 1 < heap.size() && later(heap[child], heap[child + 1])) ++child;
    if (!later(item, heap[child])) break;
    heap[hole] = heap[child];
    hole = child;
  }
  heap[hole] = item;
}

template <class Item, class Later>
void pop(std::vector<Item>& heap, Later later) {
  std::pop_heap(heap.begin(), heap.end(), later);
  heap.pop_back();
}

constexpr auto kLaterDue = [](const auto& a, const auto& b) { return a.at != b.at ? a.at > b.at : a.agent > b.agent; };
constexpr auto kLaterDelayed = [](const auto& a, const auto& b) {
  return a.at != b.at ? a.at > b.at : a.number > b.number;
};

}  // namespace

FleetArrivals::FleetArrivals(const Fleet& fleet, std::int64_t replicas, std::uint64_t seed, TextStyle texts,
                             WallTime began)
    : fleet_(fleet),
      replicas_(replicas),
      id_salt_(SplitMix64(seed).next()),
      ids_(seed),
      phases_(ids_.split()),
      jitter_(ids_.split()),
      unchanged_(ids_.split()),
      bursts_(ids_.split()),
      stays_(ids_.split()),
      late_(ids_.split()),
      repeated_(ids_.split()),
      homes_(ids_.split()),
      stay_(LatencyCurve::of_mean(fleet.stay)),
      away_time_(LatencyCurve::of_mean(fleet.away)),
      texts_(fleet, ids_.next(), texts),
      clocks_(static_cast<std::size_t>(replicas), ServerClock(began)) {
  if (fleet.burst_every > Duration{}) next_burst_ = fleet.burst_every;
  make_agents(most_agents(fleet));
  join(static_cast<std::uint64_t>(fleet.agents), Duration{});
  next_ = earliest();
}

/// All agents that will ever exist, so that the table is made once.
void FleetArrivals::make_agents(std::int64_t count) {
  agents_.resize(static_cast<std::size_t>(count));
  for (std::uint32_t number = 0; number < agents_.size(); ++number) {
    Agent& agent = agents_[number];
    agent.id = make_id(number, ids_, id_salt_);
    agent.registered = fleet_.unregistered == 0 || !ids_.chance(fleet_.unregistered);
    agent.replica = static_cast<std::uint16_t>(homes_.below(static_cast<std::uint64_t>(replicas_)));
  }
}

std::vector<Uuid> FleetArrivals::ids(bool with_rows) const {
  std::vector<Uuid> found;
  for (const Agent& agent : agents_)
    if (agent.registered || !with_rows) found.push_back(agent.id);
  return found;
}

/// The next `count` agents become part of the fleet, their first reports as fleet.start says.
void FleetArrivals::join(std::uint64_t count, Duration now) {
  const auto every = static_cast<std::uint64_t>(fleet_.every.count());
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto number = static_cast<std::uint32_t>(present_ + i);
    Agent& agent = agents_[number];
    std::uint64_t phase = 0;
    if (fleet_.start == StartPhase::spread) phase = every / count * i + every % count * i / count;
    if (fleet_.start == StartPhase::random) phase = phases_.below(every);
    if (agent.away) --away_, agent.away = false;
    if (fleet_.stay > Duration{}) agent.leaves = now + stay_.at(stays_.next());
    if (agent.queued) continue;  // it left a moment ago and goes on at its old pace
    agent.base = now + Duration(static_cast<std::int64_t>(phase));
    agent.queued = true;
    push(due_, due_of(number), kLaterDue);
  }
  present_ += count;
}

void FleetArrivals::change(std::int64_t agents, Duration now) {
  if (agents >= 0) return join(static_cast<std::uint64_t>(agents), now);
  const std::uint64_t leaving = std::min(present_, static_cast<std::uint64_t>(-agents));
  for (auto i = static_cast<std::size_t>(present_ - leaving); i < present_; ++i) {
    if (agents_[i].away) --away_, agents_[i].away = false;
  }
  present_ -= leaving;
}

/// The next report of an agent, by its base.
FleetArrivals::Due FleetArrivals::due_of(std::uint32_t number) {
  const std::int64_t late = fleet_.jitter > Duration{} ? jitter_.between(0, fleet_.jitter.count()) : 0;
  return {agents_[number].base + Duration(late), number};
}

Duration FleetArrivals::next_change() const {
  return next_change_ < fleet_.changes.size() ? fleet_.changes[next_change_].at : kNever;
}

Duration FleetArrivals::earliest() const {
  Duration at = next_change();
  if (!delayed_.empty()) at = std::min(at, delayed_.front().at);
  if (!due_.empty()) at = std::min(at, due_.front().at);
  return std::min(at, next_burst_);
}

Duration FleetArrivals::next() const { return next_; }

std::optional<Arrival> FleetArrivals::pop() {
  const Duration now = next_;
  std::optional<Arrival> arrival;
  if (next_change() == now) {
    change(fleet_.changes[next_change_++].agents, now);
  } else if (!delayed_.empty() && delayed_.front().at == now) {
    arrival = pop_delayed();
  } else if (!due_.empty() && due_.front().at == now) {
    arrival = pop_due();
  } else {
    arrival = pop_burst();
  }
  next_ = earliest();
  return arrival;
}

/// Whether the agent is away at `now`, when it would report; then it comes back at its new base.
bool FleetArrivals::goes_away(Agent& agent, Duration now) {
  if (agent.away) --away_, agent.away = false;
  while (now >= agent.leaves) {
    agent.base = agent.leaves + std::max(away_time_.at(stays_.next()), Duration(1));
    agent.leaves = agent.base + std::max(stay_.at(stays_.next()), Duration(1));
    if (agent.base <= now) continue;
    ++away_;
    return agent.away = true;
  }
  return false;
}

std::optional<Arrival> FleetArrivals::pop_due() {
  const Due due = due_.front();
  Agent& agent = agents_[due.agent];
  if (due.agent >= present_) {  // it left
    agent.queued = false;
    metabatch::pop(due_, kLaterDue);
    return std::nullopt;
  }
  if (goes_away(agent, due.at)) {
    replace_front(due_, {agent.base, due.agent}, kLaterDue);
    return std::nullopt;
  }
  agent.base += fleet_.every;
  if (agent.base < due.at) agent.base = due.at;  // it came back between two reports
  replace_front(due_, due_of(due.agent), kLaterDue);
  return send(due.agent, due.at);
}

std::optional<Arrival> FleetArrivals::pop_burst() {
  const Duration now = next_burst_;
  if (burst_left_ == 0) {  // it begins
    burst_left_ = present_ * fleet_.burst_share / kMillion;
    burst_agent_ = bursts_.below(present_);
    burst_reports_left_ = fleet_.burst_reports;
  }
  std::optional<Arrival> arrival;
  if (burst_left_ > 0) {
    const auto number = static_cast<std::uint32_t>(burst_agent_ % std::max<std::uint64_t>(present_, 1));
    if (number < present_ && !agents_[number].away) arrival = send(number, now);
    if (--burst_reports_left_ == 0) {
      burst_reports_left_ = fleet_.burst_reports;
      ++burst_agent_;
      --burst_left_;
    }
  }
  if (burst_left_ == 0) next_burst_ += fleet_.burst_every;
  return arrival;
}

std::optional<Arrival> FleetArrivals::send(std::uint32_t number, Duration now) {
  Agent& agent = agents_[number];
  if (fleet_.unchanged == 0 || !unchanged_.chance(fleet_.unchanged)) ++agent.version;
  const WallTime stamp = clocks_[agent.replica].stamp(now);
  if (fleet_.duplicates > 0 && repeated_.chance(fleet_.duplicates)) delay(number, stamp, now, ArrivalKind::repeated);
  if (fleet_.late > 0 && late_.chance(fleet_.late)) {
    delay(number, stamp, now, ArrivalKind::late);
    return std::nullopt;
  }
  const std::uint32_t row = agent.registered ? number * static_cast<std::uint32_t>(fleet_.keys) : kNoRow;
  return Arrival{texts_.report(agent.id, number, agent.version, stamp), agent.replica, ArrivalKind::fresh, row};
}

void FleetArrivals::delay(std::uint32_t number, WallTime stamp, Duration now, ArrivalKind kind) {
  Rng& rng = kind == ArrivalKind::late ? late_ : repeated_;
  const Duration by(rng.between(0, fleet_.late_by.count()));
  const auto replica = static_cast<std::uint32_t>(rng.below(static_cast<std::uint64_t>(replicas_)));
  push(delayed_, {now + by, delayed_so_far_++, stamp, number, agents_[number].version, replica, kind}, kLaterDelayed);
}

std::optional<Arrival> FleetArrivals::pop_delayed() {
  const Delayed delayed = delayed_.front();
  metabatch::pop(delayed_, kLaterDelayed);
  const Agent& agent = agents_[delayed.agent];
  return Arrival{texts_.report(agent.id, delayed.agent, delayed.version, delayed.stamp), delayed.replica, delayed.kind};
}

void FleetArrivals::rows_of(const Batch& batch, std::vector<std::uint32_t>& rows) const {
  rows.resize(batch.entries.size());
  const auto keys = static_cast<std::uint32_t>(fleet_.keys);
  std::size_t at = 0;
  for (std::size_t a = 0; a < batch.agents.size(); ++a) {
    const std::uint32_t number = number_of(batch.agents[a], id_salt_);
    const std::uint32_t count = batch.keys_per_agent[a];
    const bool registered = agents_[number].registered;
    for (std::uint32_t i = 0; i < count; ++i, ++at) {
      // Keys ascend with their numbers: a whole report has them all, in order.
      const std::uint32_t key = count == keys ? i : texts_.key_number(batch.entries[at].key);
      rows[at] = registered ? number * keys + key : kNoRow;
    }
  }
}

}  // namespace metabatch
