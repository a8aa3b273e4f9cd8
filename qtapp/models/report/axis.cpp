// SPDX-License-Identifier: Apache-2.0
#include "models/report/axis.hpp"

#include <algorithm>
#include <cmath>

#include "base/axis_steps.hpp"

namespace metabatch::report {
namespace {

constexpr int kMarks = 5;             // about as many as fit into a small chart
constexpr std::size_t kMaxMarks = 7;  // of a logarithmic axis

void mark_every(Axis& axis, double step) {
  const auto last = static_cast<int>(std::floor(axis.most / step + 1e-9));
  for (int i = 0; i <= last; ++i) axis.marks.push_back(i * step);
}

}  // namespace

double Axis::at(double value) const {
  if (!is_logarithmic) return std::clamp((value - least) / (most - least), 0.0, 1.0);
  const double inside = std::clamp(value, least, most);
  return std::log(inside / least) / std::log(most / least);
}

Axis linear_axis(double most) {
  if (!(most > 0)) most = 1;
  const double step = axis_ceiling(most / kMarks);
  Axis axis{.least = 0, .most = step * std::ceil(most / step - 1e-9), .is_logarithmic = false, .marks = {}};
  mark_every(axis, step);
  return axis;
}

Axis time_axis(double seconds) {
  constexpr double kMinute = 60, kHour = 3600, kDay = 86'400;
  Axis axis{.least = 0, .most = seconds > 0 ? seconds : 1, .is_logarithmic = false, .marks = {}};
  double step = 0;
  for (const double one : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0, kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute,
                           15 * kMinute, 30 * kMinute, kHour, 2 * kHour, 3 * kHour, 6 * kHour, 12 * kHour, kDay})
    if (step == 0 && axis.most / one <= kMarks) step = one;
  if (step == 0) step = kDay * axis_ceiling(axis.most / kDay / kMarks);
  if (axis.most < 2) step = axis_ceiling(axis.most / kMarks);
  mark_every(axis, step);
  return axis;
}

Axis logarithmic_axis(double least, double most) {
  constexpr double kBetween = 1.5;  // times a round number is below the next round number
  Axis axis{.least = axis_floor(least), .most = axis_ceiling(most), .is_logarithmic = true, .marks = {}};
  if (axis.most <= axis.least * kBetween) axis.most = axis_ceiling(axis.least * kBetween);
  for (double mark = axis.least; mark <= axis.most * (1 + 1e-9); mark = axis_ceiling(mark * kBetween))
    axis.marks.push_back(mark);
  const auto is_between = [](double mark) { return std::abs(std::log10(mark) - std::round(std::log10(mark))) > 1e-9; };
  if (axis.marks.size() > kMaxMarks) std::erase_if(axis.marks, is_between);
  return axis;
}

}  // namespace metabatch::report
