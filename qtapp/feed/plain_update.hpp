// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "metabatch/update.hpp"

namespace metabatch::feed {

/// Reads an update from a line as programs write most of them: one object of the five texts of an
/// update, each at most once, in ASCII without escapes. It is what NdjsonParser would
/// read, several times as fast.
///
/// @return false: the line is anything else, good or bad, and `update` is unspecified
/// @owns   the texts point into the line
bool parse_plain_update(std::string_view line, Update& update);

}  // namespace metabatch::feed
