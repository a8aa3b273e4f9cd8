// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "fleet/arrivals.hpp"
#include "metabatch/outcome.hpp"
#include "metabatch/simulation/store_model.hpp"
#include "simulation/latency.hpp"

namespace metabatch {

/// The outcome of one flush, known from its start unless a fault begins meanwhile.
struct ModelFlight {
  Duration end{};
  FailureClass failure = FailureClass::none;
  std::size_t ids_a_chunk = 1;
  std::size_t chunks = 0;  ///< to publish
  bool meets_lock = false, meets_refusal = false, is_cut_off = false;
};

/// What of a flush that succeeded was published.
struct ModelPublished {
  std::size_t chunks = 0;
  std::size_t notify_bytes = 0;
};

/// The newest stamp of each row and nothing else: the guard of the UPDATE compares only that.
class ModelTable {
 public:
  explicit ModelTable(std::size_t rows) : newest_(rows, WallTime::min()) {}
  /// Writes a batch: `fates` is one for each entry, or empty when all were written.
  void write(const Batch& batch, std::span<const std::uint32_t> rows, const ModelFlight& flight,
             std::vector<Fate>& fates);

 private:
  /// Of an entry whose row exists.
  Fate fate(std::uint32_t row, WallTime stamp, const ModelFlight& flight);

  std::vector<WallTime> newest_;
};

/// The connection of one replica to the modelled database: draws how its flushes go.
class ModelStore {
 public:
  /// `model` outlives it and is validated: its windows are in order and apart. They may change
  /// later than now.
  ModelStore(const StoreModel& model, std::uint64_t seed);
  ModelFlight begin(const Batch& batch, std::int64_t max_payload_bytes, Duration now);
  ModelPublished publish(const Batch& batch, const ModelFlight& flight);

 private:
  const StoreModel* model_;
  LatencyCurve latency_;
  Rng latencies_, failures_, publishing_;
};

}  // namespace metabatch
