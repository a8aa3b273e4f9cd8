// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "health/health.hpp"

namespace metabatch::health {

/// One JSON object: state, span_s, since, saved (null where not allowed), rates, and findings with
/// code, severity, named numbers, failure, detail, headline and text. No line end. Infinite and
/// unknown numbers are null.
std::string to_json(const Assessment& assessment);

}  // namespace metabatch::health
