// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace metabatch::report {

/// The marks of an axis: round numbers or times, from 0; on a logarithmic axis powers of ten and
/// their parts.
struct Axis {
  double least = 0;
  double most = 1;  ///< above least
  bool is_logarithmic = false;
  std::vector<double> marks;
  /// How far along the axis a value is, 0 to 1.
  [[nodiscard]] double at(double value) const;
};
/// From 0 to at least `most`.
Axis linear_axis(double most);
/// Times from 0 to `seconds`, marks at seconds, minutes, hours or days.
Axis time_axis(double seconds);
/// Round `least` and `most`, both above 0.
Axis logarithmic_axis(double least, double most);

}  // namespace metabatch::report
