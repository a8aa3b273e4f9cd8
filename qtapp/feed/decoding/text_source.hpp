// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "feed/decoding/unpacking.hpp"
#include "feed/line_reader.hpp"

namespace metabatch::feed {

/// The text of an input in UTF-8. Its first bytes say what it is: gzip and zstd are unpacked,
/// UTF-16 (by its mark, or by the zeros of its first characters) is converted; a lone surrogate
/// becomes U+FFFD. All else is passed on as it is.
///
/// @errors problem(): it is damaged or cut, or packed in a way that is not read
class TextSource {
 public:
  /// @shape name: of the file, whose ending .gz or .zst is a promise; "": a pipe
  TextSource(LineReader::Source bytes, std::string name);

  /// As LineReader::Source.
  std::size_t read(char* to, std::size_t size);
  /// Why there is no more text before the end of the input, for people, with how to convert it;
  /// empty: it was read.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  /// "gzip", "UTF-16", "zstd of UTF-16"; "": text as it is. Known after the first read.
  [[nodiscard]] const std::string& form() const { return form_; }

 private:
  void begin();
  void begin_text();
  bool gather(std::size_t bytes, const LineReader::Source& from);
  std::size_t take_head(char* to, std::size_t size, const LineReader::Source& from);
  std::size_t read_unpacked(char* to, std::size_t size);
  std::size_t read_utf16(char* to, std::size_t size);

  LineReader::Source bytes_;
  const std::string name_;
  std::string head_;  // what was looked at and not passed on yet
  std::unique_ptr<Unpacker> unpacker_;
  bool is_begun_ = false;
  bool is_utf16_ = false, is_big_endian_ = false;
  std::vector<char> units_;  // UTF-16 that is not converted yet
  std::string problem_, form_;
};

}  // namespace metabatch::feed
