// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/ingest_plan.hpp"

#include <algorithm>

#include "engine/lanes.hpp"

namespace metabatch::cli {
namespace {

constexpr std::int64_t kSteadyBatch = kMaxBatchSize;         // entries
constexpr std::int64_t kRegisteringBatch = 20'000;           // inserts are slow, and a statement has a time limit
constexpr std::int64_t kSteadyQueueBytes = 96LL << 20;       // of queue_bytes
constexpr std::int64_t kSteadyCapacity = 1'000'000;          // entries; with kSteadyQueueBytes under 300 MB in all
constexpr std::int64_t kBatchesBuffered = 2;                 // of each lane: one fills while one is written
constexpr std::size_t kMostWriters = engine::kMaxLanes / 2;  // a server has other clients, too

/// Recorded updates are no threat to other agents: one agent may fill the buffer unless a flag
/// limits it.
ValidConfig for_any_agent(Config config) {
  if (config.agent_capacity == 0) config.agent_capacity = checked(config)->queue_capacity;
  return checked(config);
}

}  // namespace

IngestPlan plan_ingest(const SettingsFlags& flags, std::optional<std::size_t> writers, const IngestStore& store) {
  IngestPlan plan;
  const auto is_given = [&flags](Setting setting) {
    const auto found = flags.given.find(setting);
    return found != flags.given.end() && found->second.has_value();
  };
  Config config = flags.asked();
  plan.is_told = config.queue == QueuePolicy::fifo;  // the origin's queue has the origin's sizes
  plan.writers_are_told = writers.has_value();
  plan.writers = writers.value_or(
      store.is_postgres && !plan.is_told ? std::clamp(store.processors, std::size_t{1}, kMostWriters) : 1);
  Config paced = config;
  if (!plan.is_told) {
    const auto lanes = static_cast<std::int64_t>(plan.writers);
    if (!is_given(Setting::queue_bytes)) config.queue_bytes = std::max(kSteadyQueueBytes, config.batch_bytes);
    if (!is_given(Setting::queue_capacity))
      config.queue_capacity = std::max(kSteadyCapacity, config.batch_size * lanes);
    paced = config;
    if (!is_given(Setting::batch_size))
      paced.batch_size = std::clamp<std::int64_t>(config.queue_capacity / lanes, 1, kDefaultBatchSize);
    if (!is_given(Setting::batch_size))
      config.batch_size =
          std::clamp<std::int64_t>(config.queue_capacity / (kBatchesBuffered * lanes), 1,
                                   store.is_postgres && store.registers ? kRegisteringBatch : kSteadyBatch);
    if (!is_given(Setting::interval)) config.interval = kMaxInterval;
  }
  plan.steady = for_any_agent(std::move(config));
  plan.paced = for_any_agent(std::move(paced));
  return plan;
}

}  // namespace metabatch::cli
