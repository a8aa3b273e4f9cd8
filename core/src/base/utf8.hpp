// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text as PostgreSQL and browsers can hold it: valid UTF-8 without NUL bytes.
namespace metabatch {

/// What stands for something that could not be read.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD, 3 bytes

/// What some editors and systems write in front of a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // U+FEFF

/// A text made clean, and how much of it had to be replaced.
struct Sanitized {
  std::string_view text;
  std::size_t replaced = 0;  ///< U+FFFD written; those that the sender wrote do not count
};

/// Replaces each NUL byte and each maximal subpart of an ill-formed sequence by U+FFFD, as browsers
/// do (so `F0 9F 98` alone becomes one, `ED A0 80` three), and cuts the result to at most
/// `max_bytes` at a code point. Replacements past the cut are not made and not counted. Clean text
/// comes back unchanged, so sanitising twice is sanitising once.
///
/// @units  bytes
/// @owns   nothing when nothing was replaced: the view points into `text`; else into `room`, whose
///         content it replaces
/// @cost   reads at most max_bytes + 3 bytes, ASCII eight at a time; allocates only when `room`
///         must grow
/// @source Unicode 15 section 3.9, table 3-7 and "U+FFFD substitution of maximal subparts"; WHATWG
///         Encoding 9.1.1
Sanitized sanitize(std::string_view text, std::string& room, std::size_t max_bytes = std::string_view::npos);

/// Bytes before the first NUL or ill-formed sequence; text.size() when there is none.
std::size_t clean_size(std::string_view text);

/// The longest start of `text` that has at most `max_bytes` bytes and does not end inside a code
/// point.
///
/// @shape text: valid UTF-8; of other text at most three bytes more than needed are cut
/// @cost  constant
std::string_view cut_at_boundary(std::string_view text, std::size_t max_bytes);

/// Code points of valid UTF-8, which is what PostgreSQL counts as characters.
std::size_t count_code_points(std::string_view text);

}  // namespace metabatch
