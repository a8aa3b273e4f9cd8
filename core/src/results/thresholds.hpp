// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "metabatch/simulation/summary.hpp"

/// Conditions that a result must not meet, `delay.p99>5s`, and the figures that they can name.
namespace metabatch {

/// A result, with the counts that only its input knows.
struct JudgedResult {
  Summary summary{};
  std::uint64_t rejected_lines = 0;
  std::uint64_t refused_items = 0;
  std::uint64_t sanitized = 0;
};

enum class FigureKind : std::uint8_t {
  number,
  time,   ///< seconds
  share,  ///< 0 to 1
};

/// A number of a result. The JSON of a result has the same names: members are joined by dots,
/// `delay` and `age` stand for `delay_s` and `age_s`, and `dropped` and `flushes` are the sums of
/// their members.
struct ResultFigure {
  std::string_view name;
  FigureKind kind = FigureKind::number;
  double (*of)(const JudgedResult&) = nullptr;
  bool is_of_rows = false;  ///< known only where Summary::has_age
};

/// All of them, in alphabetical order.
std::span<const ResultFigure> result_figures();
/// The figure of that name; null when there is none. `delay_s.p99` and `age_s.p99` are accepted
/// too.
const ResultFigure* find_figure(std::string_view name);

/// Which part of an expression is wrong, and where.
struct ThresholdError {
  enum class Part : std::uint8_t { name, operation, value };
  Part part = Part::name;
  std::size_t at = 0;                    ///< byte offset in the expression
  std::size_t size = 0;                  ///< bytes; 0: the part is missing
  FigureKind kind = FigureKind::number;  ///< of the value
  bool operator==(const ThresholdError&) const = default;
};

/// What is wrong, for people, in a few words: `no figure is called 'delay.p98'`.
std::string describe(const ThresholdError& error, std::string_view expression);
/// The same, and of an unknown name what was probably meant and which names there are.
std::string explain(const ThresholdError& error, std::string_view expression);

/// One condition: `delay.p99>5s`, `saved < 90%`, `dropped != 0`.
class Threshold {
 public:
  enum class Operation : std::uint8_t { above, at_least, below, at_most, equal, unequal };

  /// @shape  expression := NAME OP VALUE, blanks allowed between
  ///         NAME: a name of result_figures(); OP: > >= < <= == !=
  ///         VALUE: a decimal number; of a time also `5s` (a bare number is seconds); of a share also `90%`
  static std::variant<Threshold, ThresholdError> parse(std::string_view expression);

  /// Nothing when the threshold is kept, else by how much it is missed: `delay.p99 > 5s: it is 7.2
  /// s, 2.2 s above`. A figure that the result does not have counts as missed, so that nothing
  /// passes unjudged.
  [[nodiscard]] std::optional<std::string> missed(const JudgedResult& result) const;

  [[nodiscard]] const ResultFigure& figure() const { return *figure_; }
  /// That the figure is compared with; in its unit.
  [[nodiscard]] double value() const { return value_; }
  /// `delay.p99 > 5s`
  [[nodiscard]] std::string text() const;

 private:
  Threshold(const ResultFigure& figure, Operation operation, double value, std::string_view text)
      : figure_(&figure), operation_(operation), value_(value), value_text_(text) {}
  [[nodiscard]] bool is_true(double found) const;

  const ResultFigure* figure_;
  Operation operation_;
  double value_;
  std::string value_text_;  // as given
};

}  // namespace metabatch
