// SPDX-License-Identifier: Apache-2.0
// Payloads of 363 ids. An item is an id; for the fan-out, a payload.
#include <benchmark/benchmark.h>

#include <string>

#include "metabatch/chunks.hpp"
#include "metabatch/watchers.hpp"
#include "payload/chunk_codec.hpp"
#include "workload.hpp"

namespace metabatch::bench {
namespace {

constexpr std::size_t kIds = 363;
constexpr std::size_t kWatchers = 100;

std::vector<Uuid> ids(std::size_t count) {
  std::vector<Uuid> result;
  for (const OwnedReport& report : make_reports(count)) result.push_back(report.agent);
  return result;
}

void encode(benchmark::State& state) {
  const std::vector<Uuid> agents = ids(kIds);
  std::vector<std::string> chunks;
  for (auto _ : state) benchmark::DoNotOptimize(encode_chunks_into(agents, std::size_t{kDefaultPayloadBytes}, chunks));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIds));
}

void decode(benchmark::State& state) {
  const std::string chunk = encode_chunks(ids(kIds)).value().front();
  std::vector<Uuid> agents;
  for (auto _ : state) benchmark::DoNotOptimize(decode_chunk_into(chunk, agents));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIds));
}

// The agent of every second watcher is in the payload, as with the peer.
void fanout(benchmark::State& state) {
  const std::vector<Uuid> agents = ids(kIds + kWatchers);
  const std::string chunk = encode_chunks(std::span(agents).first(kIds)).value().front();
  WatchTable watchers;
  for (std::size_t w = 0; w < kWatchers; ++w) watchers.add(w % 2 == 0 ? agents[w * 7 % kIds] : agents[kIds + w], w);
  std::uint64_t told = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(watchers.for_each_named(chunk, [&](const Uuid&, std::uint64_t) { ++told; }));
  if (told != static_cast<std::uint64_t>(state.iterations()) * kWatchers / 2)
    state.SkipWithError("watchers were missed");
  state.SetItemsProcessed(state.iterations());
}

// Each inner loop by itself; other processors and the browser run the portable one.
const bool registered = [] {
  codec::Codec all[3];
  const std::size_t count = codec::codecs(all);
  for (std::size_t c = 0; c < count; ++c) {
    const codec::Codec one = all[c];
    benchmark::RegisterBenchmark((std::string("chunks/encode363/") + one.name).c_str(), [one](benchmark::State& state) {
      const std::vector<Uuid> agents = ids(kIds);
      std::string symbols(kIds * kIdSymbols, ' ');
      for (auto _ : state) {
        one.encode(agents.front().bytes.data(), kIds, symbols.data());
        benchmark::ClobberMemory();
      }
      state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIds));
    });
    benchmark::RegisterBenchmark((std::string("chunks/decode363/") + one.name).c_str(), [one](benchmark::State& state) {
      const std::string chunk = encode_chunks(ids(kIds)).value().front();
      std::vector<Uuid> agents(kIds);
      for (auto _ : state) benchmark::DoNotOptimize(one.decode(chunk.data(), kIds, agents.front().bytes.data()));
      state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kIds));
    });
  }
  return true;
}();

BENCHMARK(encode)->Name("chunks/encode363");
BENCHMARK(decode)->Name("chunks/decode363");
BENCHMARK(fanout)->Name("chunks/fanout100");

}  // namespace
}  // namespace metabatch::bench
