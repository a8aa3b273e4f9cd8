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

bool holds(const std::vector<Window>& windows, Duration now) {
  const Window* window = window_at(windows, now);
  return window != nullptr && window->begin <= now;
}

constexpr std::uint32_t kLockedRow = 1;  // the first one has refused values

}  // namespace

Fate ModelTable::fate(std::uint32_t row, WallTime stamp, const ModelFlight& flight) {
  if (flight.meets_refusal && row % kRefusedRows == 0) return Fate::quarantined;
  if (flight.meets_lock && row == kLockedRow % newest_.size()) return Fate::locked;
  WallTime& newest = newest_[row];
  if (newest > stamp) return Fate::rows_stale;
  newest = stamp;
  return Fate::written;
}

void ModelTable::write(const Batch& batch, std::span<const std::uint32_t> rows, const ModelFlight& flight,
                       std::vector<Fate>& fates) {
  fates.clear();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Fate one = rows[i] == kNoRow ? Fate::unmatched : fate(rows[i], batch.entries[i].collected_at, flight);
    if (one == Fate::written) continue;
    if (fates.empty()) fates.assign(rows.size(), Fate::written);
    fates[i] = one;
  }
}

ModelStore::ModelStore(const StoreModel& model, std::uint64_t seed)
    : model_(&model),
      latency_(model.latency),
      latencies_(seed),
      failures_(latencies_.split()),
      publishing_(latencies_.split()) {}

ModelFlight ModelStore::begin(const Batch& batch, std::int64_t max_payload_bytes, Duration now) {
  // One draw of each kind for each flush, whether or not it is used, so that runs with other
  // settings stay comparable.
  const Duration drawn = latency_.at(latencies_.next());
  const bool fails = failures_.chance(model_->failures);
  ModelFlight flight;
  flight.ids_a_chunk = static_cast<std::size_t>(max_payload_bytes) / kIdSymbols;
  flight.chunks = (batch.agents.size() + flight.ids_a_chunk - 1) / flight.ids_a_chunk;
  flight.meets_lock = holds(model_->locked, now);
  flight.meets_refusal = holds(model_->refused, now);
  flight.is_cut_off = holds(model_->cut_off, now);
  Duration took = drawn + model_->row_cost * static_cast<std::int64_t>(batch.entries.size());
  if (holds(model_->slow, now)) took *= model_->slow_factor;
  flight.end = now + took;
  if (fails) flight.failure = model_->failure_class;
  const Window* outage = window_at(model_->outages, now);
  if (outage != nullptr && outage->begin < flight.end) {
    flight.failure = FailureClass::connection;
    flight.end = outage->begin <= now ? now + model_->outage_answer : outage->begin;
  }
  return flight;
}

ModelPublished ModelStore::publish(const Batch& batch, const ModelFlight& flight) {
  ModelPublished published;
  for (std::size_t c = 0; c < flight.chunks && !flight.is_cut_off; ++c) {
    if (model_->publish_failures > 0 && publishing_.chance(model_->publish_failures)) continue;
    ++published.chunks;
    published.notify_bytes += kIdSymbols * std::min(flight.ids_a_chunk, batch.agents.size() - c * flight.ids_a_chunk);
  }
  return published;
}

}  // namespace metabatch
