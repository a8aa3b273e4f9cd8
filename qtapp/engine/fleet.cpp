// SPDX-License-Identifier: Apache-2.0
#include "engine/fleet.hpp"

#include <algorithm>
#include <cstdio>

namespace metabatch::engine {
namespace {

/// A key as templates of workspaces define them, and what its values look like: a number below `range` in `format`.
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

std::size_t below(std::mt19937_64& random, std::size_t limit) {
  return limit == 0 ? 0 : static_cast<std::size_t>(random() % limit);
}

Uuid random_agent(std::mt19937_64& random) {
  Uuid id;
  for (std::uint8_t& byte : id.bytes) byte = static_cast<std::uint8_t>(random() >> 56);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x40);  // version 4
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
  return id;
}

}  // namespace

Fleet::Fleet(const FleetOptions& options) : every_(options.every), random_(options.seed) {
  agents_.resize(options.agents);
  phases_.resize(options.agents);
  for (Uuid& agent : agents_) agent = random_agent(random_);
  for (Duration& phase : phases_)
    phase = Duration(static_cast<std::int64_t>(below(random_, static_cast<std::size_t>(every_.count()))));
  std::sort(phases_.begin(), phases_.end());
  for (std::size_t i = 0; i < options.keys; ++i)
    key_names_.push_back(i < std::size(kKinds) ? std::string(kKinds[i].key) : "metadata_" + std::to_string(i + 1));
  keys_.assign(key_names_.begin(), key_names_.end());
  values_.resize(options.keys);
  items_.resize(options.keys);
}

Duration Fleet::next_due() const { return every_ * round_ + phases_[next_]; }

Fleet::Sent Fleet::take_next() {
  const Uuid agent = agents_[next_];
  for (std::size_t key = 0; key < keys_.size(); ++key) {
    const bool is_failing = below(random_, kErrorOneIn) == 0;
    if (is_failing)
      values_[key].clear();
    else
      fill(key, values_[key]);
    items_[key] = {keys_[key], values_[key], is_failing ? "context deadline exceeded" : ""};
  }
  if (++next_ == agents_.size()) {
    next_ = 0;
    ++round_;
  }
  return {agent, items_};
}

void Fleet::fill(std::size_t key, std::string& value) {
  const Kind& kind = kKinds[key % std::size(kKinds)];
  char text[64];
  const int size = std::snprintf(text, sizeof text, kind.format, static_cast<unsigned>(below(random_, kind.range)));
  value.assign(text, static_cast<std::size_t>(size));
}

}  // namespace metabatch::engine
