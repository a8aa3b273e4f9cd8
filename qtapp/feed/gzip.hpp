// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace metabatch::feed {

/// The window bits that make inflateInit2() read gzip alone.
inline constexpr int kGzipWindowBits = 15 + 16;

/// Do these bytes begin as a gzip file (RFC 1952) does?
bool is_gzip(std::string_view bytes);

struct Unpacked {
  std::string bytes;
  bool is_cut = false;    ///< there is more than the limit
  bool is_whole = false;  ///< every member ended, with its checksum
};

/// Unpacks a gzip file of one or several members, as gzip(1) does. What stands behind the last
/// member and is none is ignored.
///
/// @shape  `limit` bytes at most are unpacked, however small the file is
/// @errors none: a damaged or incomplete file gives what could be read, and `is_whole` is false
Unpacked unpack_gzip(std::string_view bytes, std::size_t limit);

}  // namespace metabatch::feed
