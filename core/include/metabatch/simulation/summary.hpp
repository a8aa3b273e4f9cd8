// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "metabatch/config.hpp"
#include "metabatch/counters.hpp"
#include "metabatch/histogram.hpp"
#include "metabatch/metrics.hpp"
#include "metabatch/time.hpp"

namespace metabatch {

/// The result of a run: the figures that every view shows, computed here and nowhere else.
///
/// @units  rates are per second of `seconds`; delays in seconds. Nothing is NaN or infinite: a rate
///         over no time is 0
struct Summary {
  Counters counters;
  FlushCounters flushes;
  double seconds = 0;
  double updates_per_s = 0;              ///< offered
  double entries_per_s = 0;              ///< updates that became entries of a batch: what fills it
  double db_writes_per_s = 0;            ///< successful flushes, each one UPDATE
  double notifies_per_s = 0;             ///< chunks published
  double unbatched_db_writes_per_s = 0;  ///< one UPDATE a report
  double unbatched_notifies_per_s = 0;   ///< one NOTIFY a report
  double saved = 0;                      ///< 1 - (db_writes + notifies) / (unbatched sum); 0 without reports
  double delay_p50 = 0;                  ///< from the add of the update that was written to its write
  double delay_p90 = 0;
  double delay_p99 = 0;
  double delay_max = 0;
  /// How old is what a watcher sees: since the first report arrived that its row does not show yet,
  /// weighted by time. Known of simulations only: there every row is modelled.
  bool has_age = false;
  double age_p50 = 0;
  double age_p99 = 0;
  double age_max = 0;
};

/// @shape reports: how many were offered; of single updates each one counts
Summary summarize(const Counters& counters, const Metrics& metrics, std::uint64_t reports, Duration elapsed);

/// What decides when batches leave, at the rate of a run.
enum class Trigger : std::uint8_t {
  nothing,   ///< no entries arrive
  capacity,  ///< a batch fills before the interval is over
  interval,  ///< the interval is over before a batch fills
};
struct Filling {
  Trigger trigger = Trigger::nothing;
  double fill_seconds = 0;         ///< how long batch_size entries take to arrive
  double entries_an_interval = 0;  ///< how many arrive in one interval
};

/// @shape config: as running (defaults filled in)
Filling filling(const Summary& summary, const Config& config);

}  // namespace metabatch
