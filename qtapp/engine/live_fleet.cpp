// SPDX-License-Identifier: Apache-2.0
#include "engine/live_fleet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

namespace metabatch::engine {
namespace {

/// A key as templates of workspaces define it, with its lifelike values: a number below `range`,
/// printed by `format`.
struct Kind {
  std::string_view key;
  const char* format;
  unsigned range;
};
constexpr Kind kKinds[] = {
    {"0_cpu_usage", "%u %%", 101},
    {"1_memory_usage", "%u.3/16 GiB", 16},
    {"2_home_disk", "%u %%", 101},
    {"3_load_average", "%u.42", 8},
    {"4_uptime", "up %u minutes", 10'000},
    {"5_network_rx", "%u kB/s", 90'000},
    {"6_network_tx", "%u kB/s", 40'000},
    {"7_swap", "%u MiB", 2048},
    {"8_processes", "%u", 400},
    {"9_open_files", "%u", 60'000},
    {"containers", "%u running", 12},
    {"git_branch", "feature/%u", 900},
    {"temperature",
     "%u \xC2\xB0"
     "C",
     90},
    {"users", "%u", 4},
    {"weather", "\xE2\x98\x80\xEF\xB8\x8F +%u", 35},
};
constexpr unsigned kErrorOneIn = 500;  // a script that timed out now and then
constexpr std::uint64_t kMillion = 1'000'000;
constexpr std::uint64_t kAgain = std::uint64_t{1} << 32;  // with the stamp of what is sent at that instant

/// Evenly distributed over [0, 1), one number each call.
double even(Rng& random) { return static_cast<double>(random.next() >> 11) * 0x1p-53; }

Duration below(Rng& random, Duration limit) {
  return Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(limit.count()))));
}

Uuid random_agent(std::mt19937_64& random) {
  Uuid id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(random() >> 56);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);  // version 4
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

void fill_value(Rng& random, std::size_t key, std::size_t bytes, std::string& value) {
  const Kind& kind = kKinds[key % std::size(kKinds)];
  char text[64];
  const int size = std::snprintf(text, sizeof text, kind.format, static_cast<unsigned>(random.below(kind.range)));
  value.assign(text, static_cast<std::size_t>(size));
  if (bytes > 0) value.resize(bytes, '.');
}

}  // namespace

Fleet::Fleet(const FleetOptions& options)
    : options_(options),
      random_(options.seed),
      next_burst_(options.burst_every > Duration{} ? options.burst_every : Duration::max()) {
  make_agents();
  for (std::size_t i = 0; i < options.keys; ++i)
    key_names_.push_back(i < std::size(kKinds) ? std::string(kKinds[i].key) : "metadata_" + std::to_string(i + 1));
  keys_.assign(key_names_.begin(), key_names_.end());
  values_.resize(options.keys);
  items_.resize(options.keys);
}

/// The agents without rows are spread evenly. They have ids of their own, which no other fleet has
/// registered.
void Fleet::make_agents() {
  std::mt19937_64 ids(options_.seed);
  const auto count = static_cast<std::uint64_t>(options_.agents);
  for (std::uint64_t i = 0; i < count; ++i) {
    Uuid id = random_agent(ids);
    const bool has_rows = i * options_.unregistered / kMillion == (i + 1) * options_.unregistered / kMillion;
    if (!has_rows) id.bytes[15] = static_cast<std::uint8_t>(id.bytes[15] ^ 0xFF);
    agents_.push_back(id);
    if (has_rows) registered_.push_back(id);
  }
  states_.resize(agents_.size());
  for (std::uint32_t i = 0; i < states_.size(); ++i) {
    Agent& agent = states_[i];
    if (options_.start == StartPhase::spread)
      agent.base = options_.every / static_cast<std::int64_t>(count) * i;
    else if (options_.start == StartPhase::random)
      agent.base = below(random_, options_.every);
    agent.leaves = options_.stay > Duration{} ? drawn(options_.stay) : Duration::max();
    schedule(i);
  }
}

/// Draws from an exponential distribution with that mean; never zero.
Duration Fleet::drawn(Duration mean) {
  const double times = -std::log1p(-even(random_));
  return std::max(Duration(static_cast<std::int64_t>(static_cast<double>(mean.count()) * times)), Duration(1));
}

/// Schedules the next report of an agent. An agent that is away returns first.
void Fleet::schedule(std::uint32_t number) {
  Agent& agent = states_[number];
  while (agent.base >= agent.leaves) {
    agent.base = agent.leaves + (options_.away > Duration{} ? drawn(options_.away) : Duration(1));
    agent.leaves = agent.base + drawn(options_.stay);
  }
  const Duration later = options_.jitter > Duration{} ? below(random_, options_.jitter) : Duration{};
  events_.push({.at = agent.base + later, .order = number, .agent = number});
}

Duration Fleet::next_due() const { return events_.empty() ? next_burst_ : std::min(events_.top().at, next_burst_); }

Fleet::Sent Fleet::take_next() {
  if (events_.empty() || next_burst_ <= events_.top().at) return take_burst();
  const Event event = events_.top();
  events_.pop();
  if (event.is_again) {
    fill(event.agent, event.version);
    return {.agent = agents_[event.agent], .items = items_, .number = event.number, .is_again = true};
  }
  states_[event.agent].base += options_.every;
  schedule(event.agent);
  return send(event.agent, event.at);
}

/// Agents with consecutive numbers, from a random one on.
Fleet::Sent Fleet::take_burst() {
  const auto count = static_cast<std::uint64_t>(agents_.size());
  const std::uint64_t each = std::max<std::uint64_t>(options_.burst_reports, 1);
  if (burst_left_ == 0) {
    burst_at_ = random_.below(count) * each;
    burst_left_ = std::max<std::uint64_t>(count * options_.burst_share / kMillion, 1) * each;
  }
  const auto agent = static_cast<std::uint32_t>(burst_at_++ / each % count);
  const Duration now = next_burst_;
  if (--burst_left_ == 0) next_burst_ += options_.burst_every;
  return send(agent, now);
}

Fleet::Sent Fleet::send(std::uint32_t number, Duration now) {
  Agent& agent = states_[number];
  if (options_.unchanged == 0 || !random_.chance(options_.unchanged)) ++agent.version;
  fill(number, agent.version);
  Sent sent{.agent = agents_[number], .items = items_, .number = numbers_++};
  if (options_.late > 0 && random_.chance(options_.late))
    sent.arrives = false, sent.comes_again = true;
  else if (options_.duplicates > 0 && random_.chance(options_.duplicates))
    sent.comes_again = true;
  if (sent.comes_again)
    events_.push({.at = now + below(random_, options_.late_by),
                  .order = kAgain + sent.number,
                  .agent = number,
                  .version = agent.version,
                  .number = sent.number,
                  .is_again = true});
  return sent;
}

/// The values that an agent sends are a function of its id and the number of its changes. Nothing
/// of them is stored.
void Fleet::fill(std::uint32_t agent, std::uint32_t version) {
  Rng random(SplitMix64(options_.seed ^ (std::uint64_t{agent} << 32 | version)).next());
  for (std::size_t key = 0; key < keys_.size(); ++key) {
    const bool is_failing = random.below(kErrorOneIn) == 0;
    if (is_failing)
      values_[key].clear();
    else
      fill_value(random, key, options_.value_bytes, values_[key]);
    items_[key] = {keys_[key], values_[key], is_failing ? "context deadline exceeded" : ""};
  }
}

}  // namespace metabatch::engine
