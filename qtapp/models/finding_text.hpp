// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include "health/health.hpp"

/// Findings in the language of the window. English comes from core, so that all faces use the same
/// words. A translation has a pattern for each code and is filled with the same numbers: {0s} a
/// span of seconds, {0n} a count, {0r} a rate, {0p} a share, {0b} bytes, {0f} when the buffer is
/// full, {c} the cause in brackets.
namespace metabatch::models {

/// One or two sentences with all numbers.
QString findingText(const health::Finding& finding);
/// A few words.
QString headlineText(const health::Finding& finding);

}  // namespace metabatch::models
