// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace metabatch::models {

/// A line that was refused, or one of which a part was left out.
struct LineProblem {
  quint64 line = 0;  ///< from 1
  QString what;
  bool operator==(const LineProblem&) const = default;
};

}  // namespace metabatch::models
