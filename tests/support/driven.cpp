// SPDX-License-Identifier: Apache-2.0
#include "support/driven.hpp"

#include <algorithm>
#include <numeric>

#include "metabatch/chunks.hpp"

namespace metabatch::driven {
namespace {

std::uint32_t number_of(const Uuid& id) {
  std::uint32_t n = 0;
  for (std::size_t i = 12; i < 16; ++i) n = n << 8 | id.bytes[i];
  return n;
}

std::string counts(const std::array<std::uint64_t, kReasons>& by_reason) {
  return std::to_string(by_reason[0]) + "/" + std::to_string(by_reason[1]) + "/" + std::to_string(by_reason[2]);
}

std::string figures(const Histogram& histogram) {
  return std::to_string(histogram.count()) + ":" + std::to_string(static_cast<std::uint64_t>(histogram.sum()));
}

}  // namespace

Uuid agent(std::uint32_t n) {
  Uuid id;
  id.bytes[6] = 0x40;  // version 4
  id.bytes[8] = 0x80;  // variant of RFC 9562
  for (std::size_t i = 0; i < 4; ++i) id.bytes[15 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  return id;
}

Driven::Driven(Config config) : machine(Batcher::create(validated(config).value(), t0, 7)) {}

Admission Driven::add(std::uint32_t agent_number, std::string_view key, WallTime collected_at, std::string_view value,
                      std::string_view error) {
  return machine.add(Update{agent(agent_number), key, value, error, collected_at}, now);
}

void Driven::add_agents(std::uint32_t first, std::uint32_t count, std::string_view key) {
  for (std::uint32_t n = first; n < first + count; ++n) add(n, key);
}

Admission Driven::report(std::uint32_t agent_number, std::vector<std::string_view> keys, WallTime collected_at) {
  const std::vector<std::string_view> values(keys.size(), "v"), errors(keys.size());
  const std::vector<WallTime> times(keys.size(), collected_at);
  return *machine.add(Report{agent(agent_number), keys, values, errors, times}, now);
}

std::optional<Left> Driven::take() {
  const Batch* batch = machine.take(now);
  if (batch == nullptr) return {};
  Left left{batch->id, batch->reason, {}, {}, {}};
  for (const Update& entry : batch->entries)
    left.entries.push_back(std::to_string(number_of(entry.agent)) + "/" + std::string(entry.key) + "=" +
                           std::string(entry.value));
  const auto chunks = encode_chunks(batch->agents);
  for (const std::string& chunk : *chunks) {
    left.chunks.push_back(chunk.size() / kIdSymbols);
    left.chunk_bytes.push_back(chunk.size());
  }
  in_flight_ = left;
  return left;
}

void Driven::written() {
  FlushOutcome outcome;
  outcome.chunks_published = in_flight_->chunks.size();
  outcome.notify_bytes =
      std::accumulate(in_flight_->chunk_bytes.begin(), in_flight_->chunk_bytes.end(), std::size_t{0});
  machine.complete(in_flight_->id, outcome, now);
}

void Driven::ended(const FlushOutcome& outcome) { machine.complete(in_flight_->id, outcome, now); }

void Driven::failed(FailureClass failure, std::vector<Fate> fates) {
  FlushOutcome outcome;
  outcome.failure = failure;
  outcome.fates = std::move(fates);
  machine.complete(in_flight_->id, outcome, now);
}

std::optional<Left> Driven::flush() {
  std::optional<Left> left = take();
  if (left) written();
  return left;
}

bool Driven::is_quiet() {
  const auto deadline = machine.next_deadline();
  return (!deadline || *deadline > now) && machine.take(now) == nullptr;
}

std::optional<Duration> Driven::due_in() const {
  const auto deadline = machine.next_deadline();
  if (!deadline) return {};
  return std::max(*deadline, now) - t0;  // an instant in the past means now
}

std::string Driven::metrics() const {
  const Metrics& m = machine.metrics();
  std::array<std::uint64_t, kReasons> seconds{};
  for (std::size_t i = 0; i < kReasons; ++i) seconds[i] = m.flush_duration[i].count();
  return "batches=" + counts(m.flushes.flushes) + " flushed=" + std::to_string(m.flushes.flushed_entries) +
         " dropped=" + std::to_string(counters().dropped_full) + " utilization=" + figures(m.batch_utilization) +
         " size=" + figures(m.batch_size) + " seconds=" + counts(seconds) +
         " chunks=" + std::to_string(m.flushes.chunks) + ":" + std::to_string(m.flushes.notify_bytes) +
         " failed=" + std::to_string(m.flushes.total_failures());
}

}  // namespace metabatch::driven
