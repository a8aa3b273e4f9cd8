// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace metabatch::feed {

/// A small text file, or the reason why it could not be read.
struct TextFile {
  std::string text;     ///< without a byte order mark, lines end with `\n` alone
  std::string problem;  ///< for people, begins with the path; empty: the file was read
};

/// Reads a text file that a person wrote: a config file, a scenario, a list of tokens.
///
/// @shape  path: bytes, passed to the system unchanged
/// @errors problem: it cannot be opened or read, is a folder, is larger than `max_bytes`, is
///         UTF-16, or contains a NUL byte
TextFile read_text_file(const std::string& path, std::size_t max_bytes);

/// A line of a list, without surrounding blanks.
struct ListedLine {
  std::size_t line = 0;    ///< from 1
  std::size_t column = 0;  ///< of its first byte, from 1
  std::string_view text;
};

/// The lines of a list; empty lines and lines that begin with `#` are left out.
///
/// @owns nothing: the result points into `text`
std::vector<ListedLine> listed_lines(std::string_view text);

}  // namespace metabatch::feed
