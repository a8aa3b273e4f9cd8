// SPDX-License-Identifier: Apache-2.0
#include "models/charts/selection_figures.hpp"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <numeric>

#include "models/words.hpp"

namespace metabatch::models {
namespace {

constexpr std::int64_t kMostSamples = 10'000;

struct Selection {
  Q_DECLARE_TR_FUNCTIONS(Selection)
};

bool isRate(const ChartSpec& chart) {
  return std::string_view(chart.unit).find("per second") != std::string_view::npos;
}

}  // namespace

std::vector<SelectionFigures> selectionFigures(const LiveSeries& series, std::span<const ChartSpec> charts,
                                               const TimeSpan& span) {
  const auto count =
      static_cast<std::size_t>(std::clamp<std::int64_t>((span.to - span.from) / kSampleEvery, 1, kMostSamples));
  std::vector<Column> columns(count);
  std::vector<SelectionFigures> found;
  for (const ChartSpec& chart : charts)
    for (const ChartLine& line : chart.lines) {
      const auto position = series.find(line.series);
      if (position.timeline == nullptr) continue;
      position.timeline->decimate(position.series, span.from, span.to, columns);
      std::vector<double> values;
      SelectionFigures one{.chart = chartText(chart.title), .line = chartText(line.label), .total = {}};
      for (const Column& column : columns) {
        if (!column.measured) continue;
        one.least = values.empty() ? column.min : std::min(one.least, column.min);
        one.most = values.empty() ? column.max : std::max(one.most, column.max);
        values.push_back(column.last);
      }
      if (values.empty()) continue;
      one.samples = values.size();
      one.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
      std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
      one.median = values[values.size() / 2];
      const bool isCounted = isRate(chart) && line.stroke == Stroke::line;
      if (isCounted) one.total = one.mean * std::chrono::duration<double>(span.to - span.from).count();
      found.push_back(std::move(one));
    }
  return found;
}

QString selectionText(const std::vector<SelectionFigures>& figures) {
  QStringList lines;
  QString chart;
  for (const SelectionFigures& one : figures) {
    if (one.chart != chart) lines += chart = one.chart;
    QString line =
        Selection::tr("  %1: mean %2, median %3, min %4, max %5")
            .arg(one.line, rateText(one.mean), rateText(one.median), rateText(one.least), rateText(one.most));
    if (one.total) line += Selection::tr(", total %1").arg(rateText(*one.total));
    lines += line;
  }
  return lines.join('\n');
}

}  // namespace metabatch::models
