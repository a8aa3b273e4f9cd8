// SPDX-License-Identifier: Apache-2.0
// Whole reports of 15 keys through Engine::add into a store that does nothing: merging, taking,
// sorting, building the batch and encoding its chunks included. An item is an update. The time runs
// until the last entry has been flushed.
#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "engine/engine.hpp"
#include "workload.hpp"

namespace metabatch::bench {
namespace {

class NullStore final : public engine::Store {
 public:
  FlushOutcome flush(std::span<const Update> entries, std::span<const std::string> chunks) override {
    benchmark::DoNotOptimize(entries.data());
    FlushOutcome outcome;
    outcome.chunks_published = chunks.size();
    return outcome;
  }
  void cancel() noexcept override {}
};

struct Case {
  std::string name;
  std::size_t agents;
  std::int64_t batch_size;
  int producers;
  bool waits;  ///< producers wait for capacity, as senders to the origin's channel do: everything is flushed
};

/// Updates a run: long enough that start and drain do not matter. METABATCH_BENCH_UPDATES sets
/// another number.
std::size_t updates() {
  static const char* asked = std::getenv("METABATCH_BENCH_UPDATES");
  return asked != nullptr ? std::stoul(asked) : 12'000'000;
}

/// Releases all threads at once: they are created before the clock starts.
class Gate {
 public:
  void open() {
    open_ = true;
    open_.notify_all();
  }
  void wait() const { open_.wait(false); }

 private:
  std::atomic<bool> open_{false};
};

/// Each producer has its own agents, adjacent in memory, so that the workload itself shares no
/// cache line.
void produce(engine::Engine& engine, std::span<OwnedReport> own, const Case& what) {
  const auto producers = static_cast<std::size_t>(what.producers);
  std::int64_t round = 0;
  for (std::size_t left = updates() / producers; left > 0;) {
    const WallTime stamp{std::chrono::milliseconds(++round)};
    for (auto report = own.begin(); report != own.end() && left > 0; ++report) {
      report->stamp_all(stamp);
      if (what.waits) engine.wait_for_capacity(report->view().agent, report->keys.size() * producers, 0);
      benchmark::DoNotOptimize(engine.add(report->view()));
      left -= std::min(left, report->keys.size());
    }
  }
}

void ingest(benchmark::State& state, const Case& what) {
  std::vector<OwnedReport> reports = make_reports(what.agents);
  Counters counters;
  std::uint64_t flushes = 0;
  for (auto _ : state) {
    NullStore store;
    Config config;
    config.batch_size = what.batch_size;
    config.queue_capacity = what.waits ? what.batch_size * kFifoSlotsPerEntry : 1'000'000;
    const auto engine = engine::Engine::create(validated(config).value(), store);
    Gate gate;
    std::vector<std::thread> producers;
    for (int p = 0; p < what.producers; ++p) {
      producers.emplace_back([&, p] {
        gate.wait();
        const std::size_t share = reports.size() / static_cast<std::size_t>(what.producers);
        produce(*engine, std::span(reports).subspan(static_cast<std::size_t>(p) * share, share), what);
      });
    }
    const auto began = std::chrono::steady_clock::now();
    gate.open();
    for (std::thread& producer : producers) producer.join();
    engine->close();
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    const engine::Snapshot snapshot = engine->snapshot();
    counters += snapshot.counters;
    flushes += snapshot.metrics.flushes.total_flushes();
  }
  if (!counters.balanced() || counters.dropped() > 0 || counters.held() > 0) state.SkipWithError("updates were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(counters.offered));
  state.counters["dropped"] = static_cast<double>(counters.dropped());
  state.counters["coalesced_share"] = static_cast<double>(counters.coalesced) / static_cast<double>(counters.offered);
  state.counters["flushes"] = static_cast<double>(flushes) / static_cast<double>(state.iterations());
}

const bool registered = [] {
  for (const int producers : {1, 2}) {
    const std::string suffix = "/producers:" + std::to_string(producers);
    for (const Case& what :
         {Case{"ingest/distinct9k", 600, 500, producers, false}, Case{"ingest/flushed9k", 600, 500, producers, true},
          Case{"ingest/repeats450", 30, 500, producers, false},
          Case{"ingest/distinct600k", 40'000, 10'000, producers, false}}) {
      benchmark::RegisterBenchmark((what.name + suffix).c_str(),
                                   [what](benchmark::State& state) { ingest(state, what); })
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace metabatch::bench
