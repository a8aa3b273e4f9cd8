// SPDX-License-Identifier: Apache-2.0
// The machine on virtual time, driven by seeded operations. Its answers, batches and counts go into
// the digest, so that a difference between two builds shows.
#include <chrono>
#include <string>
#include <vector>

#include "base/rng.hpp"
#include "metabatch/batcher.hpp"
#include "metabatch/chunks.hpp"
#include "selfcheck.hpp"

namespace metabatch::selfcheck {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kKeys[] = {"cpu", "memory", "disk_of_home", "load_of_the_host_1m", "", "uptime", "procs"};
constexpr int kSteps = 20'000;

struct Drive {
  explicit Drive(const Config& config, std::uint64_t a_seed, Digest& a_digest)
      : rng(a_seed), batcher(Batcher::create(validated(config).value(), now, a_seed)), digest(a_digest) {}

  void note(std::uint64_t number) { digest.add(number); }
  std::size_t below(std::uint64_t bound) { return static_cast<std::size_t>(rng.below(bound)); }
  void note(const Admission& a) {
    for (const std::size_t n : {a.taken, a.coalesced, a.stale, a.dropped_full, a.dropped_closed}) note(n);
  }

  void add() {
    const std::size_t count = below(7) + 1;
    std::vector<std::string_view> keys(kKeys, kKeys + count), values(count), errors(count);
    std::vector<WallTime> stamps(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = std::string_view("values of some length").substr(below(20));
      errors[i] = rng.below(9) == 0 ? "an error" : "";
      stamps[i] = WallTime(std::chrono::microseconds(rng.below(4) == 0 && i > 0 ? rng.below(2000) : step));
    }
    Uuid agent;
    agent.bytes[below(2)] = static_cast<std::uint8_t>(rng.below(40));
    note(batcher.add(Report{agent, keys, values, errors, stamps}, now).value());
  }

  void flush() {
    const Batch* batch = batcher.take(now);
    if (batch == nullptr) return;
    note(static_cast<std::uint64_t>(batch->reason));
    for (const Update& entry : batch->entries) {
      digest.add(format_uuid(entry.agent));
      digest.add(entry.key);
      digest.add(entry.value);
      digest.add(entry.error);
      digest.add(format_wall_time(entry.collected_at));
    }
    const auto chunks = encode_chunks(batch->agents);
    for (const std::string& chunk : *chunks) digest.add(chunk);
    FlushOutcome outcome;
    if (rng.below(4) == 0) outcome.failure = FailureClass::other;
    for (std::size_t i = 0; outcome.failure != FailureClass::none && rng.below(3) != 0 && i < batch->entries.size();
         ++i) {
      outcome.fates.push_back(static_cast<Fate>(rng.below(5)));
    }
    if (outcome.fates.size() != batch->entries.size()) outcome.fates.clear();
    batcher.complete(batch->id, outcome, now += 3ms);
  }

  bool run() {
    for (; step < kSteps; ++step) {
      add();
      flush();
      now += std::chrono::milliseconds(rng.below(40));
    }
    const Counters end = batcher.counters();
    for (const std::uint64_t n :
         {end.offered, end.written, end.coalesced, end.stale, end.rows_stale, end.dropped_full, end.held()})
      note(n);
    for (const std::uint32_t q : {5000U, 9000U, 9900U})
      note(static_cast<std::uint64_t>(batcher.metrics().delay.quantile(q).count()));
    return end.balanced();
  }

  Instant now{1s};
  Rng rng;
  Batcher batcher;
  Digest& digest;
  std::int64_t step = 0;
};

}  // namespace

bool check_machine(const std::string&, Digest& digest) {
  for (const QueuePolicy queue : {QueuePolicy::coalesce, QueuePolicy::fifo}) {
    for (const SchedulePolicy schedule : {SchedulePolicy::fixed, SchedulePolicy::after_flush, SchedulePolicy::linger}) {
      Config config;
      config.batch_size = 50;
      config.interval = 700ms;
      config.queue = queue;
      config.schedule = schedule;
      config.queue_capacity = 90;
      config.queue_bytes = 2500;
      config.ties = schedule == SchedulePolicy::linger ? Ties::keep_last : Ties::keep_first;
      config.on_failure = schedule == SchedulePolicy::after_flush ? OnFailure::discard : OnFailure::retain;
      if (!Drive(config, 7, digest).run()) return differs("machine.cpp", __LINE__, "the accounting identity is broken");
    }
  }
  return true;
}

}  // namespace metabatch::selfcheck
