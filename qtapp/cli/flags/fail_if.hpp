// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/report/results.hpp"
#include "results/thresholds.hpp"

namespace metabatch::cli {

/// Reads an expression of `--fail-if`.
///
/// @errors throws UsageError: the message shows the expression, marks the wrong part and guesses
///         the name
Threshold parse_threshold(const std::string& expression);

/// The figures of a result that thresholds can name.
JudgedResult judged(const RunResult& result);

}  // namespace metabatch::cli
