// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The one place that rounds the numbers of axes, for charts in a terminal, in a window and in
/// reports.
namespace metabatch {

/// The smallest of 1, 2, 5 x 10^n that is not below `value`; 1 for what is not positive or not
/// finite.
double axis_ceiling(double value);

/// The largest of 1, 2, 5 x 10^n that is not above `value`; 1 for what is not positive or not
/// finite.
double axis_floor(double value);

}  // namespace metabatch
