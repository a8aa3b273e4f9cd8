// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace metabatch::feed {

/// Rewrites what a line may contain but a strict JSON parser refuses. Inside strings, each NUL
/// byte, each maximal subpart of ill-formed UTF-8 and each lone surrogate escape becomes the escape
/// \u0000, which the sanitiser then replaces and counts. Numbers become 0, except integers that fit
/// 64 bits. The parser judges everything else.
std::string mend_json(std::string_view line);

}  // namespace metabatch::feed
