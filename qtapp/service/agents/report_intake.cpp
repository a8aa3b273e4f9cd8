// SPDX-License-Identifier: Apache-2.0
#include "service/agents/report_intake.hpp"

#include <chrono>

namespace metabatch::service {

ReportIntake::ReportIntake(engine::Lanes& lanes, const MissingRows& missing_rows)
    : lanes_(lanes), missing_rows_(missing_rows), stamper_(engine::system_clock()) {}

ReportOutcome ReportIntake::add(const Uuid& agent, std::span<const RawItem> items, ReportBuffers& buffers) {
  ReportLimits& limits = buffers.limits;
  const std::uint64_t sanitized = limits.sanitized(), refused = limits.refused_items();
  const Report report = limits.apply(agent, items, stamper_.next(), agent_capacity_);
  ReportOutcome outcome;
  outcome.has_too_many_keys = limits.over_most_keys() > 0;
  const auto admission = lanes_.add(without_missing_rows(report, buffers));
  if (admission) {
    outcome.is_closed = admission->dropped_closed > 0;
    outcome.dropped_full = admission->dropped_full;
    outcome.dropped_agent_full = admission->dropped() - admission->dropped_full - admission->dropped_closed;
  }
  for (const RefusedItem& item : limits.refused())
    outcome.refused_items.push_back({"metadata[" + std::to_string(item.index) + "].key", describe(item)});
  if (limits.error())
    outcome.problem = describe_report(*limits.error());
  else if (!limits.refused().empty())
    outcome.problem = describe(limits.refused().front());
  if (!outcome.is_closed) ++reports_;
  sanitized_ += limits.sanitized() - sanitized;
  refused_items_ += limits.refused_items() - refused;
  return outcome;
}

Report ReportIntake::without_missing_rows(const Report& report, ReportBuffers& buffers) {
  if (missing_rows_.size() == 0) return report;
  const auto now = std::chrono::steady_clock::now();
  buffers.keys.clear();
  buffers.values.clear();
  buffers.errors.clear();
  buffers.stamps.clear();
  for (std::size_t i = 0; i < report.size(); ++i) {
    if (missing_rows_.contains(report.agent, report.keys[i], now)) continue;
    buffers.keys.push_back(report.keys[i]);
    buffers.values.push_back(report.values[i]);
    buffers.errors.push_back(report.errors[i]);
    buffers.stamps.push_back(report.collected_at[i]);
  }
  unmatched_ += report.size() - buffers.keys.size();
  return {report.agent, buffers.keys, buffers.values, buffers.errors, buffers.stamps};
}

}  // namespace metabatch::service
