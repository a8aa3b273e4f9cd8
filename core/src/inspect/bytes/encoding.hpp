// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "inspect/bytes/byte_source.hpp"
#include "metabatch/inspect.hpp"

/// What the bytes of an input are before any of them is read as text.
namespace metabatch::inspecting {

/// By its signature, or, for UTF-16 and UTF-32 without one, by where its zeros stand.
Container container_of(std::string_view input);
bool is_unicode(Container container);
/// Are there bytes that text does not have, at least one of eight? Judged by the beginning.
bool is_binary(std::string_view input);

/// UTF-16 or UTF-32 as UTF-8. What is no character becomes U+FFFD, the mark at its beginning is
/// left out.
MadeText transcoded(std::string_view input, Container container);

}  // namespace metabatch::inspecting
