// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "models/charts/chart_specs.hpp"
#include "models/charts/live_series.hpp"
#include "models/charts/time_window.hpp"

namespace metabatch::models {

/// Figures of one line of a chart over a span of time.
struct SelectionFigures {
  QString chart;
  QString line;
  double mean = 0, median = 0, least = 0, most = 0;
  std::optional<double> total;  ///< of a rate: the number of events
  std::size_t samples = 0;
};

/// A row for each line with measurements in the span, in the order of the charts.
std::vector<SelectionFigures> selectionFigures(const LiveSeries& series, std::span<const ChartSpec> charts,
                                               const TimeSpan& span);

/// `writes: mean 1.8, median 1.8, min 1.6, max 2, total 107`, a line each.
QString selectionText(const std::vector<SelectionFigures>& figures);

}  // namespace metabatch::models
