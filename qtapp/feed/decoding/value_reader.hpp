// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "feed/line_reader.hpp"

namespace metabatch::feed {

/// How the objects of a text are divided.
enum class Shape : std::uint8_t {
  lines,         ///< one a line
  array,         ///< elements of one array, or of several
  pretty,        ///< each over several lines
  concatenated,  ///< several on one line
};

/// The shape of a text, by its beginning.
///
/// @shape  text: its first line and, where shape_needs_more() says so, what follows
Shape shape_of(std::string_view text);
/// Whether the shape cannot be told yet: the first line is not over, or ends amid an object.
bool shape_needs_more(std::string_view text);

/// Divides a text into its objects, whatever stands between them. A Line is one object, and its
/// number is that of the line that it begins on. A damaged object costs what it encloses: a string
/// ends with its line, and an object that begins in the first column ends those before it.
///
/// @owns a buffer of `most` bytes and one block; `text` points into it until the next call
class ValueReader {
 public:
  explicit ValueReader(LineReader::Source source, std::size_t most = kMaxLineBytes);

  std::optional<Line> next();

 private:
  bool fill();
  bool skip_between();
  std::optional<std::size_t> end_of_value();
  [[nodiscard]] char at(std::size_t i) const { return buffer_[begin_ + i]; }
  [[nodiscard]] std::size_t held() const { return end_ - begin_; }
  void use(std::size_t bytes);
  Line take(std::size_t size, bool too_long);
  Line skip_too_long();

  /// Where the search in the value that begins at begin_ is.
  struct Search {
    std::size_t i = 0;
    std::size_t depth = 0;
    bool in_string = false;
    bool in_first_column = false;
  };

  LineReader::Source source_;
  const std::size_t most_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  Search search_;
  std::uint64_t line_ = 1, bytes_ = 0;
  bool ended_ = false;
};

}  // namespace metabatch::feed
