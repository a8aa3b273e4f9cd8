// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_axes.hpp"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/axis_steps.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr int kDecades = 3;
constexpr double kGap = 21;          // pixels that QtCharts leaves between two labels of a time axis
constexpr double kTolerance = 1e-9;  // tolerance of computed positions

using Labels = std::vector<std::pair<double, QString>>;

/// Sets labels at these values; does nothing when the axis has them already.
void setLabels(QCategoryAxis& axis, const Labels& labels) {
  const QStringList shown = axis.categoriesLabels();
  bool isSame = static_cast<std::size_t>(shown.size()) == labels.size();
  for (std::size_t i = 0; isSame && i < labels.size(); ++i)
    isSame = shown[static_cast<qsizetype>(i)] == labels[i].second && axis.endValue(labels[i].second) == labels[i].first;
  if (isSame) return;
  for (const QString& label : shown) axis.remove(label);
  for (const auto& [value, label] : labels) axis.append(label, value);
  axis.setLabelsVisible(false);  // so that the chart reserves space for longer ones
  axis.setLabelsVisible(true);
}

struct Range {
  double left = 0, right = 0;
};

/// The range in the unit of the ticks, before now.
Range rangeOf(const models::TimeWindow& window, const models::TimeTicks& ticks) {
  const double unit = in_seconds(ticks.unit);
  const double right = -in_seconds(window.now() - window.to()) / unit;
  return {right - in_seconds(window.span()) / unit, right};
}

/// Sets the labels of times, evenly spaced. QtCharts replaces labels that do not fit side by side
/// with dots, so every second one is left out until the remaining ones fit; the last one stays.
void setTimes(QCategoryAxis& axis, Labels labels, const Range& range, double width) {
  const QFontMetricsF metrics(axis.labelsFont());
  double widest = 0;
  for (const auto& [at, label] : labels) widest = std::max(widest, metrics.horizontalAdvance(label));
  const double scale = width / (range.right - range.left);
  while (labels.size() > 1 && (labels[1].first - labels[0].first) * scale < widest + kGap) {
    Labels fewer;
    for (std::size_t i = (labels.size() - 1) % 2; i < labels.size(); i += 2) fewer.push_back(labels[i]);
    labels = std::move(fewer);
  }
  setLabels(axis, labels);
  axis.setRange(range.left, range.right);
}

}  // namespace

void showTimesAgo(QCategoryAxis& axis, const models::TimeWindow& window, double width) {
  const models::TimeTicks ticks = models::timeTicks(window.span());
  const Range range = rangeOf(window, ticks);
  const double step = static_cast<double>(ticks.step.count()) / static_cast<double>(ticks.unit.count());
  Labels labels;
  for (double at = std::ceil(range.left / step - kTolerance) * step; at <= range.right + kTolerance; at += step)
    labels.emplace_back(at, QStringLiteral("%1 %2").arg(at + 0.0, 0, 'g', 6).arg(QLatin1String(ticks.name)));
  setTimes(axis, std::move(labels), range, width);
}

void showTimesOfDay(QCategoryAxis& axis, const models::TimeWindow& window, double width) {
  const Range range = rangeOf(window, models::timeTicks(window.span()));
  Labels labels;
  for (const models::TimeLabel& one : models::wallLabels(window)) {
    const double share = in_seconds(one.at - window.from()) / in_seconds(window.span());
    labels.emplace_back(range.left + (range.right - range.left) * share, one.text);
  }
  setTimes(axis, std::move(labels), range, width);
}

void showLinear(QCategoryAxis& axis, double most, int labels) {
  const double top = axis_ceiling(most);
  const double lead = top / std::pow(10.0, std::floor(std::log10(top) + kTolerance));
  const int mostSteps = std::abs(lead - 2) < 0.01 ? 4 : 5;
  const int steps = labels > mostSteps ? mostSteps : labels > 2 ? 2 : 1;
  Labels texts;
  for (int i = 0; i <= steps; ++i) texts.emplace_back(top * i / steps, models::axisText(top * i / steps));
  setLabels(axis, texts);
  axis.setRange(0, top);
}

void showLogarithmic(QCategoryAxis& axis, double most, int labels) {
  const double top = std::ceil(std::log10(std::max(most, 1.0)) - kTolerance);
  const double bottom = top - kDecades;
  const int step = labels > kDecades ? 1 : kDecades;
  Labels texts;
  for (double at = bottom; at <= top + kTolerance; at += step)
    texts.emplace_back(at, at == bottom ? QStringLiteral("0") : models::axisText(std::pow(10.0, at)));
  setLabels(axis, texts);
  axis.setRange(bottom, top);
}

}  // namespace metabatch::gui
