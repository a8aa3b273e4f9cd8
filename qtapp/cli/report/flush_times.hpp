// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>

#include "engine/engine.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/simulation/store_model.hpp"
#include "models/charts/measured.hpp"

namespace metabatch::cli {

/// How long the successful flushes of a run took, and the modelled database that takes as long.
struct FlushFigures {
  std::size_t flushes = 0;            ///< successful ones
  Duration p50{}, p99{};              ///< of a flush with all its entries
  StoreModel store;                   ///< for `simulate --store-from`; the default when there were too few flushes
  bool is_store_measured = false;     ///< there were enough flushes
  bool is_row_cost_measured = false;  ///< batches were of different sizes
};

/// Records flushes as they complete. Any thread.
class FlushTimes {
 public:
  void record(const engine::FlushRecord& flush);
  [[nodiscard]] FlushFigures figures() const;

 private:
  mutable std::mutex mutex_;
  DelayHistogram took_;        // mutex_
  models::Measured measured_;  // mutex_
};

/// `Flushes took: half within 4.1 ms, 99 % within 20 ms; an entry costs 4 us.`, or "" without a
/// flush.
std::string flush_times_text(const FlushFigures& figures);

}  // namespace metabatch::cli
