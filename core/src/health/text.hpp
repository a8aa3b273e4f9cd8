// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "health/health.hpp"

/// The only place that makes English of findings. Text from outside is passed on as it is: the face
/// escapes it.
namespace metabatch::health {

/// A few words for a headline: `Not writing for 80 s`, `Falling behind: 900/s arrive, 333/s are
/// written`, `Saving 96.9 %`.
std::string headline(const Assessment& assessment);

/// The same for one finding, without what it saves.
std::string headline(const Finding& finding);

/// One or two full sentences with all numbers, and the advice that follows from them.
std::string describe(const Finding& finding);

/// `last 30 s`, `since the change, 12 s`, `since the start, 8 s`.
std::string span_text(const Assessment& assessment);

/// `96.9 %`, or an en dash where the window does not allow the figure.
std::string saved_text(const Assessment& assessment);

/// One line for a terminal, a log or the body of /readyz: `stalled: Not writing for 80 s
/// (connection): ...`.
std::string status_line(const Assessment& assessment);

}  // namespace metabatch::health
