// SPDX-License-Identifier: Apache-2.0
#include "faults/fault_plan.hpp"

#include <algorithm>

namespace metabatch::faults {
namespace {

using namespace std::chrono_literals;

/// A value between the two, evenly distributed in steps of a thousandth.
Duration between(Choices& choices, Duration least, Duration most) {
  return least + (most - least) / 1000 * choices.below(1001);
}

Window window(Choices& choices, Instant start, Duration length, Duration longest) {
  const Instant from = start + between(choices, 0s, length);
  return {from, from + between(choices, 1ms, longest)};
}

void draw_config(Choices& choices, Config& config) {
  static constexpr Duration kIntervals[] = {100ms, 1s, 5s, 10s};
  config.batch_size = choices.one_in(3) ? 1 + choices.below(8) : 10 + choices.below(150);
  config.interval = kIntervals[choices.below(4)];
  config.queue_capacity = 100'000;
  config.queue = choices.one_in(5) ? QueuePolicy::fifo : QueuePolicy::coalesce;
  config.schedule = static_cast<SchedulePolicy>(choices.below(4));
  config.ties = static_cast<Ties>(choices.below(2));
  config.on_failure = choices.one_in(8) ? OnFailure::discard : OnFailure::retain;
  static constexpr Duration kSuppress[] = {0s, 30s, 60s, 150s};  // longer than a stamp is late
  config.suppress_unchanged = kSuppress[choices.below(4)];
  if (choices.one_in(3)) config.batch_bytes = 20 + choices.below(400);
  config.agent_capacity = 100'000;
  config.final_flush_timeout = 60s;
}

void draw_database(Choices& choices, FaultPlan& plan) {
  static constexpr Duration kRoundTrips[] = {100us, 1ms, 20ms, 100ms};
  plan.round_trip = kRoundTrips[choices.below(4)];
  plan.time_limit = between(choices, 1s, 4s);
  plan.lock_timeout = between(choices, 100ms, 1s);
  plan.row_time = choices.one_in(3) ? 20ms : 10us;  // 20 ms: a whole batch may exceed the time limit
  plan.slow_factor = 2 + choices.below(200);
  plan.registers_again = between(choices, 0s, 20s);
  plan.refuses_with_other = choices.one_in(2);
}

void draw_faults(Choices& choices, FaultPlan& plan, Instant start, Duration length) {
  const auto some = [&](std::uint32_t most) { return choices.below(most + 1); };
  const auto draw = [&](std::vector<Window>& windows, std::uint32_t most, Duration longest) {
    for (std::uint32_t i = some(most); i > 0; --i) windows.push_back(window(choices, start, length, longest));
  };
  draw(plan.outages, 2, 40s);
  draw(plan.permission, 1, 20s);
  draw(plan.table_locks, 2, 20s);
  draw(plan.maintenance, 1, 30s);
  draw(plan.slow, 1, 60s);
  for (std::uint32_t i = some(4); i > 0; --i) plan.kills.push_back(start + between(choices, 0s, length));
  if (choices.one_in(4)) plan.restarts.push_back(start + between(choices, 0s, length));
  for (const Instant restart : plan.restarts) plan.outages.push_back({restart, restart + between(choices, 1ms, 5s)});
  const std::size_t rows = plan.agents * plan.keys;
  const auto row = [&] { return choices.below(static_cast<std::uint32_t>(rows)); };
  for (std::uint32_t i = some(3); i > 0; --i) plan.row_locks.push_back({row(), window(choices, start, length, 300s)});
  if (choices.one_in(8))  // another session locks many rows at once
    for (std::size_t i = 0, at = row(); i < rows / 2; ++i)
      plan.row_locks.push_back({(at + i) % rows, window(choices, start, length, 100s)});
  if (choices.one_in(6)) plan.poison.push_back(row());
  for (std::uint32_t i = some(2); i > 0; --i) plan.missing.push_back(row());
}

}  // namespace

FaultPlan draw_plan(Choices& choices, Instant start) {
  FaultPlan plan;
  draw_config(choices, plan.config);
  draw_database(choices, plan);
  plan.lanes = choices.one_in(3) ? 2 : 1;
  plan.agents = 2 + choices.below(11);
  plan.keys = 1 + choices.below(8);
  plan.report_every = between(choices, 500ms, 10s);
  const Duration faulty = between(choices, 60s, 600s);
  draw_faults(choices, plan, start, faulty);
  plan.poison_until = start + faulty;
  plan.length = faulty + 400s;  // the longest lock that begins at the end, and then a quiet time
  return plan;
}

bool holds(const std::vector<Window>& windows, Instant at) { return window_at(windows, at).has_value(); }

std::optional<Window> window_at(const std::vector<Window>& windows, Instant at) {
  const auto found = std::find_if(windows.begin(), windows.end(), [at](const Window& one) { return one.holds(at); });
  if (found == windows.end()) return std::nullopt;
  return *found;
}

}  // namespace metabatch::faults
