// SPDX-License-Identifier: Apache-2.0
#include "health/repeats.hpp"

#include "base/figure_text.hpp"

namespace metabatch::health {

std::optional<Repeats> repeats_of(const Config& config, const Counters& counters, const FlushCounters& flushes) {
  const bool is_on = config.suppress_unchanged > Duration{};
  const std::uint64_t repeated = is_on ? counters.unchanged : flushes.repeated;
  const std::uint64_t written = counters.written + counters.rows_stale + counters.unmatched + counters.quarantined;
  const std::uint64_t all = is_on ? counters.unchanged + written : flushes.examined;
  if (repeated == 0 || all == 0) return std::nullopt;
  return Repeats{static_cast<double>(repeated) / static_cast<double>(all),
                 is_on ? config.suppress_unchanged : kRepeatsWithin, is_on};
}

std::string describe(const Repeats& repeats) {
  const std::string within = format_duration(repeats.within);
  return percent_figure(repeats.share) + " of the entries repeated the value that was written less than " + within +
         " before" +
         (repeats.are_left_out ? ", and were left out."
                               : ": --suppress-unchanged " + within + " would not write them.");
}

}  // namespace metabatch::health
