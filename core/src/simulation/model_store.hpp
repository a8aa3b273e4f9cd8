// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fleet/arrivals.hpp"
#include "simulation/latency.hpp"
#include "metabatch/outcome.hpp"
#include "base/rng.hpp"
#include "metabatch/simulation/store_model.hpp"

namespace metabatch {

/// The newest stamp of each row and nothing else: the guard of the UPDATE compares only that.
class ModelTable {
 public:
  explicit ModelTable(std::size_t rows) : newest_(rows, WallTime::min()) {}
  /// Writes a batch: `fates` is one for each entry, or empty when all were written.
  void write(const Batch& batch, std::span<const std::uint32_t> rows, std::vector<Fate>& fates);

 private:
  std::vector<WallTime> newest_;
};

/// The outcome of one flush, known from its start.
struct ModelFlight {
  Duration end{};
  FailureClass failure = FailureClass::none;
  std::size_t chunks = 0;  ///< to publish
  std::size_t published = 0;
  std::size_t notify_bytes = 0;  ///< of the chunks published
};

/// The connection of one replica to the modelled database: draws how its flushes go.
class ModelStore {
 public:
  /// `model` is validated: its windows are in order and apart.
  ModelStore(const StoreModel& model, std::uint64_t seed);
  ModelFlight begin(const Batch& batch, std::int64_t max_payload_bytes, Duration now);

 private:
  StoreModel model_;
  LatencyCurve latency_;
  Rng latencies_, failures_, publishing_;
};

}  // namespace metabatch
