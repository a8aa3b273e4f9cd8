// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/charts/chart_axes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/axis_steps.hpp"
#include "models/words.hpp"

namespace metabatch::gui {
namespace {

constexpr double kDecades = 3;
constexpr double kTolerance = 1e-9;  // tolerance of computed positions

/// Sets labels at these values; does nothing when the axis has them already.
void setLabels(QCategoryAxis& axis, const std::vector<std::pair<double, QString>>& labels) {
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

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

struct Range {
  double left = 0, right = 0;
};

/// The range in the unit of the ticks, before now.
Range rangeOf(const models::TimeWindow& window, const models::TimeTicks& ticks) {
  const double unit = seconds(ticks.unit);
  const double right = -seconds(window.now() - window.to()) / unit;
  return {right - seconds(window.span()) / unit, right};
}

}  // namespace

void showTimesAgo(QCategoryAxis& axis, const models::TimeWindow& window) {
  const models::TimeTicks ticks = models::timeTicks(window.span());
  const Range range = rangeOf(window, ticks);
  const double step = static_cast<double>(ticks.step.count()) / static_cast<double>(ticks.unit.count());
  std::vector<std::pair<double, QString>> labels;
  for (double at = std::ceil(range.left / step - kTolerance) * step; at <= range.right + kTolerance; at += step)
    labels.emplace_back(at, QStringLiteral("%1 %2").arg(at + 0.0, 0, 'g', 6).arg(QLatin1String(ticks.name)));
  setLabels(axis, labels);
  axis.setRange(range.left, range.right);
}

void showTimesOfDay(QCategoryAxis& axis, const models::TimeWindow& window) {
  const Range range = rangeOf(window, models::timeTicks(window.span()));
  std::vector<std::pair<double, QString>> labels;
  for (const models::TimeLabel& one : models::wallLabels(window)) {
    const double share = seconds(one.at - window.from()) / seconds(window.span());
    labels.emplace_back(range.left + (range.right - range.left) * share, one.text);
  }
  setLabels(axis, labels);
  axis.setRange(range.left, range.right);
}

void showLinear(QCategoryAxis& axis, double most) {
  const double top = axis_ceiling(most);
  const double lead = top / std::pow(10.0, std::floor(std::log10(top) + kTolerance));
  const int steps = std::abs(lead - 2) < 0.01 ? 4 : 5;
  std::vector<std::pair<double, QString>> labels;
  for (int i = 0; i <= steps; ++i) labels.emplace_back(top * i / steps, models::axisText(top * i / steps));
  setLabels(axis, labels);
  axis.setRange(0, top);
}

void showLogarithmic(QCategoryAxis& axis, double most) {
  const double top = std::ceil(std::log10(std::max(most, 1.0)) - kTolerance);
  const double bottom = top - kDecades;
  std::vector<std::pair<double, QString>> labels;
  for (double at = bottom; at <= top + kTolerance; ++at)
    labels.emplace_back(at, at == bottom ? QStringLiteral("0") : models::axisText(std::pow(10.0, at)));
  setLabels(axis, labels);
  axis.setRange(bottom, top);
}

}  // namespace metabatch::gui
