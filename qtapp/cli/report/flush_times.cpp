// SPDX-License-Identifier: Apache-2.0
#include "cli/report/flush_times.hpp"

#include <cstdio>

#include "cli/terminal/console.hpp"

namespace metabatch::cli {
namespace {

std::string cost_text(Duration row_cost) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f us", in_seconds(row_cost) * 1e6);
  return text;
}

}  // namespace

void FlushTimes::record(const engine::FlushRecord& flush) {
  models::FlushLine line;
  line.id = flush.id;
  line.lane = flush.lane;
  line.at = flush.started;
  line.reason = flush.reason;
  line.entries = flush.entries;
  line.agents = flush.agents;
  line.took = flush.took;
  line.failure = flush.failure;
  line.publishErrors = flush.publish_errors;
  const std::lock_guard lock(mutex_);
  measured_.append(line);
  if (flush.failure == FailureClass::none) took_.observe(flush.took);
}

FlushFigures FlushTimes::figures() const {
  const std::lock_guard lock(mutex_);
  const models::StoreFit fit = measured_.fit(Instant{});
  FlushFigures figures{.flushes = static_cast<std::size_t>(took_.count()),
                       .p50 = took_.quantile(5000),
                       .p99 = took_.quantile(9900),
                       .store = fit.model,
                       .is_store_measured = fit.flushes >= models::kFewFlushes,
                       .is_row_cost_measured = fit.hasMeasuredRowCost};
  figures.store.outages.clear();  // they belong to the run, not to the database
  return figures;
}

std::string flush_times_text(const FlushFigures& figures) {
  if (figures.flushes == 0) return {};
  std::string text = "Flushes took: half within " + seconds_text(in_seconds(figures.p50)) + ", 99 % within " +
                     seconds_text(in_seconds(figures.p99));
  if (figures.is_row_cost_measured) text += "; an entry costs " + cost_text(figures.store.row_cost);
  return text + ".\n";
}

}  // namespace metabatch::cli
