// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace metabatch {

/// The entry of `known` that was probably meant: `, did you mean X?`, or nothing.
std::string guess_text(std::string_view given, const std::vector<std::string_view>& known);

}  // namespace metabatch
