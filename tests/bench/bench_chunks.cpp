// SPDX-License-Identifier: Apache-2.0
// Payloads of 363 ids. An item is an id; for the fan-out, a payload.
#include <benchmark/benchmark.h>

#include "metabatch/chunks.hpp"
#include "metabatch/watchers.hpp"
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

// Every second watcher's agent is in the payload, as with the peer.
void fanout(benchmark::State& state) {
  const std::vector<Uuid> agents = ids(kIds + kWatchers);
  const std::string chunk = encode_chunks(std::span(agents).first(kIds)).value().front();
  WatchTable watchers;
  for (std::size_t w = 0; w < kWatchers; ++w) watchers.add(w % 2 == 0 ? agents[w * 7 % kIds] : agents[kIds + w], w);
  std::uint64_t told = 0;
  for (auto _ : state) benchmark::DoNotOptimize(watchers.for_each_named(chunk, [&](const Uuid&, std::uint64_t) { ++told; }));
  if (told != static_cast<std::uint64_t>(state.iterations()) * kWatchers / 2) state.SkipWithError("watchers were missed");
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(encode)->Name("chunks/encode363");
BENCHMARK(decode)->Name("chunks/decode363");
BENCHMARK(fanout)->Name("chunks/fanout100");

}  // namespace
}  // namespace metabatch::bench
