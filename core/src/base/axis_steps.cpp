// SPDX-License-Identifier: Apache-2.0
#include "base/axis_steps.hpp"

#include <cmath>
#include <initializer_list>

namespace metabatch {
namespace {

constexpr double kTolerance = 1e-9;  // a value that was computed may miss a step by so much

}  // namespace

double axis_ceiling(double value) {
  if (!(value > 0) || !std::isfinite(value)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double part : {1.0, 2.0, 5.0})
    if (part * power >= value * (1 - kTolerance)) return part * power;
  return 10 * power;
}

double axis_floor(double value) {
  if (!(value > 0) || !std::isfinite(value)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double part : {5.0, 2.0})
    if (part * power <= value * (1 + kTolerance)) return part * power;
  return power;
}

}  // namespace metabatch
