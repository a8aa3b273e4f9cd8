// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

namespace metabatch::feed {

/// simdjson's parser for texts from any source. A text that it refuses is mended (mend_json()) and
/// parsed once more.
class MendingParser {
 public:
  /// @shape capacity: bytes; mending may turn one byte into six
  explicit MendingParser(std::size_t capacity) : parser_(capacity) {}

  /// @owns `root` is valid until the next call
  simdjson::error_code parse(std::string_view text, simdjson::dom::element& root);

 private:
  simdjson::error_code parse_as_it_is(std::string_view text, simdjson::dom::element& root);

  simdjson::dom::parser parser_;
  std::string padded_;  // the parser reads a few bytes beyond the end
};

}  // namespace metabatch::feed
