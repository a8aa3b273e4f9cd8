// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstddef>

namespace metabatch::tests {

/// Bytes that malloc has allocated and that are not freed, including large blocks with a mapping of
/// their own; 0 under a sanitizer.
inline std::size_t bytes_in_use() {
  const auto found = ::mallinfo2();
  return found.uordblks + found.hblkhd;
}

}  // namespace metabatch::tests
