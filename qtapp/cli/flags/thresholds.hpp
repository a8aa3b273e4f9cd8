// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/report/results.hpp"

namespace metabatch::cli {

/// A condition that a result must not meet: `delay.p99>5s`, `saved < 90%`, `dropped != 0`.
///
/// @shape  expression := NAME OP VALUE, blanks allowed between
///         NAME: a number of the result as --json prints it, members joined by dots; `delay` is `delay_s`, and `dropped`
///         and `flushes` are the sums of their members
///         OP: > >= < <= == !=
///         VALUE: a number; for delay.* and seconds also a time (`5s`; a bare number is seconds); for saved also `90%`
class Threshold {
 public:
  /// @errors throws UsageError: the message shows the expression and marks the wrong part
  static Threshold parse(const std::string& expression);

  /// Nothing when the threshold is kept, else by how much it is missed: `delay.p99 > 5s: it is 7.2
  /// s, 2.2 s above`.
  [[nodiscard]] std::optional<std::string> missed(const RunResult& result) const;

 private:
  enum class Operator : std::uint8_t { above, at_least, below, at_most, equal, unequal };
  Threshold() = default;
  [[nodiscard]] bool is_true(double found) const;

  std::string name_;        // as given
  std::string value_text_;  // as given
  Operator operator_ = Operator::above;
  double value_ = 0;

  friend class ThresholdParser;
};

}  // namespace metabatch::cli
