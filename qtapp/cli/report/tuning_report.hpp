// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "metabatch/simulation/tuner.hpp"

namespace metabatch::cli {

/// The result of a sweep as text, JSON and HTML. Each needs at least one step.

/// The settings as flags to copy: `--batch-size 5000 --interval 5s --schedule fixed --queue
/// coalesce`, and every other setting that is not at its default.
std::string flags_text(const Config& config);

/// For people: the frontier as a table, the recommended flags, the reasons in words, warnings.
std::string tuning_text(const Tuner& tuner);

/// One object on one line; its members are described in docs/tune-json.md.
std::string tuning_json(const Tuner& tuner);

/// The report: a page of its own.
///
/// @shape name: what the scenario is called
std::string tuning_html(const Tuner& tuner, std::string_view name, bool is_interrupted);

}  // namespace metabatch::cli
