// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "feed/line_reader.hpp"

namespace metabatch::tests {

/// The text in pieces of at most `step` bytes.
inline feed::LineReader::Source source_of(const std::string& text, std::size_t step) {
  return [text, step, given = std::size_t{0}](char* to, std::size_t room) mutable {
    const std::size_t size = std::min({step, room, text.size() - given});
    std::memcpy(to, text.data() + given, size);
    given += size;
    return size;
  };
}

}  // namespace metabatch::tests
