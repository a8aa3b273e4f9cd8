// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <vector>

#include "models/charts/live_series.hpp"

namespace metabatch::models {

enum class Severity : std::uint8_t { good, notice, warning, alarm };

/// One sentence that an operator reads, and how bad it is.
struct HealthLine {
  Severity severity = Severity::good;
  QString text;
  bool operator==(const HealthLine&) const = default;
};

/// What a sample does not tell.
struct Condition {
  bool isFlushingPaused = false;
  QString lastFailure;         ///< of the newest flush, when that failed; else empty
  quint64 failuresInARow = 0;  ///< flushes that failed since the last success
  QString registration{};      ///< what is done, or can be, about rows that are missing: sentences
};

/// How batching is doing, worst first: what fails, what is dropped, what fills up, then what triggers the flushes and what to
/// change to save more. Empty before the second sample.
std::vector<HealthLine> health(const LiveSeries& series, const Condition& condition);

/// `14 writes and NOTIFYs a second instead of 120`, what the large figure means.
QString savedText(const Summary& summary);

}  // namespace metabatch::models
