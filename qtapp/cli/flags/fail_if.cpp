// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/fail_if.hpp"

#include "cli/flags/arguments.hpp"

namespace metabatch::cli {

Threshold parse_threshold(const std::string& expression) {
  auto parsed = Threshold::parse(expression);
  if (const auto* const threshold = std::get_if<Threshold>(&parsed)) return *threshold;
  const auto& error = std::get<ThresholdError>(parsed);
  const std::string marks = "^" + std::string(error.size > 1 ? error.size - 1 : 0, '~');
  throw MarkedError("--fail-if: " + explain(error, expression),
                    "  " + expression + "\n  " + std::string(error.at, ' ') + marks);
}

JudgedResult judged(const RunResult& result) {
  return {.summary = result.summary,
          .rejected_lines = result.rejected_lines,
          .refused_items = result.refused_items,
          .sanitized = result.sanitized};
}

}  // namespace metabatch::cli
