// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "engine/clock.hpp"
#include "engine/lanes.hpp"
#include "metabatch/report.hpp"
#include "service/agents/missing_rows.hpp"
#include "service/http/http.hpp"

namespace metabatch::service {

/// What became of one report, whatever protocol carried it.
struct ReportOutcome {
  std::string problem{};                    ///< for the agent, or ""; the items that fit were accepted all the same
  std::vector<FieldError> refused_items{};  ///< by index in the report
  std::size_t dropped_full = 0;             ///< items for which the buffer had no capacity
  std::size_t dropped_agent_full = 0;       ///< items beyond the keys that one agent may have in the buffer
  bool is_closed = false;                   ///< the engine accepts nothing any more
  bool has_too_many_keys =
      false;  ///< more than one agent may have; the first ones were taken, `refused_items` has the others
};

/// A report of which something was dropped.
struct ReportDrop {
  Uuid agent;
  std::size_t updates = 0;
  bool is_agent_full = false;  ///< the agent has all the keys that it may have; else the buffer is full
};

/// Memory that the reports of one thread use one after the other.
struct ReportBuffers {
  ReportLimits limits;
  std::vector<std::string_view> keys, values, errors;
  std::vector<WallTime> stamps;
};

/// Adds reports to the lanes. It applies the limits of the specification ("The report"), stamps
/// each report, and counts keys that are known to have no row as unmatched without buffering them.
/// Any thread, each with buffers of its own.
class ReportIntake {
 public:
  /// @shape lanes, missing_rows: outlive it
  ReportIntake(engine::Lanes& lanes, const MissingRows& missing_rows);

  /// How many keys a report may have: those that one agent may have in the buffer.
  void set_agent_capacity(std::int64_t keys) { agent_capacity_ = static_cast<std::size_t>(keys); }
  ReportOutcome add(const Uuid& agent, std::span<const RawItem> items, ReportBuffers& buffers);

  [[nodiscard]] std::uint64_t reports() const { return reports_; }  ///< accepted, in whole or in part
  [[nodiscard]] std::uint64_t sanitized() const { return sanitized_; }
  [[nodiscard]] std::uint64_t refused_items() const { return refused_items_; }
  /// Updates that were never given to the lanes, because their row is known to be missing.
  [[nodiscard]] std::uint64_t unmatched() const { return unmatched_; }

 private:
  Report without_missing_rows(const Report& report, ReportBuffers& buffers);

  engine::Lanes& lanes_;
  const MissingRows& missing_rows_;
  engine::Stamper stamper_;
  std::atomic<std::size_t> agent_capacity_ = std::numeric_limits<std::size_t>::max();
  std::atomic<std::uint64_t> reports_ = 0;
  std::atomic<std::uint64_t> sanitized_ = 0;
  std::atomic<std::uint64_t> refused_items_ = 0;
  std::atomic<std::uint64_t> unmatched_ = 0;
};

}  // namespace metabatch::service
