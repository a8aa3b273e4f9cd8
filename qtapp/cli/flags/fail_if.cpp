// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/fail_if.hpp"

#include <vector>

#include "cli/flags/arguments.hpp"
#include "cli/flags/scenario_file.hpp"

namespace metabatch::cli {
namespace {

/// `, did you mean delay.p99? There are: accepted, ...`
std::string names_text(const std::string& given) {
  std::vector<std::string_view> known;
  std::string list;
  for (const ResultFigure& one : result_figures()) {
    known.push_back(one.name);
    list.append(list.empty() ? "" : ", ").append(one.name);
  }
  const std::string guess = given.empty() ? std::string() : guess_text(given, known);
  return guess + (guess.empty() ? "; there are: " : " There are: ") + list;
}

}  // namespace

Threshold parse_threshold(const std::string& expression) {
  auto parsed = Threshold::parse(expression);
  if (const auto* const threshold = std::get_if<Threshold>(&parsed)) return *threshold;
  const auto& error = std::get<ThresholdError>(parsed);
  std::string text = "--fail-if: " + describe(error, expression);
  if (error.part == ThresholdError::Part::name) text += names_text(expression.substr(error.at, error.size));
  const std::string marks = "^" + std::string(error.size > 1 ? error.size - 1 : 0, '~');
  throw MarkedError(text, "  " + expression + "\n  " + std::string(error.at, ' ') + marks);
}

JudgedResult judged(const RunResult& result) {
  return {.summary = result.summary,
          .rejected_lines = result.rejected_lines,
          .refused_items = result.refused_items,
          .sanitized = result.sanitized};
}

}  // namespace metabatch::cli
