// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cli/report/chart.hpp"

namespace metabatch::cli {
namespace {

constexpr int kMarks = 5;             // about as many as fit into a small chart
constexpr std::size_t kMaxMarks = 7;  // of a logarithmic axis

/// The next of 1, 2, 5, 10, 20, ... that is not below.
double round_up(double least) {
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double part : {1.0, 2.0, 5.0})
    if (part * power >= least * (1 - 1e-9)) return part * power;
  return 10 * power;
}

double round_down(double most) {
  const double power = std::pow(10.0, std::floor(std::log10(most)));
  for (const double part : {5.0, 2.0})
    if (part * power <= most * (1 + 1e-9)) return part * power;
  return power;
}

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
  const double step = round_up(most / kMarks);
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
  if (step == 0) step = kDay * round_up(axis.most / kDay / kMarks);
  if (axis.most < 2) step = round_up(axis.most / kMarks);
  mark_every(axis, step);
  return axis;
}

Axis logarithmic_axis(double least, double most) {
  constexpr double kBetween = 1.5;  // times a round number is below the next round number
  Axis axis{.least = round_down(least), .most = round_up(most), .is_logarithmic = true, .marks = {}};
  if (axis.most <= axis.least * kBetween) axis.most = round_up(axis.least * kBetween);
  for (double mark = axis.least; mark <= axis.most * (1 + 1e-9); mark = round_up(mark * kBetween))
    axis.marks.push_back(mark);
  const auto is_between = [](double mark) { return std::abs(std::log10(mark) - std::round(std::log10(mark))) > 1e-9; };
  if (axis.marks.size() > kMaxMarks) std::erase_if(axis.marks, is_between);
  return axis;
}

}  // namespace metabatch::cli
