// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "models/charts/what_if.hpp"

namespace metabatch::models {

/// The same question, from `begin` on. A what-if question begins with a sample, so that it can be
/// compared with the measurements; a report has nothing to compare, and leaves no update out.
///
/// @shape begin: not after `question.from`
WhatIfQuestion beginningAt(Instant begin, WhatIfQuestion question);

/// The report of `metabatch simulate --html` about the arrivals of a session, to the last one, with
/// the settings that ran and the database as it was measured.
///
/// @shape  name: what the session is called
/// @return nothing: it was cancelled, or is impossible
/// @cost   as one run of whatIf()
std::optional<std::string> sessionReport(const WhatIfQuestion& question, const std::string& name,
                                         const IsCancelled& isCancelled);

}  // namespace metabatch::models
