// SPDX-License-Identifier: Apache-2.0
#include "simulation/model_store.hpp"

#include <algorithm>

#include "metabatch/chunks.hpp"

namespace metabatch {
namespace {

/// The first window that ends after `now`.
const Window* window_at(const std::vector<Window>& windows, Duration now) {
  const auto found =
      std::upper_bound(windows.begin(), windows.end(), now, [](Duration at, const Window& w) { return at < w.end(); });
  return found == windows.end() ? nullptr : &*found;
}

}  // namespace

void ModelTable::write(const Batch& batch, std::span<const std::uint32_t> rows, std::vector<Fate>& fates) {
  fates.clear();
  const auto differs = [&](std::size_t i, Fate fate) {
    if (fates.empty()) fates.assign(rows.size(), Fate::written);
    fates[i] = fate;
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] == kNoRow) {
      differs(i, Fate::unmatched);
      continue;
    }
    WallTime& newest = newest_[rows[i]];
    const WallTime stamp = batch.entries[i].collected_at;
    if (newest > stamp)
      differs(i, Fate::rows_stale);
    else
      newest = stamp;
  }
}

ModelStore::ModelStore(const StoreModel& model, std::uint64_t seed)
    : model_(model),
      latency_(model.latency),
      latencies_(seed),
      failures_(latencies_.split()),
      publishing_(latencies_.split()) {}

ModelFlight ModelStore::begin(const Batch& batch, std::int64_t max_payload_bytes, Duration now) {
  // One draw of each kind for each flush, whether or not it is used, so that runs with other settings stay comparable.
  const Duration drawn = latency_.at(latencies_.next());
  const bool fails = failures_.chance(model_.failures);
  ModelFlight flight;
  const std::size_t ids_a_chunk = static_cast<std::size_t>(max_payload_bytes) / kIdSymbols;
  flight.chunks = (batch.agents.size() + ids_a_chunk - 1) / ids_a_chunk;
  Duration took = drawn + model_.row_cost * static_cast<std::int64_t>(batch.entries.size());
  const Window* slow = window_at(model_.slow, now);
  if (slow != nullptr && slow->begin <= now) took *= model_.slow_factor;
  flight.end = now + took;
  if (fails) flight.failure = model_.failure_class;
  const Window* outage = window_at(model_.outages, now);
  if (outage != nullptr && outage->begin < flight.end) {
    flight.failure = FailureClass::connection;
    flight.end = outage->begin <= now ? now + model_.outage_answer : outage->begin;
  }
  if (flight.failure != FailureClass::none) return flight;
  for (std::size_t c = 0; c < flight.chunks; ++c) {
    if (model_.publish_failures > 0 && publishing_.chance(model_.publish_failures)) continue;
    ++flight.published;
    flight.notify_bytes += kIdSymbols * std::min(ids_a_chunk, batch.agents.size() - c * ids_a_chunk);
  }
  return flight;
}

}  // namespace metabatch
